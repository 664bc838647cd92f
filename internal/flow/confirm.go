package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// confirm looks on the network for a part of which nobody knows whether it
// exists, and acts only on what was seen.
func (h *House) confirm(ctx context.Context, job *jobs.Job, args sendArgs) error {
	var doubtful publish.Claimed
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		doubtful, err = publish.Doubtful(ctx, tx, args.Workspace, args.Publication)
		return err
	})
	if err != nil || doubtful.Done() {
		return err
	}
	look, delay, err := h.lookFor(ctx, args, doubtful)
	switch fault.KindOf(err) {
	case fault.Throttled, fault.Unavailable, fault.Uncertain:
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "The network could not be asked.").In(fault.After(err))
		}
	}
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		text, _ := fault.Shown(err)
		return h.ask(ctx, job, args, doubtful.Part, text, nil)
	}
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		known, err := publish.Ours(ctx, tx, args.Workspace, args.Channel, look.Near)
		if err != nil {
			return err
		}
		e := expected{fingerprint: doubtful.Part.Fingerprint, from: doubtful.Part.ClaimedAt}
		if doubtful.After != nil {
			e.after = doubtful.After.ID
		}
		h.tell(tx, args.Workspace, "posts", args.Publication)
		verdict, seen := decide(e, look, known, tx.Now, delay)
		switch verdict {
		case found:
			if err := h.settlePart(ctx, tx, args.Channel, doubtful.Part, network.Sent{Ref: seen.Ref, At: seen.At}); err != nil {
				return err
			}
			return h.goOn(ctx, tx, job, args, !doubtful.Last)
		case absent:
			if look.Keyed {
				if err := publish.DueAgain(ctx, tx, doubtful.Part); err != nil {
					return err
				}
				return h.goOn(ctx, tx, job, args, true)
			}
			again, err := publish.Missed(ctx, tx, doubtful.Part, between)
			if err != nil {
				return err
			}
			if again {
				return h.goOn(ctx, tx, job, args, true)
			}
			return h.lookAgain(ctx, tx, job, args, tx.Now.Add(between))
		case tooEarly:
			return h.lookAgain(ctx, tx, job, args, later(tx.Now, e.from.Add(delay)))
		}
		if err := publish.AskPerson(ctx, tx, doubtful.Part, "Kith cannot tell whether it is there.", look.Near); err != nil {
			return err
		}
		return jobs.Settle(ctx, tx, job)
	})
}

func (h *House) lookFor(ctx context.Context, args sendArgs, c publish.Claimed) (network.Look, time.Duration, error) {
	ch, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return network.Look{}, 0, err
	}
	finder, err := network.As[network.Finder](h.Networks, ch.Network, network.ActFind)
	if err != nil {
		return network.Look{}, 0, err
	}
	driver, err := h.Networks.Get(ch.Network)
	if err != nil {
		return network.Look{}, 0, err
	}
	part, err := h.part(ctx, c)
	if err != nil {
		return network.Look{}, 0, err
	}
	look, err := finder.Find(ctx, conn, part, c.Part.ClaimedAt.Add(-network.Skew))
	h.ailing(ctx, ch, err)
	return look, driver.Profile().Delay, err
}
