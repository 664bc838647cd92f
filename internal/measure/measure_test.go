package measure_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestAMissingCountIsNotZero(t *testing.T) {
	d := measure.ByFollowers()
	r := d.Of(measure.Snapshot{Counts: network.Counts{network.Likes: 3, network.Followers: 200}})
	if r.Value == nil || *r.Value != 1.5 || len(r.Missing) != 3 {
		t.Errorf("%+v", r)
	}
	for _, counts := range []network.Counts{{network.Likes: 3}, {network.Followers: 200}, {network.Likes: 1, network.Followers: 0}, nil} {
		if r := d.Of(measure.Snapshot{Counts: counts}); r.Value != nil {
			t.Errorf("a rate out of nothing: %v gives %v", counts, *r.Value)
		}
	}
}

func TestASnapshotComesBackAsGiven(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		given := network.Counts{network.Likes: 0, "facebook:post_clicks": 7}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return measure.Keep(ctx, tx, "w", "p", "c", tx.Now.Add(-time.Hour), given, "facebook")
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			for range 2 {
				counted := measure.Tally{}
				counted.Add("w", "c", tx.Now, "comment")
				counted.Add("w", "c", tx.Now, "comment")
				if err := counted.Keep(ctx, tx); err != nil {
					return err
				}
			}
			n, err := store.One[int](ctx, tx, "select n from tally where workspace = 'w' and channel_id = 'c' and kind = 'comment'")
			if n != 4 {
				t.Errorf("twice two is %d", n)
			}
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			s, err := measure.Latest(ctx, tx, "w", "p")
			if n, ok := s.Counts[network.Likes]; !ok || n != 0 || s.Counts["facebook:post_clicks"] != 7 || len(s.Counts) != 2 || s.AgeSeconds != 3600 {
				t.Errorf("%+v", s)
			}
			if _, err := measure.Latest(ctx, tx, "other", "p"); err == nil {
				t.Error("another workspace reads it")
			}
			return err
		})
	})
}

func TestYoungPostsAreCountedMoreOften(t *testing.T) {
	born := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		last, now time.Duration
		want      bool
	}{
		{-1, time.Second, true},
		{time.Minute, 2 * time.Minute, false},
		{time.Minute, 6 * time.Minute, true},
		{59 * time.Minute, 60 * time.Minute, true}, // the fixed age of one hour
		{3 * time.Hour, 3*time.Hour + 30*time.Minute, false},
		{25 * time.Hour, 40 * time.Hour, false},
		{25 * time.Hour, 50 * time.Hour, true},
		{90 * 24 * time.Hour, 92 * 24 * time.Hour, false},
	} {
		last := born.Add(c.last)
		if c.last < 0 {
			last = time.Time{}
		}
		if got := measure.Due(born, last, born.Add(c.now)); got != c.want {
			t.Errorf("last %v now %v: %v", c.last, c.now, got)
		}
	}
}
