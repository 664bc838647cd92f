package house

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

// days gives the days of which something is known of an account, and whether its figures
// are due later than now: then they were looked after.
func (p *place) days(name string) (all []measure.Day, rests bool) {
	p.t.Helper()
	storetest.View(p.t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
		of, err := channel.Everywhere(ctx, tx)
		for _, c := range of {
			if err == nil && c.ID == p.channels[name] {
				all, err = measure.Days(ctx, tx, c.Workspace, c.ID, "2000-01-01")
			}
		}
		if err != nil {
			return err
		}
		due, err := store.One[time.Time](ctx, tx, "select due_at from job where kind = 'insights' and key = $1 and state = 'open'", p.channels[name])
		rests = due.After(p.Clock.Now())
		return err
	})
	return all, rests
}

// asks counts from now on the questions to a network whose path ends so.
func (p *place) asks(network, path string) *atomic.Int64 {
	p.t.Helper()
	var n atomic.Int64
	p.Gate.Hook(func(a sandbox.Arrival) {
		if a.Network == network && strings.HasSuffix(a.Path, path) {
			n.Add(1)
		}
	})
	p.must(p.Gate.Stop(sandbox.Stop{Step: sandbox.Begun, Network: network}))
	return &n
}

// The figures of an account are reading, too: while nothing may be spent on it, none are
// asked for, the followers of the day neither, and they are told again once something may.
func TestNoFiguresAreAskedForWhileNothingMayBeSpent(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("x")
		id, now := p.channels["x"], p.Clock.Now()
		p.at(time.Date(now.Year(), now.Month()+1, 10, 12, 0, 0, 0, time.UTC))           // far from a month's end
		hand.Do[api.Channel](t, p.Hand, http.MethodPost, "/channels/"+id+"/check", nil) // its keys have ended, and are renewed
		budget := func(amount string) {
			hand.Do[struct{}](t, p.Hand, http.MethodPut, "/channels/"+id+"/reading-budget", api.ReadingBudget{Amount: amount})
		}
		rests := func() (bool, any) {
			_, rests := p.days("x")
			return rests, nil
		}
		p.publish("What is new?", "x")
		p.act(sandbox.Act{Network: "x", Person: "p001", Kind: "comment", Text: "The first"})
		p.conversation("x", "The first")
		p.until("the first day is known", func() (bool, any) {
			all, rests := p.days("x")
			return rests && len(all) > 0, all
		})
		budget("0.002") // less than that has cost
		p.until("reading is paused", func() (bool, any) {
			h := p.health("x")
			_, said := alerted(h, "reading_paused")
			return said, h.Alerts
		})
		p.until("its figures were looked after", rests)
		before := p.agree("when it pauses")
		all, _ := p.days("x")
		known := len(all)
		asked := p.asks("x", "/analytics")
		for range 3 {
			p.Clock.Advance(20 * time.Hour)
			p.until("its figures were looked after", rests)
		}
		if all, _ := p.days("x"); asked.Load() > 0 || len(all) != known {
			t.Errorf("while nothing may be spent figures are asked for %d times, and %d days became %+v", asked.Load(), known, all)
		}
		if after := p.agree("while it pauses"); !maps.Equal(before, after) {
			t.Errorf("while nothing may be spent it is paid for: %v, then %v", before, after)
		}
		budget("50")
		p.until("the figures are told", func() (bool, any) {
			all, _ := p.days("x")
			return asked.Load() > 0 && len(all) > known, all
		})
	})
}

// What is left of a network's calls is kept for what is to go out: until there is more, no
// figures of the account are asked for.
func TestFiguresLeaveTheCallsToWhatGoesOut(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{"youtube": {"quotas": [{"name": "calls", "max": 62, "daily": "UTC", "per": "app"}], "call_costs": {"GET": 0}}}`), 0o600))
		p.stop()
		p.begin(p.config)
		p.at(p.Clock.Now().Truncate(24 * time.Hour).Add(32 * time.Hour)) // eight in the morning, where the day of calls begins
		settings, err := p.Invite(t.Context(), "youtube", p.URL)
		p.must(err)
		id := p.Connect(t, "youtube", settings).ID
		p.channels["youtube"] = id
		rests := func() (bool, any) {
			_, rests := p.days("youtube")
			return rests, nil
		}
		asked := p.asks("youtube", "/reports")
		p.Connect(t, "youtube", settings)
		p.until("figures are asked for", func() (bool, any) { return asked.Load() > 0, nil })
		p.until("its figures were looked after", rests)

		post := p.filmed("youtube", "The press, filmed", 0)
		p.Schedule(t, post.ID, p.Clock.Now().Add(6*time.Hour)) // takes 60 of the 62 calls
		before := asked.Load()
		p.Connect(t, "youtube", settings) // all that recurs is done at once
		p.until("its figures were looked after", rests)
		if n := asked.Load(); n > before {
			t.Errorf("of calls that are kept for a post, figures take %d", n-before)
		}
		hand.Do[api.Post](t, p.Hand, http.MethodPost, "/posts/"+post.ID+"/cancel", nil)
		p.Clock.Advance(time.Hour)
		p.until("figures are asked for again", func() (bool, any) { return asked.Load() > before, nil })
	})
}

// An account that is new has many days to tell: as many are asked for as leave the calls
// that are kept, and the others once there are more.
func TestFiguresOfManyDaysLeaveCalls(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		const most, kept = 20, 2 // a tenth is for what people do
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{"pinterest": {"quotas": [{"name": "calls", "max": 20, "daily": "UTC", "per": "app"}]}}`), 0o600))
		p.stop()
		p.begin(p.config)
		p.at(p.Clock.Now().Truncate(24 * time.Hour).Add(33 * time.Hour)) // far from where the day of calls begins
		all, days := p.asks("pinterest", "/analytics"), func() int {
			known, _ := p.days("pinterest")
			return len(known)
		}
		settings, err := p.Invite(t.Context(), "pinterest", p.URL)
		p.must(err)
		p.channels["pinterest"] = p.Connect(t, "pinterest", settings).ID
		p.until("its figures were looked after", func() (bool, any) {
			_, rests := p.days("pinterest")
			return rests, nil
		})
		first := days()
		if n := all.Load(); n > most-kept || first < 5 {
			t.Errorf("of %d calls %d are taken, and %d days are known", most, n, first)
		}
		p.Clock.Advance(24 * time.Hour)
		p.until("others are asked for", func() (bool, any) { return days() > first+5, days() })
	})
}
