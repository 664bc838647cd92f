package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// A post that waits is given another moment in one act: one job sends it, and where the new moment is refused the old one holds.
func TestAPostThatWaitsIsMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		ids := p.furnish(ada)
		second := ""
		p.do(func(ctx context.Context, tx *store.Tx) error {
			c, err := channel.Connect(ctx, tx, p.house.Keys, ada.by.Workspace, "bluesky", network.Account{Base: "https://pds.test", ID: "did:plc:second", Handle: "second.test", Keys: "{}",
				Limits: network.Limits{Text: network.TextLimit{Max: 300, Unit: "graphemes"}}})
			second = c.ID
			return err
		})
		post := ok[api.Post](t, p.with(ada, "POST", "/posts", map[string]any{"parts": []any{map[string]any{"text": "at another time"}},
			"publications": []any{map[string]any{"channel_id": ids["channels"], "parts": nil}, map[string]any{"channel_id": second, "parts": nil}}}, "Idempotency-Key", "post"))
		at := func(due string) api.Post {
			return ok[api.Post](t, p.with(ada, "POST", "/posts/"+post.ID+"/schedule", map[string]any{"due_at": due}))
		}
		at("2099-01-01T09:00:00Z")
		moved := at("2099-02-03T10:00:00Z")
		refused(t, p.with(ada, "POST", "/posts/"+post.ID+"/schedule", map[string]any{"due_at": "9999-01-01T00:00:00Z"}), 422, "invalid")
		want := time.Date(2099, 2, 3, 10, 0, 0, 0, time.UTC)
		now := ok[api.Post](t, p.with(ada, "GET", "/posts/"+post.ID, nil))
		for _, said := range []api.Post{moved, now} {
			if said.State != "scheduled" || said.DueAt == nil || !said.DueAt.Equal(want) {
				t.Errorf("it is %s for %v", said.State, said.DueAt)
			}
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			open, err := store.All[struct{ DueAt time.Time }](ctx, tx, "select due_at from job where state = 'open' and key in (select id from part where publication_id = $1)", now.Publications[0].ID)
			if len(open) != 1 || !open[0].DueAt.Equal(want) {
				t.Errorf("what will send it: %+v", open)
			}
			parts, err2 := store.All[struct{ State string }](ctx, tx, "select state from part where publication_id = $1", now.Publications[0].ID)
			if len(parts) != 1 || parts[0].State != "due" {
				t.Errorf("its parts: %+v", parts)
			}
			if err == nil {
				err = err2
			}
			return err
		})
		// On one of its channels it is out: moving it would send it there again.
		p.do(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "update publication set state = 'published' where id = $1", now.Publications[0].ID)
			return err
		})
		told := refused(t, p.with(ada, "POST", "/posts/"+post.ID+"/schedule", map[string]any{"due_at": "2099-03-03T10:00:00Z"}), 409, "conflict")
		if told.Detail != "A part of this post has begun to leave, so it cannot be moved." {
			t.Errorf("it says: %s", told.Detail)
		}
	})
}
