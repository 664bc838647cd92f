package inbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func comment(id, parent, text string) inbox.Arrival {
	return inbox.Arrival{Workspace: "w", ChannelID: "c", Network: "bluesky", PersonID: "p", Event: network.Event{Kind: network.Comment, Ref: network.Ref{ID: id},
		Author: network.Author{ID: "a", Name: "Ada"}, Text: text, At: time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC), Post: "post", Parent: parent}}
}

// on runs a test within one transaction on each engine.
func on(t *testing.T, test func(t *testing.T, ctx context.Context, tx *store.Tx)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			test(t, ctx, tx)
			return nil
		})
	})
}

func record(t *testing.T, ctx context.Context, tx *store.Tx, a inbox.Arrival) inbox.Recorded {
	t.Helper()
	var r inbox.Recorded
	alone(t, ctx, tx, a, func(tray *inbox.Tray, a inbox.Arrival) error {
		r = tray.Record(a)
		return nil
	})
	return r
}

// alone takes one arrival as a batch of its own.
func alone(t *testing.T, ctx context.Context, tx *store.Tx, a inbox.Arrival, take func(tray *inbox.Tray, a inbox.Arrival) error) {
	t.Helper()
	a = a.Ready()
	tray, err := inbox.Lay(ctx, tx, []inbox.Arrival{a})
	if err != nil {
		t.Fatal(err)
	}
	if err := take(tray, a); err != nil {
		t.Fatal(err)
	}
	if err := tray.Keep(ctx, tx); err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, ctx context.Context, tx *store.Tx, word string) int {
	t.Helper()
	all, err := tx.FoundText(ctx, []store.Word{{Text: word}}, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestToldTwiceIsRecordedOnce(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		if !record(t, ctx, tx, comment("1", "post", "Hello")).Fresh || record(t, ctx, tx, comment("1", "post", "Hello")).Fresh {
			t.Error("fresh once, then not")
		}
		c, err := inbox.GetConversation(ctx, tx, "w", record(t, ctx, tx, comment("1", "post", "Hello")).Message.ConversationID)
		if err != nil || c.Count != 1 || c.Unread != 1 || c.State != "open" || c.WaitingSince.IsZero() {
			t.Errorf("%+v %v", c, err)
		}
	})
}

func TestADeletionThatCameFirstWins(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		gone := comment("1", "post", "")
		gone.Event.Kind = network.Deleted
		alone(t, ctx, tx, gone, (*inbox.Tray).Vanish)
		r := record(t, ctx, tx, comment("1", "post", "unique"))
		if r.Fresh || r.Message.State != inbox.Deleted || found(t, ctx, tx, "unique") != 0 {
			t.Errorf("a deleted message came alive: %+v", r)
		}
	})
}

func TestAnAnswerToTheUnknownWaitsForIt(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		child := record(t, ctx, tx, comment("2", "1", "below")).Message
		parent := record(t, ctx, tx, comment("1", "post", "above"))
		if !parent.Fresh || parent.Message.ConversationID != child.ConversationID || parent.Message.Text != "above" {
			t.Errorf("%+v and %+v", parent, child)
		}
		if deeper := record(t, ctx, tx, comment("3", "2", "deeper")).Message; deeper.ConversationID != child.ConversationID {
			t.Error("an answer left its conversation")
		}
		if other := record(t, ctx, tx, comment("9", "post", "elsewhere")).Message; other.ConversationID == child.ConversationID {
			t.Error("two top-level comments share a conversation")
		}
	})
}

func TestAnEditIsFoundByItsNewWords(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		record(t, ctx, tx, comment("1", "post", "before"))
		edited := comment("1", "post", "after")
		alone(t, ctx, tx, edited, func(tray *inbox.Tray, a inbox.Arrival) error {
			tray.Edit(a)
			return nil
		})
		if found(t, ctx, tx, "before") != 0 || found(t, ctx, tx, "after") != 1 {
			t.Error("search knows the old words")
		}
	})
}

// What we delete ourselves is gone from the list as well.
func TestWhatIsDeletedIsNotReadInTheList(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		m := record(t, ctx, tx, comment("1", "post", "a rash word")).Message
		last := func() string {
			c, err := inbox.GetConversation(ctx, tx, m.Workspace, m.ConversationID)
			if err != nil {
				t.Fatal(err)
			}
			return c.LastText
		}
		if last() != "a rash word" {
			t.Fatalf("the list says %q", last())
		}
		if err := inbox.Move(ctx, tx, m, inbox.Deleted, ""); err != nil {
			t.Fatal(err)
		}
		if last() != "" {
			t.Errorf("the list says %q of what is gone", last())
		}
	})
}

func TestOurAnswerToldBackIsOne(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		to := record(t, ctx, tx, comment("1", "post", "Question?")).Message
		m, err := inbox.Answer(ctx, tx, access.Actor{User: "u", Name: "Us", Workspace: "w"}, to, "Answer!", false)
		if err != nil {
			t.Fatal(err)
		}
		m, former, err := inbox.Claim(ctx, tx, "w", m.ID, 7)
		if err != nil || former {
			t.Fatal(former, err)
		}
		echo := comment("2", "1", "Answer!")
		echo.FromUs, echo.PersonID, echo.Event.Kind = true, "", network.Ours
		record(t, ctx, tx, echo)
		stale := m
		stale.Token = 6
		if err := inbox.Settle(ctx, tx, stale, network.Sent{Ref: network.Ref{ID: "2"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a former holder settled: %v", err)
		}
		if err := inbox.Settle(ctx, tx, m, network.Sent{Ref: network.Ref{ID: "2"}}); err != nil {
			t.Fatal(err)
		}
		c, err := inbox.GetConversation(ctx, tx, "w", to.ConversationID)
		if err != nil || c.Count != 2 || found(t, ctx, tx, "answer") != 1 || !c.WaitingSince.IsZero() {
			t.Errorf("%+v %v", c, err)
		}
		if _, former, _ = inbox.Claim(ctx, tx, "w", m.ID, 8); former {
			t.Error("what was sent is claimed again")
		}
	})
}

func TestAnswersOfADeadHolderAreUnclear(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		to := record(t, ctx, tx, comment("1", "post", "Question?")).Message
		m, err := inbox.Answer(ctx, tx, access.Actor{User: "u", Workspace: "w"}, to, "Answer!", false)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := inbox.Claim(ctx, tx, "w", m.ID, 1); err != nil {
			t.Fatal(err)
		}
		if _, former, err := inbox.Claim(ctx, tx, "w", m.ID, 2); !former || err != nil {
			t.Fatal(former, err)
		}
		if m, err = inbox.Get(ctx, tx, "w", m.ID); err != nil || m.Sending != "unclear" {
			t.Fatalf("%+v %v", m, err)
		}
		for look, want := range []bool{false, true} {
			if m, err = inbox.Get(ctx, tx, "w", m.ID); err != nil {
				t.Fatal(err)
			}
			again, err := inbox.Missed(ctx, tx, m, 0)
			if err != nil || again != want {
				t.Errorf("look %d: %v %v", look, again, err)
			}
		}
	})
}
