package publish_test

import (
	"context"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// out makes a publication that is out, and gives its part.
func out(ctx context.Context, t *testing.T, tx *store.Tx, channel string) publish.Part {
	t.Helper()
	post, err := publish.Save(ctx, tx, actor, "", 0, []publish.Content{{Text: "as it was"}}, []publish.Target{{ChannelID: channel, Network: "x"}})
	must(t, err)
	all, err := publish.Schedule(ctx, tx, "w", post.ID, tx.Now)
	must(t, err)
	next, err := publish.Claim(ctx, tx, "w", all[0].ID, 1, func(publish.Claimed) network.Step { return network.Step{} })
	must(t, err)
	must(t, publish.Settle(ctx, tx, next.Part, network.Sent{Ref: network.Ref{ID: "remote-" + post.ID, URL: "https://x.example/1"}}))
	parts, err := publish.Sequence(ctx, tx, "w", all[0].ID)
	must(t, err)
	return parts[0]
}

func TestAChangeIsMadeOnceAndKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			part := out(ctx, t, tx, "c")
			e, err := publish.Propose(ctx, tx, part, publish.Content{Text: "as it is"}, "Camille")
			must(t, err)
			if _, err := publish.Propose(ctx, tx, part, publish.Content{Text: "another"}, "Camille"); !fault.Is(err, fault.Conflict) {
				t.Errorf("a second change at the same time: %v", err)
			}
			e, former, err := publish.ClaimEdit(ctx, tx, e, 7)
			if err != nil || former {
				t.Fatal(former, err)
			}
			again, _, err := publish.GetEdit(ctx, tx, "w", e.ID)
			must(t, err)
			if _, former, err := publish.ClaimEdit(ctx, tx, again, 8); err != nil || !former {
				t.Errorf("what somebody held is claimed again: %v %v", former, err)
			}
			if err := publish.SettleEdit(ctx, tx, e, part, part.Remote); !fault.Is(err, fault.Conflict) {
				t.Errorf("who was away settles what is unclear by now: %v", err)
			}
			unclear, _, err := publish.GetEdit(ctx, tx, "w", e.ID)
			must(t, err)
			must(t, publish.SettleEdit(ctx, tx, unclear, part, part.Remote))
			parts, err := publish.Sequence(ctx, tx, "w", part.PublicationID)
			must(t, err)
			n, err := publish.Changed(ctx, tx, part)
			if err != nil || n != 1 || parts[0].Content.Text != "as it is" || parts[0].RemoteID != part.RemoteID || parts[0].URL != part.URL {
				t.Errorf("%d changes, and the part is %+v, %v", n, parts[0], err)
			}
			p, err := publish.GetPublication(ctx, tx, "w", part.PublicationID)
			if err != nil || len(p.OwnParts) != 1 || p.OwnParts[0].Text != "as it is" {
				t.Errorf("the page shows %+v, %v", p.OwnParts, err)
			}
			return nil
		})
	})
}

func TestOnePinTakesThePlaceOfTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			var all []publish.Publication
			for range 2 {
				p, err := publish.GetPublication(ctx, tx, "w", out(ctx, t, tx, "c").PublicationID)
				must(t, err)
				all = append(all, p)
			}
			pinned := func() int {
				n, err := store.One[int](ctx, tx, "select count(*) from publication where workspace = 'w' and pinned = 1")
				must(t, err)
				return n
			}
			for _, p := range all {
				must(t, publish.Pin(ctx, tx, p, true, 1))
			}
			if n := pinned(); n != 1 {
				t.Errorf("%d are pinned where one can be", n)
			}
			must(t, publish.Pin(ctx, tx, all[0], true, 5))
			if n := pinned(); n != 2 {
				t.Errorf("%d are pinned where five can be", n)
			}
			must(t, publish.Pin(ctx, tx, all[0], false, 5))
			if n := pinned(); n != 1 {
				t.Errorf("%d are pinned after one was let go", n)
			}
			return nil
		})
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
