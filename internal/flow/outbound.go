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
)

type sendArgs struct {
	Workspace   string `json:"workspace"`
	Publication string `json:"publication"`
	Channel     string `json:"channel"`
}

func sendKind() jobs.Kind[sendArgs] { return jobs.Kind[sendArgs]{Name: "send"} }

// Schedule lets a post leave the house at a moment; a past one is now. Every
// channel's network is asked first whether it would take it: by its limits,
// which are data.
func (h *House) Schedule(ctx context.Context, actor access.Actor, postID string, due time.Time) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		post, err := publish.Get(ctx, tx, actor.Workspace, postID)
		if err != nil {
			return err
		}
		all, err := publish.Publications(ctx, tx, actor.Workspace, postID)
		if err != nil {
			return err
		}
		for _, p := range all {
			if err := actor.May(access.Schedule, p.ChannelID); err != nil {
				return err
			}
			c, err := channel.Get(ctx, tx, actor.Workspace, p.ChannelID)
			if err != nil {
				return err
			}
			problems, err := check(ctx, tx, c, p.Parts(post))
			if err != nil {
				return err
			}
			for _, problem := range problems {
				if problem.Level == "error" {
					return fault.New(fault.Invalid, "%s: %s", c.Handle, problem.Text).On(problem.Field).WithHint("%s", problem.Hint)
				}
			}
		}
		if due.Before(tx.Now) {
			due = tx.Now
		}
		if all, err = publish.Schedule(ctx, tx, actor.Workspace, postID, due); err != nil {
			return err
		}
		for _, p := range all {
			if err := h.queue(ctx, tx, p, due); err != nil {
				return err
			}
		}
		h.tell(tx, actor.Workspace, "posts", postID)
		return nil
	})
}

func (h *House) queue(ctx context.Context, tx *store.Tx, p publish.Publication, at time.Time) error {
	job, _, err := jobs.Insert(ctx, tx, sendKind(), jobs.New{Workspace: p.Workspace, Lane: lane(p.ChannelID, lanePosts), Key: p.ID, At: at},
		sendArgs{Workspace: p.Workspace, Publication: p.ID, Channel: p.ChannelID})
	if err != nil {
		return err
	}
	return publish.Queued(ctx, tx, p.Workspace, p.ID, job)
}

// send is the way a post goes out: claim, publish, settle, part by part.
func (h *House) send(ctx context.Context, job *jobs.Job, args sendArgs) error {
	for {
		var next publish.Claimed
		err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			if err := jobs.Hold(ctx, tx, job); err != nil {
				return err
			}
			if next, err = publish.Claim(ctx, tx, args.Workspace, args.Publication, job.Token()); err != nil {
				return err
			}
			h.tell(tx, args.Workspace, "posts", args.Publication)
			if next.Former {
				if err := h.doubt(ctx, tx, args); err != nil {
					return err
				}
			}
			if next.Former || next.Done() {
				return jobs.Settle(ctx, tx, job)
			}
			return nil
		})
		if err != nil || next.Former || next.Done() {
			return err
		}
		if last, err := h.sendPart(ctx, job, args, next); err != nil || last {
			return err
		}
	}
}

// sendPart speaks to the network once, outside any transaction, and records
// what is known afterwards.
func (h *House) sendPart(ctx context.Context, job *jobs.Job, args sendArgs, next publish.Claimed) (last bool, err error) {
	sent, err := h.publishPart(ctx, args, next)
	cause := err
	// What the network did is a fact, even if we are being stopped.
	ctx = context.WithoutCancel(ctx)
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", args.Publication)
		last = true
		switch fault.KindOf(cause) {
		case fault.Throttled, fault.Unavailable:
			if cause != nil {
				text, _ := fault.Shown(cause)
				return publish.Release(ctx, tx, next.Part, text) // the runner tries again
			}
		case fault.Uncertain:
			if err := publish.Doubt(ctx, tx, next.Part, "The network did not answer."); err != nil {
				return err
			}
			if err := h.doubt(ctx, tx, args); err != nil {
				return err
			}
			return jobs.Settle(ctx, tx, job)
		}
		if cause != nil {
			if err := publish.Fail(ctx, tx, next.Part, cause); err != nil {
				return err
			}
			return jobs.Settle(ctx, tx, job)
		}
		if err := publish.Settle(ctx, tx, next.Part, sent); err != nil {
			return err
		}
		if !next.Last {
			last = false
			return nil
		}
		return jobs.Settle(ctx, tx, job)
	})
	if err != nil {
		return true, err
	}
	h.ailing(ctx, args.Workspace, args.Channel, cause)
	if k := fault.KindOf(cause); cause != nil && (k == fault.Throttled || k == fault.Unavailable) {
		return true, cause
	}
	return last, nil
}

func (h *House) publishPart(ctx context.Context, args sendArgs, next publish.Claimed) (network.Sent, error) {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return network.Sent{}, err
	}
	publisher, err := network.As[network.Publisher](h.Networks, c.Network, network.ActPublish)
	if err != nil {
		return network.Sent{}, err
	}
	part, err := h.part(ctx, next)
	if err != nil {
		return network.Sent{}, err
	}
	return publisher.Publish(ctx, conn, part)
}

// stranded records that a publication's job gave up.
func (h *House) stranded(ctx context.Context, tx *store.Tx, _ *jobs.Job, args sendArgs, cause error) error {
	h.tell(tx, args.Workspace, "posts", args.Publication)
	doubtful, err := publish.Stranded(ctx, tx, args.Workspace, args.Publication, cause)
	if err != nil || !doubtful {
		return err
	}
	return h.doubt(ctx, tx, args)
}
