package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
)

// A connection that is broken is looked at again and again: what a person wants to know is since when.
func TestABrokenConnectionSaysSinceWhen(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	heard, looked := now.Add(-2*time.Hour), now.Add(-time.Minute)
	for name, c := range map[string]struct {
		channel channel.Channel
		want    time.Time
	}{
		"read until it broke":  {channel.Channel{Health: "broken", CheckedAt: looked, CompleteUntil: heard}, heard},
		"never read":           {channel.Channel{Health: "broken", CheckedAt: looked}, looked},
		"read after all":       {channel.Channel{Health: "broken", CheckedAt: looked, CompleteUntil: now}, looked},
		"only to be looked at": {channel.Channel{Health: "warn", CheckedAt: looked, CompleteUntil: heard}, looked},
	} {
		all := alerts(c.channel, network.Profile{}, ear{}, now)
		if len(all) == 0 || all[0].Key != "channel_"+c.channel.Health || !all[0].At.Equal(c.want) {
			t.Errorf("%s: %+v, want %v", name, all, c.want)
		}
	}
}
