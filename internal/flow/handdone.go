package flow

import (
	"context"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// Word is what a person shows to confirm that they published something.
type Word struct {
	URL   string
	Proof string // a picture of it
	None  bool   // they have neither, and say so
	Twice bool   // the address is that of another publication, too
}

// DoneByHand takes a person's word that it is published.
func (h *House) DoneByHand(ctx context.Context, actor access.Actor, publicationID string, w Word) error {
	return h.handed(ctx, actor, publicationID, func(ctx context.Context, tx *store.Tx, p publish.Publication) (err error) {
		if w.URL == "" && w.Proof == "" && !w.None {
			return fault.New(fault.Invalid, "There is neither an address nor a picture of it.").On("url").
				WithHint("Give the address of the post or a screenshot, or say that you have neither.")
		}
		if w.Proof != "" {
			m, err := media.Get(ctx, tx, actor.Workspace, w.Proof)
			if err != nil {
				return err
			}
			if !strings.HasPrefix(m.Type, "image/") {
				return fault.New(fault.Invalid, "A proof is a picture.").On("proof").WithHint("Take a screenshot of the post.")
			}
		}
		if w.URL != "" {
			if w.URL, err = h.addressOf(ctx, tx, actor, p, w); err != nil {
				return err
			}
		}
		parts, err := publish.Sequence(ctx, tx, p.Workspace, p.ID)
		if err != nil {
			return err
		}
		for _, part := range parts {
			if part.RemoteID == "" { // for whoever counts: it is out now, and was not before
				h.became(tx, p.ChannelID, "published")
			}
		}
		return publish.Done(ctx, tx, actor, publicationID, publish.Word{URL: w.URL, Proof: w.Proof})
	})
}

// addressOf is the address of a post as it is kept. One that another publication has
// already is pointed out, to whoever may know of that one: somebody may have copied the
// wrong address.
func (h *House) addressOf(ctx context.Context, tx *store.Tx, actor access.Actor, p publish.Publication, w Word) (string, error) {
	d, err := h.Networks.Get(p.Network)
	if err != nil {
		return "", err
	}
	c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	var a network.Assisted
	if known := d.Profile().Assisted; known != nil {
		a = *known
	}
	address, err := a.Address(w.URL, c.Base, c.URL)
	if err != nil || w.Twice {
		return address, err
	}
	other, err := publish.At(ctx, tx, p.Workspace, address, p.ID)
	if fault.Is(err, fault.NotFound) || err == nil && !actor.Sees(other.ChannelID) {
		return address, nil
	}
	if err != nil {
		return "", err
	}
	post, err := publish.Get(ctx, tx, p.Workspace, other.PostID)
	if err != nil {
		return "", err
	}
	return "", fault.New(fault.Conflict, "Another post has this address already: “%s”.", text.Cut(strings.Join(strings.Fields(post.Parts[0].Text), " "), 60)).On("url").
		WithHint("Look whether it is the right one; if both are there, confirm it once more.")
}

// typed is the source of counts that a person read off and typed in.
const typed network.Name = "by_hand"

// CountByHand keeps what a person read off the network.
func (h *House) CountByHand(ctx context.Context, actor access.Actor, publicationID string, counts network.Counts) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Measure, publicationID)
		if err != nil {
			return err
		}
		parts, err := publish.Sequence(ctx, tx, p.Workspace, p.ID)
		if err != nil {
			return err
		}
		said := slices.ContainsFunc(parts, func(part publish.Part) bool { return part.Position == 0 && saidByHand(part.RemoteID) })
		if _, err := network.As[network.Measurer](h.Networks, p.Network, network.ActMeasure); err == nil && !said {
			return fault.New(fault.Invalid, "This network says its numbers itself.").WithHint("Kith asks it regularly.")
		}
		if p.State != publish.Published {
			return fault.New(fault.Conflict, "This is not published.").WithHint("Confirm that it is, then enter the numbers.")
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		if err := publish.Counted(ctx, tx, actor, p.ID); err != nil {
			return err
		}
		return measure.Keep(ctx, tx, p.Workspace, p.ID, p.ChannelID, p.PublishedAt, counts, typed)
	})
}
