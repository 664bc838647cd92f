package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// fits holds parts against the limits of a channel and the choices of its network; or,
// where a person publishes them, against what its application takes.
func (h *House) fits(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content, hand publish.Hand) ([]network.Problem, error) {
	parts := make([]network.Part, len(contents))
	for i, content := range contents {
		files, _, err := described(ctx, tx, c.Workspace, content.Media)
		if err != nil {
			return nil, err
		}
		if err := voiced(ctx, tx, c.Workspace, files); err != nil {
			return nil, err
		}
		parts[i] = written(content)
		parts[i].Media = files
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil || len(parts) == 0 {
		return c.Limits.CheckParts(parts), nil //nolint:nilerr // of a network that is gone, the limits are known
	}
	p := d.Profile()
	switch {
	case p.Assisted == nil && !network.Can(d, network.ActPublish):
		why := p.Why(network.ActPublish)
		return []network.Problem{{Level: "error", Field: "kind", Key: "no_posts", Text: why.Why, Hint: why.Instead}}, nil
	case h.byHand(c.Network, hand):
		return network.HandProblems(p.ByHand(c.Limits).CheckParts(parts)), nil
	}
	problems := append(c.Limits.CheckParts(parts), p.CheckOptions(parts[0])...)
	return append(problems, p.Allowed(c.Granted, c.Limits, parts)...), nil
}

// Checked is what one channel says of a draft.
type Checked struct {
	Channel  channel.Channel
	Problems []network.Problem
	Counts   []network.Use
	Files    []Handed // where a person publishes
}

// Check says what channels would say of parts, before anything is scheduled.
func (h *House) Check(ctx context.Context, tx *store.Tx, actor access.Actor, channelID string, contents []publish.Content, hand publish.Hand) (Checked, error) {
	if err := actor.May(access.Compose, channelID); err != nil {
		return Checked{}, err
	}
	c, err := channel.Get(ctx, tx, actor.Workspace, channelID)
	if err != nil {
		return Checked{}, err
	}
	result := Checked{Channel: c}
	if result.Problems, err = h.fits(ctx, tx, c, contents, hand); err != nil {
		return Checked{}, err
	}
	if h.byHand(c.Network, hand) {
		if result.Files, err = h.Plan(ctx, tx, c, contents, hand); err != nil {
			return Checked{}, err
		}
	}
	for _, content := range contents {
		result.Counts = append(result.Counts, c.Limits.Text.Count(content.Text))
	}
	return result, nil
}
