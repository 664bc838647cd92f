package channel_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestWhatWasUsedIsAddedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		begin := time.Date(2026, 11, 25, 10, 30, 0, 0, time.UTC)
		cheap, dear := network.Price{What: "reply", Amount: "0.015", Currency: "USD", Category: "a"}, network.Price{What: "reply", Amount: "0.02", Currency: "USD"}
		at := func(later time.Duration, uses ...channel.Use) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				tx.Now = begin.Add(later)
				for i := range uses {
					uses[i].Network = "x"
					uses[i].Workspace = "w"
				}
				return channel.Took(ctx, tx, uses...)
			})
		}
		at(0, channel.Use{Channel: "a", Price: cheap, N: 1}, channel.Use{Channel: "a", Price: cheap, N: 2}, channel.Use{Channel: "a", Price: network.Price{What: "calls"}, N: 7}, channel.Use{Channel: "a", Price: dear})
		at(20*time.Minute, channel.Use{Channel: "a", Price: cheap, N: 1}, channel.Use{Channel: "b", Price: network.Price{What: "calls"}, N: 5})
		at(3*time.Hour, channel.Use{Channel: "a", Price: dear, N: 1}) // the network takes more by now
		at(-900*24*time.Hour, channel.Use{Channel: "a", Price: cheap, N: 99})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			tx.Now = begin
			return channel.ForgetUses(ctx, tx)
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			spent, err := channel.Spent(ctx, tx, "w", "a", time.Time{}.AddDate(1970, 0, 0))
			if want := []channel.Spending{{"reply", "0.015", "USD", 4}, {"reply", "0.02", "USD", 1}}; err != nil || !slices.Equal(spent, want) {
				t.Errorf("spent %+v %v", spent, err)
			}
			if spent, err = channel.Spent(ctx, tx, "w", "a", begin.Add(time.Hour)); err != nil || len(spent) != 1 || spent[0].Price != "0.02" {
				t.Errorf("lately %+v %v", spent, err)
			}
			if spent, err = channel.Spent(ctx, tx, "another", "a", begin); err != nil || len(spent) != 0 {
				t.Errorf("another workspace sees %+v %v", spent, err)
			}
			// An hour is of one month alone, also the one at whose beginning two months meet.
			hour := begin.Truncate(time.Hour)
			for _, month := range []struct {
				from, until time.Time
				n           int64
			}{{hour.Add(-24 * time.Hour), hour, 0}, {hour, hour.Add(3 * time.Hour), 4}, {hour.Add(3 * time.Hour), hour.Add(24 * time.Hour), 1}} {
				paid, err := channel.Paid(ctx, tx, "w", month.from, month.until)
				var n int64
				for _, p := range paid {
					n += p.N
				}
				if err != nil || n != month.n {
					t.Errorf("from %s until %s %d were paid, not %d: %v", month.from, month.until, n, month.n, err)
				}
			}
			all, err := channel.TakenOf(ctx, tx, "x", "", "calls", begin)
			if want := begin.Truncate(time.Hour); err != nil || len(all) != 1 || all[0].N != 12 || !all[0].At.Equal(want) {
				t.Errorf("all channels: %+v %v", all, err)
			}
			if one, err := channel.TakenOf(ctx, tx, "x", "b", "calls", begin); err != nil || len(one) != 1 || one[0].N != 5 {
				t.Errorf("one of them: %+v %v", one, err)
			}
			return nil
		})
	})
}
