package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
)

// What was read of a quota of calls is not read again: here is no database to read it from.
func TestHowItStandsWithCallsIsReadOnce(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	q := network.Quota{Name: network.Calls, Max: 100, Daily: "UTC", Per: "app"}
	known := called{of: q, channels: 2, taken: []publish.Taking{{At: now, N: 40}}, kept: []publish.Taking{{At: now.Add(time.Hour), N: 7}, {At: now.Add(48 * time.Hour), N: 9}}}
	told := q
	told.Max = 120 // the network says another number for this account
	all, err := (&House{}).calls(t.Context(), nil, channel.Channel{}, network.Profile{}, told, now, beside{calls: 3, known: &known})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, taking := range all {
		sum += taking.N
	}
	if sum != 40+7+9+3 {
		t.Errorf("%d calls count: %+v", sum, all)
	}
	if len(known.taken) != 1 || len(known.kept) != 2 {
		t.Errorf("what was read has changed: %+v", known)
	}
	if b := known.budget(now); b.used != 40 || b.kept != 7+10 || b.with != 2 || b.left() != 43 || !b.ends.Equal(now.Add(12*time.Hour)) {
		t.Errorf("the budget is %+v", b)
	}
	other := q
	other.Per = "account"
	if known.about(other) {
		t.Error("it is taken for what is known of another quota")
	}
}
