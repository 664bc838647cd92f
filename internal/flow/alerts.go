package flow

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Alerts gives what people should know of all channels they see.
func (h *House) Alerts(ctx context.Context, tx *store.Tx, actor access.Actor) ([]Alert, error) {
	channels, err := channel.List(ctx, tx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	gaps, err := channel.OpenGaps(ctx, tx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	aside, err := heaps(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	notices, err := channel.Notices(ctx, tx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	waits, err := publish.Waits(ctx, tx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	all, err := h.pauses(ctx, tx, channels, actor)
	if err != nil {
		return nil, err
	}
	versions := map[network.Name]bool{}
	for _, c := range channels {
		waiting := waits[c.ID]
		delete(waits, c.ID) // what is left is on channels that were removed
		d, err := h.Networks.Get(c.Network)
		if err != nil || !actor.Sees(c.ID) {
			continue // of a network that this version does not know nothing can be said
		}
		hears, err := h.earOf(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		for _, a := range alerts(c, d.Profile(), hears, tx.Now) {
			if a.Mend == mendUpdate { // once for a network, not for each of its channels
				if versions[c.Network] {
					continue
				}
				versions[c.Network] = true
			}
			if a.Key == "silent" && (tx.Now.Sub(a.At) < blip || slices.ContainsFunc(gaps, func(g channel.Gap) bool { return g.Channel == c.ID && g.To.IsZero() })) {
				continue // it will answer in a moment, or the gap says so
			}
			if _, denied := d.Profile().Denies(c.Granted)[network.ActPublish]; a.Key == "channel_broken" || denied && a.Key == "channel_warn" {
				a = stuck(a, waiting)
			}
			all = append(all, a)
		}
		all = append(all, heaped(aside, c)...)
		all = append(all, warned(notices, c)...)
		all = append(all, missed(gaps, c)...)
	}
	orphans, err := orphaned(ctx, tx, actor, waits)
	return append(all, orphans...), err
}

// stuck adds to an alert of a channel that cannot publish what waits for its time there.
func stuck(a Alert, w publish.Waiting) Alert {
	if w.N == 0 {
		return a
	}
	a.Params = maps.Clone(a.Params)
	a.Params["waiting"], a.Params["next"] = w.N, w.Next
	return a
}

// orphaned are alerts of what waits on channels that were removed.
func orphaned(ctx context.Context, tx *store.Tx, actor access.Actor, waits map[string]publish.Waiting) (all []Alert, err error) {
	if len(waits) == 0 {
		return nil, nil
	}
	known, err := channel.Accounts(ctx, tx, actor.Workspace)
	for _, c := range known {
		if w := waits[c.ID]; w.N > 0 && actor.Sees(c.ID) {
			all = append(all, Alert{Key: "channel_removed", Bad: true, Channel: channel.Channel{ID: c.ID, Network: c.Network, Handle: c.Handle},
				At: w.Next, Mend: mendReconnect, Params: map[string]any{"waiting": w.N, "next": w.Next}})
		}
	}
	return all, err
}

// alerts judges what is known of one channel. Pure.
func alerts(c channel.Channel, p network.Profile, k ear, now time.Time) []Alert {
	var all []Alert
	say := func(key string, bad bool, at time.Time, mend string, params map[string]any) {
		all = append(all, Alert{Key: key, Bad: bad, Channel: c, At: at, Mend: mend, Params: params})
	}
	if c.Health != "ok" {
		at := c.CheckedAt
		if until := c.CompleteUntil; c.Health == "broken" && !until.IsZero() && until.Before(at) {
			at = until // since when, and not when we looked the last time
		}
		mend := mendReconnect
		if c.Health == "warn" && c.Granted.Extended == network.ExtendedBroken {
			mend = mendExtend // connecting again would not change what the second consent gave
		}
		say("channel_"+c.Health, c.Health == "broken", at, mend, map[string]any{"text": c.HealthText, "fix": c.HealthFix})
	}
	if e := c.KeysExpireAt; !e.IsZero() && e.Before(now.Add(keysAhead)) && c.Health == "ok" {
		say("keys_expire", false, now, mendReconnect, map[string]any{"at": e})
	}
	if since := c.SilentSince; !since.IsZero() && c.Health != "broken" {
		say("silent", true, since, mendWait, map[string]any{"since": since})
	} else if c.ReadingError != "" && c.PausedSince.IsZero() && c.Health != "broken" && now.Sub(c.CompleteUntil) > silence {
		say("not_read", false, c.CompleteUntil, mendWait, map[string]any{"text": c.ReadingError})
	}
	k.judge(c, now, say)
	if day, err := time.Parse(time.DateOnly, p.Expires); err == nil && day.Before(now.Add(versionAhead)) {
		key := "version_expires"
		if day.Before(now) {
			key = "version_expired"
		}
		say(key, day.Before(now), now, mendUpdate, map[string]any{"version": p.Version, "day": p.Expires})
	}
	return all
}

// moment gives a time as a parameter: nil for none.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
