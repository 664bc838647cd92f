package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
)

func TestWhatANetworkTellsOfItsLimitsSlowsReadingBeforeTheyEnd(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	const usual = 15 * time.Second
	calls := func(used int, in time.Duration) network.QuotaUse {
		return network.QuotaUse{Name: network.Calls, Used: used, Max: 300, Resets: now.Add(in)}
	}
	load := func(used int) network.QuotaUse { return network.QuotaUse{Name: network.Load, Used: used, Max: 100} }
	for name, c := range map[string]struct {
		u    network.QuotaUse
		over bool
		want time.Duration
	}{
		"there is plenty":                 {calls(150, 5*time.Minute), false, usual},
		"what is left is spread":          {calls(228, 4*time.Minute), false, 60 * time.Second},
		"a fifth is left to posts":        {calls(240, 4*time.Minute), true, 4 * time.Minute},
		"all is used":                     {calls(300, 4*time.Minute), true, 4 * time.Minute},
		"it is asked again meanwhile":     {calls(300, 20*time.Hour), true, recount},
		"it counts anew":                  {calls(300, -time.Second), true, usual},
		"half of a share":                 {load(50), false, usual},
		"most of a share":                 {load(75), false, 20 * usual},
		"nearly all of a share":           {load(80), true, recount},
		"a share of which all is used up": {load(100), true, recount},
	} {
		said := hearing{calls: 3, tight: map[string]network.QuotaUse{c.u.Name: c.u}}
		if got := said.wait(now, usual); got != c.want || said.over() != c.over {
			t.Errorf("%s: waits %v, over is %v", name, got, said.over())
		}
		b, is := spent(channel.Channel{Told: said.told()}, now)
		if until := c.u.Resets; is != (c.over && until.After(now)) || is && !b.ends.Equal(until) {
			t.Errorf("%s: what is counted beside reading hears %v, until %v", name, is, b.ends)
		}
	}
	if said := (&hearing{}); said.wait(now, usual) != usual || said.over() || len(said.told()) != 0 {
		t.Error("a network that says nothing is read as usual")
	}
}
