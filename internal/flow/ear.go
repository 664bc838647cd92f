package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// ear is what is known of how a network tells a channel what happens.
type ear struct {
	only    bool            // by webhooks alone
	public  bool            // it can reach us
	host    network.Name    // on whose page the app is
	refused channel.Refusal // zero: since the network knocked the last time, nothing was refused
}

// earOf says how a network tells a channel what happens.
func (h *House) earOf(ctx context.Context, tx *store.Tx, c channel.Channel) (k ear, err error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil || !network.Can(d, network.ActWebhook) {
		return k, nil //nolint:nilerr // it does not knock
	}
	host := h.Networks.Host(c.Network)
	k = ear{only: h.onlyKnocks(c.Network), public: h.Public, host: host}
	if k.refused, err = channel.RefusalOf(ctx, tx, host); err != nil || k.refused.At.IsZero() {
		return k, err
	}
	genuine, err := channel.LastKnock(ctx, tx, append(h.Networks.Guests(host), host)...)
	if genuine.After(k.refused.Since) {
		k.refused.Since = time.Time{} // our secret is right, somebody else's was not
	}
	return k, err
}

// Refused notes that a knock in a network's name was not signed by it.
func (h *House) Refused(ctx context.Context, name network.Name) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		genuine, err := channel.LastKnock(ctx, tx, append(h.Networks.Guests(name), name)...)
		if err != nil {
			return err
		}
		return channel.RefuseKnock(ctx, tx, name, genuine)
	})
}

// refusedFor is how long people are told that knocks were refused.
const refusedFor = 7 * 24 * time.Hour

// judge says what should be known of how a network tells a channel what happens. Pure.
func (k ear) judge(c channel.Channel, now time.Time, say func(key string, bad bool, at time.Time, mend string, params map[string]any)) {
	failing := now.Sub(c.Knocks.Failing)
	text := map[string]any{"text": c.Knocks.Error, "fix": c.Knocks.Fix, "from": lastTold(c), "app": k.host}
	switch {
	case c.Health == "broken":
	case k.only && !k.public:
		say("no_address", true, c.CreatedAt, MendApp, map[string]any{"from": lastTold(c), "app": k.host})
	case c.Knocks.Failing.IsZero():
	case k.only && c.Knocks.Since.IsZero() && (c.Knocks.Mend != mendWait || failing > silence):
		say("not_told", true, c.Knocks.Failing, c.Knocks.Mend, text)
	case k.public && (k.only || !c.Knocks.Unset) && failing > quiet:
		say("telling_fails", false, c.Knocks.Failing, c.Knocks.Mend, text)
	}
	// One alone may be anybody's: a network that is refused tries again.
	if r := k.refused; !r.Since.IsZero() && r.At.Sub(r.Since) >= breath && now.Sub(r.At) < refusedFor {
		say("not_signed", k.only, r.Since, MendApp, map[string]any{"at": r.At, "app": k.host})
	}
}
