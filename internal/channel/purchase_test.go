package channel_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// What is bought is counted once on a day (UTC) and network, whichever channel it is for.
func TestAThingIsPaidOnceOnADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		thing := func(c string, name network.Name, what, id string, at time.Time) channel.Purchased {
			return channel.Purchased{What: what, ID: id, At: at, Use: channel.Use{Channel: c, Workspace: "w", Network: name, Price: network.Price{What: what, Amount: "0.005", Currency: "USD"}}}
		}
		buy := func(all ...channel.Purchased) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				tx.Now = noon.Add(48 * time.Hour)
				return channel.Bought(ctx, tx, all)
			})
		}
		counted := func(c string) (n int64) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				spent, err := channel.Spent(ctx, tx, "w", c, noon)
				for _, s := range spent {
					n += s.N
				}
				return err
			})
			return n
		}
		buy(thing("a", "x", "read_post", "1", noon), thing("a", "x", "read_post", "1", noon), thing("a", "x", "read_person", "1", noon), thing("b", "x", "read_post", "1", noon))
		if a, b := counted("a"), counted("b"); a != 2 || b != 0 {
			t.Errorf("one of each sort is %d, and %d on the other channel", a, b)
		}
		buy(thing("b", "x", "read_post", "2", noon.Add(11*time.Hour+59*time.Minute)), thing("b", "x", "read_post", "1", noon.Add(-12*time.Hour)))
		buy(thing("b", "x", "read_post", "1", noon.Add(12*time.Hour))) // it is the next day
		buy(thing("b", "y", "read_post", "1", noon))                   // another network
		buy(thing("b", "x", "read_post", "2", time.Date(2026, 11, 28, 1, 0, 0, 0, time.FixedZone("", 7200))))
		if a, b := counted("a"), counted("b"); a != 2 || b != 3 {
			t.Errorf("a has %d and b %d", a, b)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if paid, err := channel.AllPaid(ctx, tx, []channel.Purchased{thing("b", "x", "read_post", "1", noon), thing("b", "x", "read_post", "2", noon)}); err != nil || !paid {
				t.Errorf("all of it is paid: %v, %v", paid, err)
			}
			paid, err := channel.AllPaid(ctx, tx, []channel.Purchased{thing("b", "x", "read_post", "1", noon), thing("b", "x", "read_post", "3", noon)})
			if paid {
				t.Error("what is new counts as paid")
			}
			return err
		})
		var many []channel.Purchased
		for i := range 5000 {
			many = append(many, thing("c", "x", "read_post", fmt.Sprint("m", i), noon.Add(time.Duration(i)*time.Millisecond)))
		}
		buy(slices.Concat(many, many[:100])...)
		if n := counted("c"); n != 5000 {
			t.Errorf("of 5000 %d are counted", n)
		}
		// Days that are over are forgotten; the one that just ended may still be asked for.
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			tx.Now = noon.Add(36 * time.Hour) // 29 November, at midnight
			if err := channel.ForgetPurchases(ctx, tx); err != nil {
				return err
			}
			days, err := store.All[string](ctx, tx, "select distinct day from purchase order by day")
			if !slices.Equal(days, []string{"2026-11-28"}) {
				t.Errorf("kept are %v", days)
			}
			return err
		})
	})
}
