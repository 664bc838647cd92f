package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
)

func TestReadingIsSpreadOverWhatIsLeft(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	of := func(used, kept, with int) budget {
		return budget{quota: network.Quota{Max: 10_000}, used: used, kept: kept, with: with, ends: now.Add(10 * time.Hour)}
	}
	for name, c := range map[string]struct {
		b    budget
		cost float64
		want time.Duration
	}{
		"there is plenty":           {of(1_000, 1_000, 1), 2, 15 * time.Second},
		"twenty channels share it":  {of(1_000, 1_000, 20), 2, 180 * time.Second},
		"little is left":            {of(8_000, 1_000, 1), 2, 72 * time.Second},
		"posts are to go out":       {of(1_000, 8_000, 1), 2, 72 * time.Second},
		"nothing is left":           {of(9_000, 1_000, 1), 2, 10 * time.Hour},
		"less than one costs":       {of(8_999, 1_000, 1), 2, 10 * time.Hour},
		"more is used than allowed": {of(12_000, 1_000, 1), 0, 10 * time.Hour},
		"it costs nothing":          {of(8_000, 1_000, 1), 0, 15 * time.Second},
	} {
		if got := c.b.wait(now, c.cost, 15*time.Second); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
	late := of(10_000, 0, 1)
	late.ends = now.Add(-time.Second)
	if got := late.wait(now, 1, time.Second); got != time.Second {
		t.Errorf("after its end it waits %v", got)
	}
}

// selling is a network that takes money for others.
type selling struct{}

func (selling) Name() network.Name { return "x" }
func (selling) Profile() network.Profile {
	return network.Profile{Prices: []network.Price{{What: "others", Amount: "0.005", Currency: "USD"}}}
}

func TestWhatIsInTheTillIsCountedUntilItIsWrittenDown(t *testing.T) {
	h := House{Networks: network.NewSet(selling{})}
	a, b := h.meter(channel.Channel{ID: "a", Network: "x"}), h.meter(channel.Channel{ID: "b", Network: "x"})
	a.Take(network.Calls, 2)
	a.Take(network.Calls, 3)
	b.Take(network.Calls, 1)
	b.Take("others", 9)
	network.Meter(nil).Take("nobody counts", 1)
	if all, one := h.till.pending("x", "", network.Calls), h.till.pending("x", "a", network.Calls); all != 6 || one != 5 {
		t.Error(all, one)
	}
	taken := h.till.empty()
	for _, u := range taken {
		if dear := u.Price.Amount == "0.005" && u.Price.Currency == "USD"; dear != (u.Price.What == "others") {
			t.Errorf("what is taken has another price: %+v", u)
		}
	}
	if len(taken) != 3 || h.till.pending("x", "", network.Calls) != 0 {
		t.Errorf("%+v", taken)
	}
	h.till.back(taken)
	if all := h.till.pending("x", "", network.Calls); all != 6 {
		t.Error("what could not be written is lost:", all)
	}
	h.till.cost("a", 10)
	if h.till.cost("a", 0); h.till.cost("a", 20) != 11 {
		t.Error("what readings mostly cost is not learned")
	}
}
