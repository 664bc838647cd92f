package measure_test

import (
	"context"
	"testing"

	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestLateFiguresTakeTheirPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, told := range []network.Counts{{network.Views: 10, network.Followers: 200}, {network.Views: 12, network.Follows: 0}, {}} {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				return measure.KeepDay(ctx, tx, "w", "c", "2026-11-02", told, "instagram")
			})
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			days, err := measure.Days(ctx, tx, "w", "c", "2026-11-01")
			if err != nil || len(days) != 1 {
				t.Fatalf("%+v %v", days, err)
			}
			c := days[0].Counts
			if zero, given := c[network.Follows]; c[network.Views] != 12 || c[network.Followers] != 200 || !given || zero != 0 || len(c) != 3 {
				t.Errorf("%v", c)
			}
			if others, err := measure.Days(ctx, tx, "v", "c", "2026-11-01"); err != nil || len(others) != 0 {
				t.Errorf("another workspace reads %v, %v", others, err)
			}
			return err
		})
	})
}

func TestAnAudienceIsNotInvented(t *testing.T) {
	if a := measure.AudienceOf([]measure.Day{{Day: "2026-11-01", Counts: network.Counts{network.Views: 3}}}); a.Now != nil || a.Gained != nil || a.Lost != nil || a.Told != 0 {
		t.Errorf("out of nothing: %+v", a)
	}
	a := measure.AudienceOf([]measure.Day{
		{Day: "2026-11-01", Counts: network.Counts{network.Followers: 100}},
		{Day: "2026-11-02", Counts: network.Counts{network.Follows: 5}},
		{Day: "2026-11-03", Counts: network.Counts{network.Followers: 103, network.Follows: 0}},
		{Day: "2026-11-04"},
	})
	if a.Now == nil || *a.Now != 103 || a.NowDay != "2026-11-03" || a.Then == nil || *a.Then != 100 || a.ThenDay != "2026-11-01" || *a.Gained != 5 || a.Lost != nil || a.Told != 2 {
		t.Errorf("%+v", a)
	}
	one := measure.AudienceOf([]measure.Day{{Day: "2026-11-01", Counts: network.Counts{network.Followers: 7}}})
	if *one.Now != 7 || one.Then != nil {
		t.Errorf("one day compares with nothing: %+v", one)
	}
}
