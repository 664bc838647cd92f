package inbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/store"
)

// Who waits for us is who wrote something that is shown and came after our last word.
func TestWhatIsHeldDoesNotWait(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		said := func(id string, minute int) inbox.Message {
			t.Helper()
			a := comment(id, "1", "word "+id)
			a.Event.At = a.Event.At.Add(time.Duration(minute) * time.Minute)
			if id == "1" {
				a.Event.Parent = "post"
			}
			return record(t, ctx, tx, a).Message
		}
		first, second, third := said("1", 0), said("2", 1), said("3", 2)
		move := func(m inbox.Message, state string) {
			t.Helper()
			now, err := inbox.Get(ctx, tx, "w", m.ID)
			if err == nil {
				err = inbox.Move(ctx, tx, now, state, "")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		waits := func(want time.Time) {
			t.Helper()
			c, err := inbox.GetConversation(ctx, tx, "w", first.ConversationID)
			if err != nil || !c.WaitingSince.Equal(want) {
				t.Errorf("waiting since %v, not %v (%v)", c.WaitingSince, want, err)
			}
		}
		waits(first.At)
		move(second, inbox.Held)
		waits(first.At)
		move(first, inbox.Held)
		waits(third.At)
		move(first, inbox.Hidden) // carried out on the network
		waits(third.At)
		move(third, inbox.Deleted)
		waits(time.Time{})
		move(second, inbox.Visible) // undone
		waits(second.At)
		move(first, inbox.Visible)
		waits(first.At)
		if _, err := inbox.Answer(ctx, tx, access.Actor{User: "u", Name: "Ben"}, first, "An answer", false); err != nil {
			t.Fatal(err)
		}
		waits(time.Time{})
		move(first, inbox.Held)
		move(first, inbox.Visible)
		waits(time.Time{}) // it was answered
	})
}

// The same within one batch, where nothing is kept yet.
func TestWhatIsHeldInABatchDoesNotWait(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		at := func(id string, minute int) inbox.Arrival {
			a := comment(id, "1", "word "+id)
			a.Event.At = a.Event.At.Add(time.Duration(minute) * time.Minute)
			if id == "1" {
				a.Event.Parent = "post"
			}
			return a.Ready()
		}
		batch := func(do func(tray *inbox.Tray) error, all ...inbox.Arrival) {
			t.Helper()
			tray, err := inbox.Lay(ctx, tx, all)
			if err == nil {
				err = do(tray)
			}
			if err == nil {
				err = tray.Keep(ctx, tx)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		first, second, third, ours := at("1", 0), at("2", 1), at("3", 2), at("4", 3)
		waits := func(want time.Time) {
			t.Helper()
			m, err := inbox.Known(ctx, tx, "w", "c", "1")
			if err != nil {
				t.Fatal(err)
			}
			if c, err := inbox.GetConversation(ctx, tx, "w", m.ConversationID); err != nil || !c.WaitingSince.Equal(want) {
				t.Errorf("waiting since %v, not %v (%v)", c.WaitingSince, want, err)
			}
		}
		batch(func(tray *inbox.Tray) error {
			return tray.Move(tray.Record(first).Message, inbox.Held, "")
		}, first)
		waits(time.Time{})
		batch(func(tray *inbox.Tray) error { // two more, of which the first is gone before it was kept
			tray.Record(second)
			tray.Record(third)
			return tray.Vanish(second)
		}, second, third)
		waits(third.Event.At)
		batch(func(tray *inbox.Tray) error { // shown again on the network
			m, _ := tray.Known(first)
			return tray.Move(m, inbox.Visible, "")
		}, first)
		waits(first.Event.At)
		ours.FromUs, ours.PersonID = true, ""
		batch(func(tray *inbox.Tray) error { // hidden and answered in one batch, then shown
			m, _ := tray.Known(first)
			if err := tray.Move(m, inbox.Hidden, ""); err != nil {
				return err
			}
			tray.Record(ours)
			m, _ = tray.Known(first)
			return tray.Move(m, inbox.Visible, "")
		}, first, ours)
		waits(time.Time{})
	})
}

// What is told in another order than it was said ends the same: an older answer of ours
// answers nothing newer, what was said before our answer does not wait, and an answer that
// is gone has answered nobody.
func TestWhoWaitsDoesNotHangOnTheOrderOfTelling(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		talk := ""
		say := func(id string, minute int, ours bool) inbox.Arrival {
			t.Helper()
			a := comment(id, "1", "word "+id)
			a.Event.At = a.Event.At.Add(time.Duration(minute) * time.Minute)
			a.FromUs = ours
			if id == "1" {
				a.Event.Parent = "post"
			}
			talk = record(t, ctx, tx, a).Message.ConversationID
			return a
		}
		waits := func(what string, want time.Time) {
			t.Helper()
			c, err := inbox.GetConversation(ctx, tx, "w", talk)
			if err != nil || !c.WaitingSince.Equal(want) {
				t.Errorf("%s: waiting since %v, not %v (%v)", what, c.WaitingSince, want, err)
			}
		}
		say("1", 0, false)
		third := say("3", 30, false)
		say("2", 20, true)
		waits("an older answer", third.Event.At)
		fourth := say("4", 40, true)
		waits("a newer answer", time.Time{})
		say("5", 35, false)
		waits("said before the answer", time.Time{})
		tray, err := inbox.Lay(ctx, tx, []inbox.Arrival{fourth})
		if err == nil {
			err = tray.Vanish(fourth)
		}
		if err == nil {
			err = tray.Keep(ctx, tx)
		}
		if err != nil {
			t.Fatal(err)
		}
		waits("the answer is gone", third.Event.At)
	})
}
