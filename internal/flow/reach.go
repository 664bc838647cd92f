package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Reach is a channel on which a person spoke to us, and what cannot be done about
// them there.
type Reach struct {
	Channel channel.Channel
	Cannot  []Cannot
}

// Cannot is something that a channel cannot do: why, and what to do instead.
type Cannot struct {
	Action       network.Action
	Why, Instead string
}

// Reaches says where a person can be banned and muted, and their messages blocked, before anybody tries, as Ban, Mute
// and BlockMessages will find it.
func (h *House) Reaches(ctx context.Context, tx *store.Tx, actor access.Actor, personID string) ([]Reach, error) {
	seenOn, err := inbox.Where(ctx, tx, actor.Workspace, personID)
	if err != nil {
		return nil, err
	}
	var all []Reach
	for _, id := range seenOn {
		if !actor.Sees(id) {
			continue
		}
		c, err := channel.Get(ctx, tx, actor.Workspace, id)
		if fault.Is(err, fault.NotFound) {
			continue // what was said there has outlived it
		}
		if err != nil {
			return nil, err
		}
		_, ban := able[network.Banner](h, c, network.ActBan)
		_, mute := able[network.Muter](h, c, network.ActMute)
		_, block := able[network.MessageBlocker](h, c, network.ActBlockMessages)
		r := Reach{Channel: c}
		for _, a := range []struct {
			action network.Action
			why    error
		}{{network.ActBan, ban}, {network.ActMute, mute}, {network.ActBlockMessages, block}} {
			if a.why != nil {
				why, instead := fault.Shown(a.why)
				r.Cannot = append(r.Cannot, Cannot{a.action, why, instead})
			}
		}
		all = append(all, r)
	}
	return all, nil
}
