package channel_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// A pause lasts since it began, says more than an error of before, and ends.
func TestAPauseOfReadingIsAStateOfItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("k"))
		begun := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		now := func(later time.Duration, do func(ctx context.Context, tx *store.Tx) error) (now channel.Channel) {
			t.Helper()
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				tx.Now = begun.Add(later)
				if err := do(ctx, tx); err != nil {
					return err
				}
				now, err = channel.Get(ctx, tx, "w", c.ID)
				return err
			})
			return now
		}
		pause := func(ctx context.Context, tx *store.Tx) error { return channel.Pause(ctx, tx, "w", c.ID) }
		now(0, func(ctx context.Context, tx *store.Tx) error {
			return channel.Unheard(ctx, tx, "w", c.ID, "It makes no sense.")
		})
		if c := now(0, pause); !c.PausedSince.Equal(begun) || c.ReadingError != "" {
			t.Errorf("paused, it is %v and %q", c.PausedSince, c.ReadingError)
		}
		if c := now(time.Hour, pause); !c.PausedSince.Equal(begun) {
			t.Errorf("paused since %v, it says %v an hour later", begun, c.PausedSince)
		}
		if c := now(time.Hour, func(ctx context.Context, tx *store.Tx) error { return channel.Resume(ctx, tx, "another", c.ID) }); c.PausedSince.IsZero() {
			t.Error("another workspace ends it")
		}
		if c := now(time.Hour, func(ctx context.Context, tx *store.Tx) error { return channel.Resume(ctx, tx, "w", c.ID) }); !c.PausedSince.IsZero() {
			t.Errorf("read again, it is paused since %v", c.PausedSince)
		}
		now(0, pause)
		if c := connect(t, db, keys, "w", account("k")); !c.PausedSince.IsZero() {
			t.Errorf("connected again, it is paused since %v", c.PausedSince)
		}
	})
}

// Refused knocks are known since the first one after the last genuine one.
func TestRefusedKnocksAreKnownSinceTheLastGenuineOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		knock := func(at, genuine time.Duration) (r channel.Refusal) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				tx.Now = noon.Add(at)
				if err := channel.RefuseKnock(ctx, tx, "x", noon.Add(genuine)); err != nil {
					return err
				}
				r, err = channel.RefusalOf(ctx, tx, "x")
				return err
			})
			return r
		}
		knock(0, -time.Hour)
		if r := knock(5*time.Minute, -time.Hour); !r.Since.Equal(noon) || !r.At.Equal(noon.Add(5*time.Minute)) {
			t.Errorf("refused twice: %+v", r)
		}
		if r := knock(10*time.Minute, 7*time.Minute); !r.Since.Equal(noon.Add(10 * time.Minute)) {
			t.Errorf("it knocked in between: %+v", r)
		}
	})
}
