package all_test

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/all"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
)

// Every network in the list stands in the sourced table, with every action.
func TestEveryNetworkIsInTheTable(t *testing.T) {
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	said := map[network.Name]map[network.Action]bool{}
	for _, e := range networktest.Table() {
		if said[e.Network] == nil {
			said[e.Network] = map[network.Action]bool{}
		}
		if _, twice := said[e.Network][e.Action]; twice {
			t.Errorf("%s %s stands in the table twice", e.Network, e.Action)
		}
		said[e.Network][e.Action] = e.Can && !e.Later
	}
	set, err := all.Set(out, config.Config{Delays: []string{"mastodon=3s"}})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := set.Get("mastodon"); err != nil || d.Profile().Delay != 3*time.Second {
		t.Errorf("the delay that was set does not hold: %v", err)
	}
	if d, err := set.Get("bluesky"); err != nil || d.Profile().Delay == 0 {
		t.Errorf("the delay that nobody set is lost: %v", err)
	}
	for _, d := range set.All() {
		for _, a := range network.Actions() {
			if can, known := said[d.Name()][a]; !known || can != network.Can(d, a) {
				t.Errorf("%s %s: the table says %v (%v), the driver %v", d.Name(), a, can, known, network.Can(d, a))
			}
		}
	}
}
