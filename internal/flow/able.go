package flow

import (
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
)

// able gives a capability of a channel, or why it has none: its network lacks it, its
// sort of account does, or a right that was not given when it was connected.
func able[T any](h *House, c channel.Channel, action network.Action) (T, error) {
	can, err := network.As[T](h.Networks, c.Network, action)
	if err != nil {
		return can, err
	}
	return can, h.denied(c, action)
}

// denied says why an account cannot do what its network can.
func (h *House) denied(c channel.Channel, action network.Action) error {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	if why, no := d.Profile().Denies(c.Granted)[action]; no {
		return fault.New(fault.Invalid, "%s", why.Why).WithHint("%s", why.Instead)
	}
	return nil
}

// answers gives what answers in a conversation.
func (h *House) answers(c channel.Channel, in inbox.Conversation, private bool) (network.Replier, error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, err
	}
	return able[network.Replier](h, c, network.Replying(d, in.Kind == network.InDirect, private))
}
