package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Schedule lets a post leave the house at a moment; a past one is now. A post that
// waits for another moment is moved. Every channel's network is asked first whether it
// would take it: by its limits, which are data.
func (h *House) Schedule(ctx context.Context, actor access.Actor, postID string, due time.Time) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		post, err := publish.Get(ctx, tx, actor.Workspace, postID)
		if err != nil {
			return err
		}
		all, err := publish.Publications(ctx, tx, actor.Workspace, postID)
		if err != nil {
			return err
		}
		if err := maySchedule(actor, all); err != nil {
			return err
		}
		var before []publish.Stopped // of one that is moved
		if post.State == publish.Scheduled {
			if post, before, err = h.move(ctx, tx, post, all); err != nil {
				return err
			}
		}
		with := map[network.Name]beside{} // what goes out by this act, for quotas that channels share
		taken := map[string][]int{}       // calls, by publication
		for _, p := range all {
			c, err := channel.Get(ctx, tx, actor.Workspace, p.ChannelID)
			if err != nil {
				return err
			}
			problems, err := h.fits(ctx, tx, c, p.Parts(post), p.Hand)
			if err != nil {
				return err
			}
			for _, problem := range problems {
				if problem.Level == "error" {
					return fault.New(fault.Invalid, "%s: %s", c.Handle, problem.Text).On(problem.Field).WithHint("%s", problem.Hint)
				}
			}
			if h.byHand(c.Network, p.Hand) {
				continue // what a person publishes takes nothing of what programs may do
			}
			parts := p.Parts(post)
			each, calls, err := h.callsOf(ctx, tx, c, parts)
			if err != nil {
				return err
			}
			if err := h.affords(ctx, tx, c, parts, calls, due, with[c.Network]); err != nil {
				return err
			}
			taken[p.ID], with[c.Network] = each, with[c.Network].and(p.Kind, publish.Weighs(len(parts), c.Limits), calls)
		}
		if due.Before(tx.Now) {
			due = tx.Now
		}
		if all, err = publish.Schedule(ctx, tx, actor.Workspace, postID, due); err != nil {
			return err
		}
		if err := h.carry(ctx, tx, all, before); err != nil {
			return err
		}
		for _, p := range all {
			if err := publish.Reserve(ctx, tx, p, taken[p.ID]); err != nil {
				return err
			}
			if err := h.queue(ctx, tx, p, due); err != nil {
				return err
			}
			if h.byHand(p.Network, p.Hand) {
				if err := h.prepare(ctx, tx, p); err != nil {
					return err
				}
			}
		}
		h.tell(tx, actor.Workspace, "posts", postID)
		return nil
	})
}
