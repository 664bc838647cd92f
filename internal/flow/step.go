package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// patience is how long a network may work on what it was given, all acts
// together, before a person is told that it does not come to an end.
const patience = 24 * time.Hour

// often is how far apart the pieces of a large file are kept that need not each be:
// so that a disk is not asked after each, and a screen shows that it goes on.
const often = time.Second

// loose says that what an act came to need not be kept before the next one.
func loose(did network.Stepped) bool {
	return did.Loose && did.Sent == nil && did.Wait == 0 && !did.Step.Public
}

// act does the next act of a part: the whole of it where one does it.
func (h *House) act(ctx context.Context, args sendArgs, next publish.Claimed) (network.Stepped, error) {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return network.Stepped{}, err
	}
	did, err := h.actOn(ctx, c, conn, next)
	h.ailing(ctx, c, err)
	return did, err
}

func (h *House) actOn(ctx context.Context, c channel.Channel, conn network.Conn, next publish.Claimed) (network.Stepped, error) {
	part, err := h.part(ctx, next)
	if err != nil {
		return network.Stepped{}, err
	}
	along(conn.Limits, part)
	if answers(conn, part) {
		replier, err := network.As[network.Replier](h.Networks, c.Network, network.ActFirstComment)
		if err != nil {
			return network.Stepped{}, err
		}
		part.After = part.Root
		return once(replier.Reply(ctx, conn, part))
	}
	if part.Step.Name == "" {
		publisher, err := network.As[network.Publisher](h.Networks, c.Network, network.ActPublish)
		if err != nil {
			return network.Stepped{}, err
		}
		return once(publisher.Publish(ctx, conn, part))
	}
	stepper, err := network.As[network.Stepper](h.Networks, c.Network, network.ActPublish)
	if err != nil {
		return network.Stepped{}, err
	}
	if !part.Step.Public && h.DB.Now().Sub(part.Step.Since) > patience {
		return network.Stepped{}, tooLong()
	}
	return stepper.Step(ctx, conn, part)
}

// answers says that a part is a comment below the first one: on a network
// without threads, the second part is that.
func answers(conn network.Conn, part network.Part) bool {
	return part.Root != nil && !conn.Limits.Thread && conn.Limits.Comment
}

func once(sent network.Sent, err error) (network.Stepped, error) {
	return network.Stepped{Sent: &sent}, err
}

// stepsOf says at which step the parts of a channel's publication begin.
func (h *House) stepsOf(c channel.Channel) func(next publish.Claimed) network.Step {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		d = nil // the first act says so
	}
	_, gradual := d.(network.Stepper)
	starter, starts := d.(network.Starter)
	return func(next publish.Claimed) network.Step {
		if !gradual || next.After != nil && !c.Limits.Thread {
			return network.Step{}
		}
		if starts && len(next.Part.Content.Media) == 0 {
			if step, ok := starter.Start(network.Conn{Base: c.Base, Account: c.Account, Handle: c.Handle, Limits: c.Limits}, bare(next)); ok {
				return step
			}
		}
		return network.Step{Name: network.Begun}
	}
}

// pause ends this job while the network is at work, or while the time of the post has not
// come, and begins another one later: other posts of the channel need not wait.
func (h *House) pause(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, next publish.Claimed, did network.Stepped) error {
	if err := publish.Pause(ctx, tx, next.Part, did.Step); err != nil {
		return err
	}
	if err := jobs.Settle(ctx, tx, job); err != nil {
		return err
	}
	p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return err
	}
	at := tx.Now.Add(did.Wait)
	switch {
	case !args.Ahead:
		return queueIn(ctx, tx, p, job.Key, lanePosts, at)
	case did.Step.Public:
		return queueIn(ctx, tx, p, job.Key, lanePosts, latest(at, p.DueAt))
	case tx.Now.Before(p.DueAt) && at.After(p.DueAt):
		at = p.DueAt // at its time it is looked whether it is ready
	}
	return queueIn(ctx, tx, p, job.Key, laneAhead, at)
}
