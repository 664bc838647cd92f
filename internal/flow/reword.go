package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// Rewording is what a person wants one part of a post to say.
type Rewording struct {
	Part  int
	Text  string
	Title string
}

// Reword changes the words of a post that is out, where its network can. What was
// there before is kept.
func (h *House) Reword(ctx context.Context, actor access.Actor, publicationID string, to Rewording) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Schedule, publicationID)
		if err != nil {
			return err
		}
		c, err := channel.Get(ctx, tx, actor.Workspace, p.ChannelID)
		if err != nil {
			return err
		}
		if _, err := able[network.Editor](h, c, network.ActEdit); err != nil {
			return err
		}
		parts, err := publish.Sequence(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if to.Part < 0 || to.Part >= len(parts) {
			return fault.New(fault.NotFound, "This post has no such part.").On("part")
		}
		part := parts[to.Part]
		after := part.Content
		after.Text = text.Clean(to.Text)
		if to.Title != "" {
			after.Title = text.Clean(to.Title)
		}
		switch {
		case p.State != publish.Published || part.RemoteID == "":
			return fault.New(fault.Conflict, "This is not published.").WithHint("Change it before it goes out: take it back to draft.")
		case saidByHand(part.RemoteID):
			return fault.New(fault.Invalid, "Kith does not know this post on the network, only that it is there.").WithHint("Change it on the network itself.")
		case after.Text == part.Content.Text && after.Title == part.Content.Title:
			return fault.New(fault.Invalid, "Nothing is different.").On("text")
		}
		if p.Kind == network.PassedOn {
			return fault.New(fault.Invalid, "What was passed on has no words of ours.").WithHint("Delete it, and publish a post of your own.")
		}
		if err := h.editable(ctx, tx, c.Network, part); err != nil {
			return err
		}
		problems, err := h.fits(ctx, tx, c, []publish.Content{after}, publish.Hand{})
		if err != nil {
			return err
		}
		for _, problem := range problems { // what else it carries was taken already, and stays
			if problem.Level == "error" && (problem.Field == "text" || problem.Field == "title") {
				return fault.New(fault.Invalid, "%s", problem.Text).On(problem.Field).WithHint("%s", problem.Hint)
			}
		}
		e, err := publish.Propose(ctx, tx, part, after, actor.Name)
		if err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return h.queueEdit(ctx, tx, editArgs{actor.Workspace, p.ChannelID, e.ID}, editKind(), tx.Now)
	})
}

func (h *House) queueEdit(ctx context.Context, tx *store.Tx, args editArgs, kind jobs.Kind[editArgs], at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, kind, jobs.New{Workspace: args.Workspace, Lane: kind.Name + "/" + args.Edit, Key: args.Edit, At: at}, args)
	return err
}

// editable refuses a change for which the network leaves no time, or no further one.
func (h *House) editable(ctx context.Context, tx *store.Tx, name network.Name, part publish.Part) error {
	d, err := h.Networks.Get(name)
	if err != nil {
		return err
	}
	p := d.Profile()
	if p.Edits.Minutes > 0 && !tx.Now.Before(part.SentAt.Add(time.Duration(p.Edits.Minutes)*time.Minute)) {
		return fault.New(fault.Conflict, "%s lets a post be changed for %d minutes, and these are over.", p.Label, p.Edits.Minutes).WithHint("Delete it and publish it anew.")
	}
	if p.Edits.Times == 0 {
		return nil
	}
	n, err := publish.Changed(ctx, tx, part)
	if err == nil && n >= p.Edits.Times {
		err = fault.New(fault.Conflict, "%s lets a post be changed %d times, and it was.", p.Label, p.Edits.Times).WithHint("Delete it and publish it anew.")
	}
	return err
}
