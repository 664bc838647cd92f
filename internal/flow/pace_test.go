package flow

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// ticking is a clock that a test moves.
type ticking struct{ at atomic.Int64 }

func (c *ticking) now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

// onTikTok is a house with channels there, whose time a test moves.
func onTikTok(t *testing.T, open func(testing.TB, ...store.Option) *store.DB, accounts ...network.Account) (*House, *ticking, []channel.Channel) {
	t.Helper()
	clock := &ticking{}
	clock.at.Store(time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC).UnixMicro())
	db := open(t, store.WithNow(clock.now))
	keys, err := secret.Open(t.Context(), db, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	h := &House{DB: db, Networks: network.NewSet(tiktok.New(nil, tiktok.Options{})), Keys: keys}
	var all []channel.Channel
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		all = nil
		for _, a := range accounts {
			c, err := channel.Connect(ctx, tx, keys, "w", "tiktok", a)
			if err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return h, clock, all
}

func engines(t *testing.T, test func(t *testing.T, open func(testing.TB, ...store.Option) *store.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, storetest.SQLite) })
	t.Run("postgres", func(t *testing.T) { test(t, storetest.Postgres) })
}

// TikTok takes six announcements in a minute: whoever comes with more waits, however many
// ask at once, and another account does not wait for them.
func TestABurstOfPostsWaits(t *testing.T) {
	engines(t, func(t *testing.T, open func(testing.TB, ...store.Option) *store.DB) {
		h, clock, all := onTikTok(t, open, network.Account{ID: "1", Keys: `{"access":"a"}`}, network.Account{ID: "2", Keys: `{"access":"b"}`})
		var free, waits atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				wait, err := h.pacer(all[0])(t.Context(), "uploads")
				switch {
				case err != nil || wait < 0 || wait > 61*time.Second:
					t.Errorf("%v, %v", wait, err)
				case wait == 0:
					free.Add(1)
				default:
					waits.Add(1)
				}
			})
		}
		wg.Wait()
		if free.Load() != 6 || waits.Load() != 4 {
			t.Fatalf("%d went at once, and %d wait", free.Load(), waits.Load())
		}
		asks := func(c channel.Channel, quota string) time.Duration {
			t.Helper()
			wait, err := h.pacer(c)(t.Context(), quota)
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		if wait := asks(all[1], "uploads"); wait != 0 {
			t.Errorf("another account waits %v", wait)
		}
		if wait := asks(all[0], "nothing"); wait != 0 {
			t.Errorf("what is not limited waits %v", wait)
		}
		clock.at.Add(int64(59 * time.Second / time.Microsecond))
		if wait := asks(all[0], "uploads"); wait <= 0 || wait > 2*time.Second {
			t.Errorf("after 59 seconds it waits %v", wait)
		}
		clock.at.Add(int64(2 * time.Second / time.Microsecond))
		if wait := asks(all[0], "uploads"); wait != 0 {
			t.Errorf("after 61 seconds it waits %v", wait)
		}
	})
}
