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

// Whatever the order in which a network tells something, and however often, it ends the
// same: the last counts, and of two of one second the graver.
func TestNoticesEndTheSameInAnyOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, err := secret.Open(t.Context(), db, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		var began time.Time
		connect := func(id string) (c channel.Channel) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				began = tx.Now
				c, err = channel.Connect(ctx, tx, keys, "w", "whatsapp", network.Account{ID: id, Handle: id, Granted: network.Granted{Alias: "shared"}})
				return err
			})
			return c
		}
		type told struct {
			after  int // seconds
			notice network.Notice
		}
		paused := network.Notice{Subject: "template a/fr", Template: "a", TemplateID: "a/fr", Level: network.Barred, Text: "It is paused."}
		well := network.Notice{Subject: "template a/fr", Template: "a", TemplateID: "a/fr"}
		limit := func(most int) network.Notice {
			return network.Notice{Limit: &network.QuotaUse{Name: network.People, Used: -1, Max: most}}
		}
		tell := func(c channel.Channel, all ...told) (channel.Channel, []channel.Notice) {
			var now channel.Channel
			var notices []channel.Notice
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				for _, one := range all {
					fresh, err := channel.Get(ctx, tx, "w", c.ID)
					if err != nil {
						return err
					}
					if _, err := channel.Notify(ctx, tx, fresh, one.notice, began.Add(time.Duration(one.after)*time.Second)); err != nil {
						return err
					}
				}
				var err error
				if now, err = channel.Get(ctx, tx, "w", c.ID); err != nil {
					return err
				}
				everything, err := channel.Notices(ctx, tx, "w")
				for _, n := range everything {
					if n.Channel == c.ID {
						notices = append(notices, n)
					}
				}
				return err
			})
			return now, notices
		}
		for i, order := range [][]told{
			{{1, paused}, {2, well}}, {{2, well}, {1, paused}}, {{2, well}, {1, paused}, {1, paused}, {2, well}},
		} {
			if _, left := tell(connect("well"+string(rune('0'+i))), order...); len(left) != 0 {
				t.Errorf("%d: %+v", i, left)
			}
		}
		for i, order := range [][]told{{{1, well}, {2, paused}}, {{2, paused}, {1, well}}, {{2, paused}, {2, well}}, {{2, well}, {2, paused}}} {
			if _, left := tell(connect("paused"+string(rune('0'+i))), order...); len(left) != 1 || left[0].Text != paused.Text || left[0].TemplateID != "a/fr" {
				t.Errorf("%d: %+v", i, left)
			}
		}
		for i, order := range [][]told{
			{{1, limit(10_000)}, {2, limit(2000)}}, {{1, limit(10_000)}, {2, limit(2000)}, {1, limit(10_000)}, {2, limit(2000)}},
			{{1, limit(-1)}, {2, limit(10_000)}, {3, limit(2000)}}, {{1, limit(-1)}, {3, limit(2000)}, {2, limit(10_000)}},
		} {
			c, left := tell(connect("limit"+string(rune('0'+i))), order...)
			if len(c.Quotas) != 1 || c.Quotas[0].Max != 2000 || len(left) != 1 || left[0].Level != network.Warned {
				t.Errorf("%d: %+v, %+v", i, c.Quotas, left)
			}
			if c, left = tell(c, told{9, limit(10_000)}, told{4, limit(250)}); c.Quotas[0].Max != 10_000 || len(left) != 0 {
				t.Errorf("%d, raised again: %+v, %+v", i, c.Quotas, left)
			}
		}

		// What is over is told no more, and what was asked contradicts what was told.
		c := connect("over")
		ended := paused
		ended.Until = began.Add(-time.Second)
		if _, left := tell(c, told{1, ended}); len(left) != 0 {
			t.Errorf("over: %+v", left)
		}
		_, left := tell(c, told{2, paused})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return channel.Over(ctx, tx, left[0]) })
		if _, left := tell(c, told{1, paused}); len(left) != 0 {
			t.Errorf("it was asked: %+v", left)
		}

		// Both numbers of a business account are found by its id, one that was removed is not.
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			before, err := channel.Remote(ctx, tx, "whatsapp", "shared")
			if err != nil {
				return err
			}
			if err := channel.Remove(ctx, tx, "w", c.ID); err != nil {
				return err
			}
			after, err := channel.Remote(ctx, tx, "whatsapp", "shared")
			if len(before) < 2 || len(after) != len(before)-1 {
				t.Errorf("%d, then %d", len(before), len(after))
			}
			return err
		})
	})
}
