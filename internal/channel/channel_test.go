package channel_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func ring(t *testing.T, db *store.DB) *secret.Keyring {
	t.Helper()
	keys, err := secret.Open(t.Context(), db, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func account(keys string) network.Account {
	return network.Account{Base: "https://m.test", ID: "1", Handle: "shop", Name: "Shop", Keys: secret.Text(keys), Limits: network.Limits{Text: network.TextLimit{Max: 500}}}
}

func connect(t *testing.T, db *store.DB, keys *secret.Keyring, workspace string, a network.Account) (c channel.Channel) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = channel.Connect(ctx, tx, keys, workspace, "mastodon", a)
		return err
	})
	return c
}

func read(t *testing.T, db *store.DB, keys *secret.Keyring, id string) (c channel.Channel, plain string) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = channel.Get(ctx, tx, "w", id)
		return err
	})
	conn, err := c.Conn(keys)
	if err != nil {
		t.Fatal(err)
	}
	return c, conn.Keys.Reveal()
}

func TestConnectedAgainItIsTheSameChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		first := connect(t, db, keys, "w", account("old"))
		if strings.Contains(first.Keys, "old") {
			t.Errorf("the keys lie open: %s", first.Keys)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return channel.Ailing(ctx, tx, first, "The key is refused.", "Connect again.")
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return channel.Remove(ctx, tx, "w", first.ID) })
		again := connect(t, db, keys, "w", account("new"))
		c, plain := read(t, db, keys, first.ID)
		if again.ID != first.ID || plain != "new" || c.Health != "ok" || c.HealthText != "" || !c.RemovedAt.IsZero() {
			t.Errorf("again it is %+v with %s", c, plain)
		}
		if other := connect(t, db, keys, "x", account("theirs")); other.ID == first.ID {
			t.Error("two workspaces share a channel")
		}
	})
}

func TestKeysGivenMeanwhileStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		asked := connect(t, db, keys, "w", account("first"))
		check := func(renewed string) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				return channel.Checked(ctx, tx, keys, asked, network.Health{State: "ok"}, secret.Text(renewed))
			})
		}
		check("") // nothing was renewed
		if _, plain := read(t, db, keys, asked.ID); plain != "first" {
			t.Errorf("a check without new keys leaves %s", plain)
		}
		check("renewed")
		if _, plain := read(t, db, keys, asked.ID); plain != "renewed" {
			t.Errorf("renewed keys are not kept: %s", plain)
		}
		before, _ := read(t, db, keys, asked.ID)
		connect(t, db, keys, "w", account("by a person"))
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := channel.Checked(ctx, tx, keys, before, network.Health{State: "broken", Text: "The former key is refused."}, ""); err != nil {
				return err
			}
			return channel.Ailing(ctx, tx, before, "The former key is refused.", "Connect again.")
		})
		if c, _ := read(t, db, keys, asked.ID); c.Health != "ok" || c.HealthText != "" {
			t.Errorf("a call that began with the former key marks the channel: %s %s", c.Health, c.HealthText)
		}
		check("of the connection before")
		check("")
		if c, plain := read(t, db, keys, asked.ID); plain != "by a person" || c.Limits.Text.Max != 500 {
			t.Errorf("a check that began before wrote %s", plain)
		}
	})
}

func TestARemovedChannelForgetsItsKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := connect(t, db, ring(t, db), "w", account("secret"))
		remove := func(workspace string) error {
			return store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return channel.Remove(ctx, tx, workspace, c.ID) })
		}
		if err := remove("x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another workspace removed it: %v", err)
		}
		if err := remove("w"); err != nil {
			t.Fatal(err)
		}
		if err := remove("w"); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed twice: %v", err)
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := channel.Get(ctx, tx, "w", c.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("a removed channel is still used: %v", err)
			}
			left, err := store.One[string](ctx, tx, "select keys from channel where id = $1", c.ID)
			if left != "" {
				t.Errorf("its keys are still there")
			}
			return err
		})
	})
}

func TestHavingHeardNeverGoesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("k"))
		until := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		for i, step := range []time.Time{until, until.Add(-time.Hour), {}} {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				return channel.Heard(ctx, tx, "w", c.ID, strings.Repeat("x", i), step, 0, nil)
			})
			if now, _ := read(t, db, keys, c.ID); !now.CompleteUntil.Equal(until) || len(now.Cursor) != i {
				t.Errorf("step %d: heard until %v, cursor %q", i, now.CompleteUntil, now.Cursor)
			}
		}
	})
}

// A network that tells nothing of its quotas at the moment is no mistake.
func TestNoQuotasAreKeptAsNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("key"))
		for _, said := range [][]network.QuotaUse{{{Name: "reads", Used: 3, Max: 9}}, nil} {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				return channel.Used(ctx, tx, "w", c.ID, said)
			})
			if kept, _ := read(t, db, keys, c.ID); len(kept.Quotas) != len(said) {
				t.Errorf("%+v kept as %+v", said, kept.Quotas)
			}
		}
	})
}

func TestAccountsOfOneBusinessShareALimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		ids := map[string]channel.Channel{}
		for account, pool := range map[string]string{"one": "business", "two": "business", "three": "another", "four": ""} {
			c := connect(t, db, keys, "w"+account, network.Account{ID: account, Keys: "k"})
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				if err = channel.Used(ctx, tx, c.Workspace, c.ID, []network.QuotaUse{{Name: network.People, Used: -1, Max: 250, Pool: pool}}); err != nil {
					return err
				}
				ids[account], err = channel.Get(ctx, tx, c.Workspace, c.ID)
				return err
			})
		}
		for account, want := range map[string]int{"one": 2, "two": 2, "three": 1, "four": 1} {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				all, err := channel.Pooled(ctx, tx, ids[account], network.People)
				if len(all) != want || !slices.Contains(all, ids[account].ID) {
					t.Errorf("%s shares with %v", account, all)
				}
				return err
			})
		}
	})
}
