package channel_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func miss(t *testing.T, db *store.DB, c channel.Channel, reason string, from, to time.Time) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		return channel.Miss(ctx, tx, "w", c.ID, reason, network.Span{From: from, To: to})
	})
}

func gaps(t *testing.T, db *store.DB, c channel.Channel) (all []channel.Gap) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = channel.Gaps(ctx, tx, "w", c.ID)
		return err
	})
	return all
}

func heal(t *testing.T, db *store.DB, c channel.Channel, reach time.Duration) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return channel.Recover(ctx, tx, "w", c.ID, reach) })
}

func TestAGapIsToldOnceAndEndsByItselfOrByAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := connect(t, db, ring(t, db), "w", account("k"))
		now := db.Now()
		// It goes on, and is told once.
		miss(t, db, c, channel.Silent, now.Add(-3*time.Hour), time.Time{})
		miss(t, db, c, channel.Silent, now.Add(-3*time.Hour), time.Time{})
		miss(t, db, c, channel.Lost, now.Add(-2*time.Hour), now.Add(-time.Hour)) // inside
		miss(t, db, c, channel.Lost, now, now)                                   // nothing
		if all := gaps(t, db, c); len(all) != 1 || !all[0].To.IsZero() || all[0].Reason != channel.Silent {
			t.Fatalf("gaps: %+v", all)
		}
		dismiss := func(id string) error {
			return store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return channel.Dismiss(ctx, tx, "w", id) })
		}
		if err := dismiss(gaps(t, db, c)[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("one that goes on is dismissed: %v", err)
		}
		// A network that tells everything fills it.
		heal(t, db, c, 0)
		if all := gaps(t, db, c); len(all) != 0 {
			t.Errorf("not filled: %+v", all)
		}
		// One that tells four hours fills what is younger, and leaves what is older.
		miss(t, db, c, channel.Silent, now.Add(-3*time.Hour), time.Time{})
		heal(t, db, c, 4*time.Hour)
		if all := gaps(t, db, c); len(all) != 0 {
			t.Errorf("within reach, and not filled: %+v", all)
		}
		miss(t, db, c, channel.Silent, now.Add(-9*time.Hour), time.Time{})
		heal(t, db, c, 4*time.Hour)
		all := gaps(t, db, c)
		if len(all) != 1 || all[0].To.Before(now.Add(-4*time.Hour)) || all[0].To.After(now.Add(-3*time.Hour)) || all[0].Reason != channel.Lost {
			t.Fatalf("out of reach: %+v", all)
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := channel.GetGap(ctx, tx, "x", all[0].ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("another workspace sees it: %v", err)
			}
			everywhere, err := channel.OpenGaps(ctx, tx, "w")
			if len(everywhere) != 1 {
				t.Errorf("open gaps: %+v", everywhere)
			}
			return err
		})
		if err := dismiss(all[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := dismiss(all[0].ID); !fault.Is(err, fault.Conflict) || len(gaps(t, db, c)) != 0 {
			t.Errorf("dismissed twice: %v", err)
		}
	})
}

func TestAnAttemptBelongsToOnePersonAndCountsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		me, other, elsewhere := access.Actor{User: "me", Workspace: "w"}, access.Actor{User: "other", Workspace: "w"}, access.Actor{User: "me", Workspace: "x"}
		g := channel.Grant{ID: secret.Token(), Workspace: "w", User: "me", Network: "mastodon"}
		k := channel.Kept{Settings: map[string]string{"server": "s"}, Redirect: "r", Verifier: "v", Memory: "m"}
		do := func(f func(ctx context.Context, tx *store.Tx) error) error { return store.Do(t.Context(), db, f) }
		if err := do(func(ctx context.Context, tx *store.Tx) error { return channel.Ask(ctx, tx, keys, g, k) }); err != nil {
			t.Fatal(err)
		}
		back := func(who access.Actor, name network.Name) (got channel.Grant, err error) {
			err = do(func(ctx context.Context, tx *store.Tx) (err error) {
				got, err = channel.CameBack(ctx, tx, who, name, g.ID)
				return err
			})
			return got, err
		}
		if _, err := back(other, "mastodon"); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else came back: %v", err)
		}
		if _, err := back(elsewhere, "mastodon"); !fault.Is(err, fault.NotFound) {
			t.Errorf("back in another workspace: %v", err)
		}
		if _, err := back(me, "bluesky"); !fault.Is(err, fault.Conflict) {
			t.Errorf("back from another network: %v", err)
		}
		got, err := back(me, "mastodon")
		if err != nil {
			t.Fatal(err)
		}
		if open, err := got.Open(keys); err != nil || open.Verifier != "v" || open.Memory != "m" || open.Settings["server"] != "s" {
			t.Errorf("remembered: %+v %v", open, err)
		}
		if _, err := back(me, "mastodon"); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		k.Accounts = []network.Account{account("the key")}
		if err := do(func(ctx context.Context, tx *store.Tx) error { return channel.Conclude(ctx, tx, keys, got, k) }); err != nil {
			t.Fatal(err)
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			done, err := channel.GetGrant(ctx, tx, me, g.ID)
			if err != nil || done.State != channel.Granted {
				t.Fatalf("%+v %v", done, err)
			}
			open, err := done.Open(keys)
			if len(open.Accounts) != 1 || open.Accounts[0].Keys != "the key" || open.Verifier != "" || open.Memory != "" {
				t.Errorf("concluded: %+v", open)
			}
			moved := done
			moved.ID = secret.Token()
			if _, err := moved.Open(keys); err == nil {
				t.Error("copied to another row it opens")
			}
			return err
		})
		if err := do(func(ctx context.Context, tx *store.Tx) error { return channel.Spend(ctx, tx, got) }); err != nil {
			t.Fatal(err)
		}
		if _, err := back(me, "mastodon"); !fault.Is(err, fault.NotFound) {
			t.Errorf("spent: %v", err)
		}
	})
}

func TestOurAppComesWithTheChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("k"))
		app := network.App{ID: "1", Secret: "hush", Verify: "word", Extra: map[string]string{"a": "b"}}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := channel.KeepApp(ctx, tx, keys, "mastodon", network.App{ID: "0", Secret: "old"}); err != nil {
				return err
			}
			return channel.KeepApp(ctx, tx, keys, "mastodon", app)
		})
		get := func() network.Conn {
			storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				c, err = channel.Get(ctx, tx, "w", c.ID)
				return err
			})
			conn, err := c.Conn(keys)
			if err != nil {
				t.Fatal(err)
			}
			return conn
		}
		if conn := get(); conn.App.ID != "1" || conn.App.Secret != "hush" || conn.App.Verify != "word" || conn.App.Extra["a"] != "b" {
			t.Errorf("the app is %+v", conn.App)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return channel.ForgetApp(ctx, tx, "mastodon") })
		if conn := get(); conn.App.Known() {
			t.Errorf("forgotten, the app is %+v", conn.App)
		}
	})
}
