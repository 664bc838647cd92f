package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// carried puts new keys beside those that a channel has by now. Its first keys may be
// renewed in the same moment, and a key that renews is often good once: so it is done by
// whoever has the right to renew, and again where somebody else had it.
func (h *House) carried(ctx context.Context, c channel.Channel, extender network.Extender, account network.Account) (network.Account, error) {
	for range 5 {
		_, now, err := h.keysNow(ctx, c)
		if err != nil {
			return account, err
		}
		with := account
		with.Keys = now
		with = extender.Carry(with, account.Keys)
		if with.Keys == now {
			return with, nil
		}
		kept, err := h.renewer(c)(ctx, now, func(context.Context) (secret.Text, error) { return with.Keys, nil })
		if err != nil {
			return account, err
		}
		if kept == with.Keys {
			return with, nil
		}
	}
	return account, fault.New(fault.Unavailable, "The keys of %s change all the time.", c.Handle).WithHint("Try again in a moment.")
}

// keeping keeps what a second consent gave to a channel that is connected again.
func (h *House) keeping(ctx context.Context, tx *store.Tx, workspace string, name network.Name, account network.Account) (network.Account, error) {
	extender, _, err := h.extender(name)
	if err != nil {
		return account, nil //nolint:nilerr // most networks have none
	}
	c, there, err := channel.Standing(ctx, tx, workspace, name, account)
	if err != nil || !there {
		return account, err
	}
	conn, err := c.Conn(h.Keys)
	if err != nil {
		return account, nil //nolint:nilerr // keys that cannot be read carry nothing
	}
	return extender.Carry(account, conn.Keys), nil
}
