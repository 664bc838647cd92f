package flow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

func remindKind() jobs.Kind[sendArgs] { return jobs.Kind[sendArgs]{Name: "remind"} }

// The reminders of what waits for a person: whoever wrote it, the same again, then
// those who lead as well, and in the end nobody confirmed it.
const (
	first = iota
	again
	widely
	never
)

// until is how long after a reminder the next one comes.
func until(reminder int) time.Duration {
	return []time.Duration{15 * time.Minute, 45 * time.Minute, 23 * time.Hour}[reminder]
}

// remindAt sets the next reminder of a publication, whenever the last one was set for.
func (h *House) remindAt(ctx context.Context, tx *store.Tx, args sendArgs, at time.Time) error {
	job, fresh, err := jobs.Insert(ctx, tx, remindKind(), jobs.New{Workspace: args.Workspace, Lane: "remind/" + args.Publication, Key: args.Publication, At: at}, args)
	if err != nil || fresh {
		return err
	}
	if err = jobs.Move(ctx, tx, args.Workspace, job, at); fault.Is(err, fault.Conflict) {
		return nil // it is at work, and finds what has changed
	}
	return err
}

// remind tells who must publish by hand, and again later while it is not done.
func (h *House) remind(ctx context.Context, job *jobs.Job, args sendArgs) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := jobs.Settle(ctx, tx, job); err != nil || p.State != publish.ByHand {
			return err
		}
		if tx.Now.Before(p.HandSince) { // somebody has put it off meanwhile
			return h.remindAt(ctx, tx, args, p.HandSince)
		}
		reminder := min(p.Reminded, never)
		if reminder == never {
			err = publish.Miss(ctx, tx, args.Workspace, p.ID)
		} else {
			err = publish.Reminded(ctx, tx, p, reminder == widely)
		}
		if err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", p.PostID)
		if err := h.callPeople(ctx, tx, p, reminder); err != nil || reminder == never {
			return err
		}
		return h.remindAt(ctx, tx, args, tx.Now.Add(until(reminder)))
	})
}

// callPeople tells people on their devices and by mail that something is theirs to
// publish.
func (h *House) callPeople(ctx context.Context, tx *store.Tx, p publish.Publication, reminder int) error {
	post, err := publish.Get(ctx, tx, p.Workspace, p.PostID)
	if err != nil {
		return err
	}
	c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	label := string(p.Network)
	if d, err := h.Networks.Get(p.Network); err == nil {
		label = d.Profile().Label
	}
	people, err := responsible(ctx, tx, p, post.AuthorID, reminder >= widely)
	if err != nil {
		return err
	}
	for _, m := range people {
		account, err := team.GetAccount(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		title, letter := handWords(account.Locale, label, c.Handle, reminder)
		href := "/publish/" + p.PostID
		if err := team.NudgeAll(ctx, tx, p.Workspace, m.ID, title, c.Handle, href, "hand-"+p.ID); err != nil {
			return err
		}
		if !h.Mail {
			continue
		}
		if err := team.Post(ctx, tx, h.Keys, p.Workspace, m.Email, title, fmt.Sprintf(letter, m.Name, h.PublicURL+href)); err != nil {
			return err
		}
	}
	return nil
}

// responsible is who wrote it, if they may still publish there; else owners and
// managers, and they also where everybody is asked for.
func responsible(ctx context.Context, tx *store.Tx, p publish.Publication, author string, everybody bool) ([]team.Member, error) {
	all, err := team.Members(ctx, tx, p.Workspace)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m team.Member) bool { return m.Actor(p.Workspace).May(access.Schedule, p.ChannelID) != nil })
	if i := slices.IndexFunc(all, func(m team.Member) bool { return m.ID == author }); i >= 0 && !everybody {
		return all[i : i+1], nil
	}
	return slices.DeleteFunc(all, func(m team.Member) bool { return m.ID != author && m.Role != access.Owner && m.Role != access.Manager }), nil
}
