package flow

import (
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
)

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
	if c.ReadingError != "" && c.Health != "broken" && now.Sub(c.CompleteUntil) > silence {
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

// missed tells of the gaps of a channel, but for the one that is said by another alert:
// that nobody tells us anything now.
func missed(gaps []channel.Gap, c channel.Channel) (all []Alert) {
	for _, g := range gaps {
		if g.Channel == c.ID && (g.Reason != channel.Untold || !g.To.IsZero()) {
			all = append(all, Alert{Key: "gap", Channel: c, At: g.From, Mend: mendLook, Params: map[string]any{"from": g.From, "to": moment(g.To), "reason": g.Reason}})
		}
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
