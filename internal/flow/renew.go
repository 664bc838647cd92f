package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// How long one waits for somebody else's renewal, and how often one looks; how often
// and after how long keeping is tried again while the database is away.
const (
	renewalWait  = 20 * time.Second
	renewalLook  = 200 * time.Millisecond
	renewalKeeps = 20
	renewalAgain = 500 * time.Millisecond
)

// renewer lets a driver renew the keys of a channel in the middle of any call, where
// each key that renews is good once: network.Conn.Renew. One process at a time asks
// the network, and what it gave is kept before it is used. Who comes meanwhile waits
// and gets the new keys. When a process dies between the network's answer and the
// keeping, the right to renew ends by itself and the next one tries with the old
// key; that the network refuses it then is a Denied error, so that the channel says
// "connect again".
func (h *House) renewer(of channel.Channel) func(context.Context, secret.Text, func(context.Context) (secret.Text, error)) (secret.Text, error) {
	return func(ctx context.Context, had secret.Text, renew func(context.Context) (secret.Text, error)) (secret.Text, error) {
		_, now, err := h.keysNow(ctx, of)
		if err != nil || now != had {
			return now, err
		}
		for end := time.Now().Add(renewalWait); ; {
			c, mine, now, err := h.beginRenewal(ctx, of, had)
			if err != nil || now != had {
				return now, err
			}
			if mine != "" {
				return h.renewed(ctx, c, mine, renew)
			}
			if time.Now().After(end) {
				return "", fault.New(fault.Unavailable, "The key of %s is being renewed.", c.Handle).In(renewalWait)
			}
			select {
			case <-ctx.Done():
				return "", fault.Wrap(fault.Unavailable, ctx.Err(), "Waiting for the key was given up.")
			case <-time.After(renewalLook):
			}
		}
	}
}

// keysNow are the keys of a channel as they are kept.
func (h *House) keysNow(ctx context.Context, of channel.Channel) (c channel.Channel, now secret.Text, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = channel.Get(ctx, tx, of.Workspace, of.ID)
		return err
	})
	if err != nil {
		return c, "", err
	}
	conn, err := c.Conn(h.Keys)
	return c, conn.Keys, err
}

// beginRenewal gives the keys as they are now and, where they are still those that
// one had, the right to renew them unless somebody else has it.
func (h *House) beginRenewal(ctx context.Context, of channel.Channel, had secret.Text) (c channel.Channel, mine string, now secret.Text, err error) {
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if c, err = channel.Get(ctx, tx, of.Workspace, of.ID); err != nil {
			return err
		}
		conn, err := c.Conn(h.Keys)
		if now, mine = conn.Keys, ""; err != nil || now != had {
			return err
		}
		mine, err = channel.BeginRenewal(ctx, tx, c)
		return err
	})
	return c, mine, now, err
}

// renewed asks the network and keeps what it gave, even if whoever asked has gone
// away: it may be the only key that still opens.
func (h *House) renewed(ctx context.Context, c channel.Channel, mine string, renew func(context.Context) (secret.Text, error)) (secret.Text, error) {
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), channel.RenewalLife*3/4)
	defer cancel()
	fresh, cause := renew(asking)
	if cause != nil {
		fresh = ""
	}
	var kept bool
	var err error
	for range renewalKeeps {
		err = store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			kept, err = channel.EndRenewal(ctx, tx, h.Keys, c, mine, fresh)
			return err
		})
		if fresh == "" || !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Uncertain) {
			break
		}
		<-time.After(renewalAgain) // what is not kept now is lost; kept twice it is kept once
	}
	switch {
	case cause != nil:
		return "", cause
	case err != nil:
		return "", err
	case kept:
		return fresh, nil
	}
	_, now, err := h.keysNow(ctx, c) // connected again meanwhile
	return now, err
}
