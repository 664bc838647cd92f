package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

func confirmKind() jobs.Kind[sendArgs] { return jobs.Kind[sendArgs]{Name: "confirm"} }

// doubt makes Kith look for an unclear publication. Looking has a lane of its
// own: only this publication waits for it.
func (h *House) doubt(ctx context.Context, tx *store.Tx, args sendArgs) error {
	return h.lookAt(ctx, tx, args, tx.Now)
}

func (h *House) lookAt(ctx context.Context, tx *store.Tx, args sendArgs, at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, confirmKind(), jobs.New{Workspace: args.Workspace, Lane: "confirm/" + args.Publication, Key: args.Publication, At: at}, args)
	return err
}

// lookAgain ends this look and begins another one later.
func (h *House) lookAgain(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, at time.Time) error {
	if err := jobs.Settle(ctx, tx, job); err != nil {
		return err
	}
	return h.lookAt(ctx, tx, args, at)
}

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
			if err := publish.Settle(ctx, tx, doubtful.Part, network.Sent{Ref: seen.Ref, At: seen.At}); err != nil {
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

// later gives the moment to look again: seldom enough not to bother the
// network, soon enough that a found post shows quickly.
func later(now, end time.Time) time.Time {
	if next := now.Add(15 * time.Second); next.Before(end) {
		return next
	}
	return end.Add(time.Second)
}

// goOn ends a look; the rest of the publication goes back to its channel's lane.
func (h *House) goOn(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, more bool) error {
	if more {
		p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
		if err != nil {
			return err
		}
		if err := h.queue(ctx, tx, p, latest(tx.Now, p.DueAt)); err != nil {
			return err
		}
	}
	return jobs.Settle(ctx, tx, job)
}

// unconfirmed asks a person when looking has gone on for too long in vain.
func (h *House) unconfirmed(ctx context.Context, tx *store.Tx, _ *jobs.Job, args sendArgs, cause error) error {
	c, err := publish.Doubtful(ctx, tx, args.Workspace, args.Publication)
	if err != nil || c.Done() {
		return err
	}
	text, _ := fault.Shown(cause)
	h.tell(tx, args.Workspace, "posts", args.Publication)
	return publish.AskPerson(ctx, tx, c.Part, text, nil)
}

func (h *House) ask(ctx context.Context, job *jobs.Job, args sendArgs, p publish.Part, why string, seen []network.Seen) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := publish.AskPerson(ctx, tx, p, why, seen); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", args.Publication)
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
	look, err := finder.Find(ctx, conn, part, c.Part.ClaimedAt.Add(-skew))
	h.ailing(ctx, ch, err)
	return look, driver.Profile().Delay, err
}

// Resolve takes a person's word for an unclear publication: it is there, or it
// is not and may go out.
func (h *House) Resolve(ctx context.Context, actor access.Actor, publicationID string, there bool, url string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publish.GetPublication(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if err := actor.May(access.Schedule, p.ChannelID); err != nil {
			return err
		}
		doubtful, err := publish.Doubtful(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if doubtful.Done() {
			return fault.New(fault.Conflict, "Nothing is unclear here any more.").WithHint("Read it again.")
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		if there {
			// Its id is not known, so its key stands for it.
			err = publish.Settle(ctx, tx, doubtful.Part, network.Sent{Ref: network.Ref{ID: "said:" + doubtful.Part.Key, URL: url}})
		} else {
			err = publish.DueAgain(ctx, tx, doubtful.Part)
		}
		if err != nil || (there && doubtful.Last) {
			return err
		}
		return h.queue(ctx, tx, p, latest(tx.Now, p.DueAt))
	})
}

// latest is the later one of two moments: what is asked about before its time is not
// sent before it.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
