package channel_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func begin(t *testing.T, db *store.DB, c channel.Channel, later time.Duration) (mine string) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		tx.Now = tx.Now.Add(later)
		mine, err = channel.BeginRenewal(ctx, tx, c)
		return err
	})
	return mine
}

func end(t *testing.T, db *store.DB, keys *secret.Keyring, c channel.Channel, mine, fresh string) (kept bool) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = channel.EndRenewal(ctx, tx, keys, c, mine, secret.Text(fresh))
		return err
	})
	return kept
}

func TestOneAtATimeRenewsTheKeysOfAChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("first"))
		other := connect(t, db, keys, "x", account("of another workspace"))
		mine := begin(t, db, c, 0)
		if mine == "" || begin(t, db, c, 0) != "" {
			t.Fatal("two renew at once")
		}
		if begin(t, db, other, 0) == "" {
			t.Error("another channel waits")
		}
		if !end(t, db, keys, c, mine, "second") {
			t.Error("what was renewed is not kept")
		}
		if begin(t, db, c, 0) != "" {
			t.Error("what is not the key any more is renewed")
		}
		now, plain := read(t, db, keys, c.ID)
		if plain != "second" {
			t.Errorf("the key is %s", plain)
		}
		// The call began with the first key and was told of the second: what it says counts.
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return channel.Checked(ctx, tx, keys, c, network.Health{State: "warn", Text: "seen"}, "")
		})
		if after, _ := read(t, db, keys, c.ID); after.HealthText != "seen" || after.Keys != now.Keys {
			t.Errorf("after the check it is %+v", after)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return channel.Checked(ctx, tx, keys, c, network.Health{State: "ok"}, "older than what is kept")
		})
		if _, plain := read(t, db, keys, c.ID); plain != "second" {
			t.Errorf("the key is %s", plain)
		}
		// Nothing came of it: the next one may try at once.
		mine = begin(t, db, now, 0)
		if end(t, db, keys, now, mine, "") || begin(t, db, now, 0) == "" {
			t.Error("a renewal that failed holds others up")
		}
	})
}

func TestWhoDiedWhileRenewingHoldsNobodyUpForLong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("first"))
		dead := begin(t, db, c, 0)
		if begin(t, db, c, channel.RenewalLife-time.Second) != "" {
			t.Error("it has its time")
		}
		mine := begin(t, db, c, channel.RenewalLife)
		if mine == "" {
			t.Fatal("nobody may renew any more")
		}
		// It was only asleep: what it brings is newer than what is kept, and it does not
		// take the right of the other one away.
		if !end(t, db, keys, c, dead, "by the sleeper") {
			t.Error("the newest key is lost")
		}
		if end(t, db, keys, c, mine, "by the other") {
			t.Error("a key was kept that was renewed from one that was spent")
		}
		if _, plain := read(t, db, keys, c.ID); plain != "by the sleeper" {
			t.Errorf("the key is %s", plain)
		}
	})
}

func TestKeysThatAPersonBroughtAreNotRenewedAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := ring(t, db)
		c := connect(t, db, keys, "w", account("first"))
		mine := begin(t, db, c, 0)
		again := connect(t, db, keys, "w", account("by a person"))
		if end(t, db, keys, c, mine, "renewed from the first") {
			t.Error("kept")
		}
		if _, plain := read(t, db, keys, c.ID); plain != "by a person" || begin(t, db, again, 0) == "" {
			t.Errorf("the key is %s, and may it be renewed?", plain)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return channel.Remove(ctx, tx, "w", c.ID) })
		if end(t, db, keys, again, "", "renewed after the end") {
			t.Error("a removed channel has a key")
		}
	})
}
