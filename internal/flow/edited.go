package flow

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

func confirmEditKind() jobs.Kind[editArgs] { return jobs.Kind[editArgs]{Name: "confirm_edit"} }

// reword asks the network to change a part.
func (h *House) reword(ctx context.Context, args editArgs, e publish.Edit, part publish.Part) (network.Ref, error) {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return part.Remote, err
	}
	editor, err := network.As[network.Editor](h.Networks, c.Network, network.ActEdit)
	if err != nil {
		return part.Remote, err
	}
	meant, err := h.reworded(ctx, e, part)
	if err != nil {
		return part.Remote, err
	}
	ref, err := editor.Edit(ctx, conn, part.Remote, meant)
	h.ailing(ctx, c, err)
	return ref, err
}

// reworded is a part as it shall be, with the files it carries.
func (h *House) reworded(ctx context.Context, e publish.Edit, part publish.Part) (network.Part, error) {
	part.Content, part.ClaimedAt = e.After, e.ClaimedAt
	return h.part(ctx, publish.Claimed{Part: part})
}

// confirmEdit looks whether an unclear change was made. A change that is not there
// is not made by itself: the person who wanted it says so again.
func (h *House) confirmEdit(ctx context.Context, job *jobs.Job, args editArgs) error {
	var e publish.Edit
	var part publish.Part
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		e, part, err = publish.GetEdit(ctx, tx, args.Workspace, args.Edit)
		return err
	}); err != nil || e.State != "unclear" {
		return err
	}
	on, look, err := h.lookForEdit(ctx, args, e, part)
	switch fault.KindOf(err) {
	case fault.Throttled, fault.Unavailable, fault.Uncertain:
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "The network could not be asked.").In(fault.After(err))
		}
	}
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", part.PublicationID)
		seen := publish.Reads(look.Near, part, e)
		switch {
		case err != nil:
			err = publish.FailEdit(ctx, tx, e, unseenEdit())
		case seen != nil:
			err = publish.SettleEdit(ctx, tx, e, part, revised(on, part, *seen))
		case tx.Now.Before(e.ClaimedAt.Add(on.Profile().Delay)):
			if err = jobs.Settle(ctx, tx, job); err == nil {
				err = h.queueEdit(ctx, tx, args, confirmEditKind(), later(tx.Now, e.ClaimedAt.Add(on.Profile().Delay)))
			}
			return err
		case !look.Complete:
			err = publish.FailEdit(ctx, tx, e, unseenEdit())
		default:
			err = publish.FailEdit(ctx, tx, e, fault.New(fault.Unavailable, "The change was not made: the network still shows the former text.").WithHint("Make it again."))
		}
		if err != nil {
			return err
		}
		return jobs.Settle(ctx, tx, job)
	})
}

func unseenEdit() error {
	return fault.New(fault.Conflict, "Kith cannot tell whether the change was made.").WithHint("Look on the network, and make it again only if it is not there.")
}

func (h *House) lookForEdit(ctx context.Context, args editArgs, e publish.Edit, part publish.Part) (network.Driver, network.Look, error) {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return nil, network.Look{}, err
	}
	on, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, network.Look{}, err
	}
	finder, err := network.As[network.Finder](h.Networks, c.Network, network.ActFind)
	if err != nil {
		return on, network.Look{}, err
	}
	meant, err := h.reworded(ctx, e, part)
	if err != nil {
		return on, network.Look{}, err
	}
	look, err := finder.Find(ctx, conn, meant, part.SentAt.Add(-network.Skew))
	return on, look, err
}

// revised is how a part is found from now on, where a network gives a changed post
// another id.
func revised(on network.Driver, part publish.Part, seen network.Seen) network.Ref {
	if r, ok := on.(network.Reviser); ok && seen.ID != part.RemoteID {
		return r.Revised(part.Remote, seen)
	}
	return part.Remote
}

// strandedEdit records that the job of a change gave up.
func (h *House) strandedEdit(ctx context.Context, tx *store.Tx, _ *jobs.Job, args editArgs, cause error) error {
	e, part, err := publish.GetEdit(ctx, tx, args.Workspace, args.Edit)
	if err != nil {
		return err
	}
	h.tell(tx, args.Workspace, "posts", part.PublicationID)
	switch e.State {
	case "due":
		return publish.FailEdit(ctx, tx, e, cause)
	case "claimed":
		if err := publish.DoubtEdit(ctx, tx, e); err != nil {
			return err
		}
		return h.queueEdit(ctx, tx, args, confirmEditKind(), tx.Now)
	case "unclear":
		return publish.FailEdit(ctx, tx, e, unseenEdit())
	}
	return nil
}
