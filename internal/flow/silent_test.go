package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
)

// A network that does not answer is said once, since when; of a channel that is broken
// the one thing is said that a person can mend.
func TestSilenceIsAnAlert(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	since := now.Add(-time.Hour)
	for name, c := range map[string]struct {
		channel channel.Channel
		want    string
	}{
		"silent":            {channel.Channel{Health: "ok", SilentSince: since, CompleteUntil: since, ReadingError: "x does not answer."}, "silent"},
		"cannot be read":    {channel.Channel{Health: "ok", CompleteUntil: since, ReadingError: "x makes no sense."}, "not_read"},
		"paused":            {channel.Channel{Health: "ok", PausedSince: since, CompleteUntil: since, ReadingError: "x makes no sense."}, ""},
		"silent and broken": {channel.Channel{Health: "broken", SilentSince: since, ReadingError: "x does not answer."}, "channel_broken"},
	} {
		all := alerts(c.channel, network.Profile{}, ear{}, now)
		if c.want == "" && len(all) == 0 {
			continue // what reading costs is said besides
		}
		if len(all) != 1 || all[0].Key != c.want || c.want == "silent" && !all[0].At.Equal(since) {
			t.Errorf("%s: %+v", name, all)
		}
	}
}
