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

// How a network tells of news is said as it is: one refused knock may be anybody's, and a
// failure may pass; what lasts is said, once it does, and no longer than it matters.
func TestHowNewsAreToldIsSaidWhenItLasts(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	stands := channel.Knocks{Since: ago(100 * time.Hour)}
	fails := func(since time.Duration, k channel.Knocks) channel.Channel {
		k.Failing, k.Error, k.Mend = ago(since), "x does not answer.", mendWait
		return channel.Channel{Health: "ok", Knocks: k}
	}
	refused := func(since, at time.Duration) ear {
		return ear{public: true, refused: channel.Refusal{Since: ago(since), At: ago(at)}}
	}
	both, alone := ear{public: true}, ear{public: true, only: true}
	for name, c := range map[string]struct {
		channel channel.Channel
		ear     ear
		want    string
	}{
		"all is well":                         {channel.Channel{Health: "ok", Knocks: stands}, both, ""},
		"it fails for a moment":               {fails(50*time.Minute, stands), both, ""},
		"it fails for long":                   {fails(61*time.Minute, stands), both, "telling_fails"},
		"nothing is set up, and it is asked":  {fails(61*time.Minute, channel.Knocks{Unset: true}), both, ""},
		"nothing is set up, and nobody asks":  {fails(61*time.Minute, channel.Knocks{Unset: true}), alone, "not_told"},
		"it never told, for a moment":         {fails(9*time.Minute, channel.Knocks{}), alone, ""},
		"it never told":                       {fails(11*time.Minute, channel.Knocks{}), alone, "not_told"},
		"nobody reaches us":                   {channel.Channel{Health: "ok"}, ear{only: true}, "no_address"},
		"nobody reaches us, and it is asked":  {fails(61*time.Minute, channel.Knocks{}), ear{}, ""},
		"one knock is refused":                {channel.Channel{Health: "ok", Knocks: stands}, refused(time.Hour, time.Hour), ""},
		"knocks are refused":                  {channel.Channel{Health: "ok", Knocks: stands}, refused(time.Hour, 59*time.Minute), "not_signed"},
		"knocks were refused last week":       {channel.Channel{Health: "ok", Knocks: stands}, refused(9*24*time.Hour, 8*24*time.Hour), ""},
		"refused before it knocked genuinely": {channel.Channel{Health: "ok", Knocks: stands}, ear{public: true, refused: channel.Refusal{At: ago(time.Hour)}}, ""},
		"broken":                              {channel.Channel{Health: "broken", Knocks: fails(61*time.Minute, stands).Knocks}, both, ""},
	} {
		var said []string
		c.ear.judge(c.channel, now, func(key string, _ bool, _ time.Time, _ string, _ map[string]any) { said = append(said, key) })
		if len(said) > 1 || len(said) == 1 && said[0] != c.want || len(said) == 0 && c.want != "" {
			t.Errorf("%s: it is said %v, not %q", name, said, c.want)
		}
	}
}
