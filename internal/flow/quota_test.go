package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
)

// Instagram gives accounts 25, 50 or 100 posts a day and says how many to each: what it
// says holds, and what other hands have published counts.
func TestTheNumberOfTheNetworkHolds(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	posts := network.Quota{Name: "posts", Max: 100, WindowS: 86400, Per: "account"}
	files := network.Quota{Name: "containers", Max: 400, WindowS: 86400, Per: "account"}
	hour := network.Quota{Name: "posts", Max: 10, WindowS: 3600, Per: "account"}
	c := channel.Channel{Quotas: []network.QuotaUse{{Name: "posts", Used: 49, Max: 50}}, QuotasAt: now}
	if got := told(c, []network.Quota{posts, files}, posts); got.Max != 50 || got.WindowS != posts.WindowS {
		t.Errorf("%+v", got)
	} else if used := elsewhere(c, got, []publish.Taking{{At: now.Add(-time.Hour), N: 1}}); len(used) != 2 || used[1].N != 48 {
		t.Errorf("%+v", used)
	}
	if got := told(c, []network.Quota{posts, files}, files); got != files {
		t.Errorf("%+v", got)
	}
	if got := told(c, []network.Quota{posts, hour}, posts); got != posts {
		t.Errorf("nobody knows of which quota it is told: %+v", got)
	}
}
