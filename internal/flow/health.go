package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// How long ahead people are told.
const (
	keysAhead    = 7 * 24 * time.Hour
	versionAhead = 60 * 24 * time.Hour
	silence      = 10 * time.Minute // a reading may well fail for a moment
	blip         = 2 * time.Minute  // and a network not answer: its channel says so at once, the day later
)

// SpentDays is how far back it is added up what was spent.
const SpentDays = 30

// What mends an alert.
const (
	mendReconnect = "reconnect" // connect the channel again
	mendExtend    = "extend"    // give the second consent anew
	mendUpdate    = "update"    // whoever runs the server updates Kith
	mendLook      = "look"      // look on the network itself
	mendWait      = "wait"      // it goes on by itself
	mendReplay    = "replay"    // what was set aside is asked for again
	MendApp       = "app"       // look at our app at the network
	mendBudget    = "budget"    // raise what may be spent on reading
)

// Alert is something about a channel that a person should know. The sentence is
// made in the reader's language from its key and params.
type Alert struct {
	Key     string // channel_broken channel_warn keys_expire version_expires version_expired not_read gap set_aside calls_kept no_address not_told telling_fails not_signed silent channel_removed reading_paused account_warned account_barred template_warned template_barred
	Bad     bool   // something does not work now
	Channel channel.Channel
	Params  map[string]any
	At      time.Time
	Mend    string
}

// Condition is everything that is known of how a channel is.
type Condition struct {
	Channel channel.Channel
	Profile network.Profile
	Knocks  bool      // the network knocks, with an app or without
	Only    bool      // it tells by knocking alone
	Refused time.Time // when a knock in its name was refused the last time; zero: never
	Alerts  []Alert
	// Extension is how it stands with a second consent; nil: there is none.
	Extension *Extension
	Gaps      []channel.Gap
	Counted   []publish.Room     // what Kith counts itself
	Spent     []channel.Spending // in the last SpentDays
	Reading   *Reading           // nil: the network takes no money for it
}

// Condition says how a channel is.
func (h *House) Condition(ctx context.Context, tx *store.Tx, actor access.Actor, channelID string) (k Condition, err error) {
	if err := actor.May(access.Read, channelID); err != nil {
		return k, err
	}
	if k.Channel, err = channel.Get(ctx, tx, actor.Workspace, channelID); err != nil {
		return k, err
	}
	d, err := h.Networks.Get(k.Channel.Network)
	if err != nil {
		return k, err
	}
	k.Profile, k.Knocks, k.Extension = d.Profile(), network.Can(d, network.ActWebhook), h.extension(k.Channel)
	if k.Gaps, err = channel.Gaps(ctx, tx, actor.Workspace, channelID); err != nil {
		return k, err
	}
	aside, err := heaps(ctx, tx, actor)
	if err != nil {
		return k, err
	}
	hears, err := h.earOf(ctx, tx, k.Channel)
	if err != nil {
		return k, err
	}
	k.Only, k.Refused = hears.only, hears.refused.At
	notices, err := channel.Notices(ctx, tx, actor.Workspace)
	if err != nil {
		return k, err
	}
	k.Alerts = append(alerts(k.Channel, k.Profile, hears, tx.Now), heaped(aside, k.Channel)...)
	k.Alerts = append(k.Alerts, warned(notices, k.Channel)...)
	var with beside
	if q, limited := spread(k.Profile); limited {
		known, err := h.called(ctx, tx, k.Channel, k.Profile, q)
		if err != nil {
			return k, err
		}
		with.known = &known
	}
	if k.Counted, err = h.rooms(ctx, tx, k.Channel, nil, 0, tx.Now, with); err != nil { // of every kind
		return k, err
	}
	first, limited, err := h.firstRoom(ctx, tx, k.Channel, inbox.Conversation{})
	if err != nil {
		return k, err
	}
	if limited {
		k.Counted = append(k.Counted, first)
	}
	if with.known != nil {
		if b := with.known.budget(tx.Now); b.left() <= 0 {
			k.Alerts = append(k.Alerts, Alert{Key: "calls_kept", Channel: k.Channel, At: tx.Now, Mend: mendWait, Params: map[string]any{"used": b.used, "max": b.quota.Max, "kept": b.kept}})
		}
	}
	if err := h.weigh(ctx, tx, &k); err != nil {
		return k, err
	}
	k.Spent, err = channel.Spent(ctx, tx, actor.Workspace, channelID, tx.Now.Add(-SpentDays*24*time.Hour))
	return k, err
}
