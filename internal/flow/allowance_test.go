package flow

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// What reading costs is kept by hours of UTC, and months begin within one where clocks
// differ from it by half an hour: that hour is of the month before, of it alone, and so it
// is told.
func TestAnHourInWhichAMonthBeginsIsOfTheMonthBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		minutes := []int{-45, -20, 0, 10, 31, 50, 120} // of the month, when something was read
		for name, mine := range map[string]int{
			"UTC": 5, "Europe/Paris": 5, "America/New_York": 5,
			"Asia/Kolkata": 3, "Asia/Kathmandu": 2, "America/St_Johns": 3, "Australia/Adelaide": 3,
		} {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			c := channel.Channel{ID: "c " + name, Workspace: "w " + name, Network: "x"}
			from := time.Date(2026, 11, 1, 0, 0, 0, 0, zone)
			for _, m := range minutes {
				storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
					tx.Now = from.Add(time.Duration(m) * time.Minute).UTC()
					return channel.Took(ctx, tx, channel.Use{Channel: c.ID, Workspace: c.Workspace, Network: c.Network, N: 1,
						Price: network.Price{What: "read_post", Amount: "1", Currency: "USD"}})
				})
			}
			storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
				tx.Now = from.Add(3 * time.Hour).UTC()
				spent, ends, err := spentReading(ctx, tx, c, "USD", zone)
				if err != nil {
					return err
				}
				if left := (Allowance{Budget: channel.ReadingBudget{Amount: spent}, Spent: "0"}); compare(spent, network.Price{Amount: "1"}.Times(int64(mine))) != 0 || left.Empty() {
					t.Errorf("%s: of %d that were read about the turn of the month %s cost something in the new one, not %d", name, len(minutes), spent, mine)
				}
				if next := time.Date(2026, 12, 1, 0, 0, 0, 0, zone); !ends.Equal(next) {
					t.Errorf("%s: the month ends at %v", name, ends)
				}
				for _, month := range []struct {
					from, until time.Time
					n           int64
				}{{from.AddDate(0, -1, 0), from, int64(len(minutes) - mine)}, {from, ends, int64(mine)}} {
					var n int64
					paid, err := channel.Paid(ctx, tx, c.Workspace, month.from, month.until)
					if err != nil {
						return err
					}
					for _, p := range paid {
						n += p.N
					}
					if n != month.n {
						t.Errorf("%s: from %v it is told that %d were paid, not %d", name, month.from, n, month.n)
					}
				}
				return nil
			})
		}
	})
}
