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
)

// known is what is known of a message of ours.
type known struct{ DeliveredAt, ReadAt time.Time }

func receiptOf(t *testing.T, ctx context.Context, tx *store.Tx, id string) known {
	t.Helper()
	k, err := store.One[known](ctx, tx, "select delivered_at, read_at from receipt where message_id = $1", id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return k
}

func written(id string, at time.Time) inbox.Arrival {
	return inbox.Arrival{Workspace: "w", ChannelID: "c", Network: "messenger", PersonID: "p", Event: network.Event{Kind: network.Direct, Ref: network.Ref{ID: id},
		Author: network.Author{ID: "ada", Name: "Ada"}, Text: "Hello " + id, At: at, Thread: "ada", Private: true}}
}

func told(t *testing.T, ctx context.Context, tx *store.Tx, e network.Event) string {
	t.Helper()
	e.Kind, e.Private = network.Receipt, true
	talk, _, err := inbox.Witness(ctx, tx, inbox.Arrival{Workspace: "w", ChannelID: "c", Event: e})
	if err != nil {
		t.Fatal(err)
	}
	return talk
}

// answer sends an answer, as the network calls it.
func answer(t *testing.T, ctx context.Context, tx *store.Tx, to inbox.Message, remote string) inbox.Message {
	t.Helper()
	m, err := inbox.Answer(ctx, tx, access.Actor{Workspace: "w", User: "u", Name: "Us"}, to, "Hi "+remote, true)
	if err == nil {
		m, _, err = inbox.Claim(ctx, tx, "w", m.ID, 1)
	}
	if err == nil && remote != "" {
		err = inbox.Settle(ctx, tx, m, network.Sent{Ref: network.Ref{ID: remote}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What is told of an answer comes twice and in any order: it never goes back, and the
// earliest moment is the true one.
func TestHowFarAnAnswerCame(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		to := record(t, ctx, tx, written("1", tx.Now.Add(-time.Hour))).Message
		m := answer(t, ctx, tx, to, "r1")
		at := func(minutes int) time.Time { return tx.Now.Add(time.Duration(minutes-60) * time.Minute) }
		for i, step := range []struct {
			reached string
			at      time.Time
			changed bool
			want    known
		}{
			{"", at(1), false, known{}}, // that it is there
			{network.Delivered, at(5), true, known{at(5), time.Time{}}},
			{network.Delivered, at(5), false, known{at(5), time.Time{}}},
			{network.Read, at(9), true, known{at(5), at(9)}},
			{network.Delivered, at(7), false, known{at(5), at(9)}},
			{network.Read, at(9), false, known{at(5), at(9)}},
			{network.Delivered, at(4), true, known{at(4), at(9)}},
			{network.Read, at(8), true, known{at(4), at(8)}},
		} {
			talk := told(t, ctx, tx, network.Event{Ref: network.Ref{ID: "r1"}, Reached: step.reached, At: step.at})
			if got := receiptOf(t, ctx, tx, m.ID); (talk != "") != step.changed || !got.DeliveredAt.Equal(step.want.DeliveredAt) || !got.ReadAt.Equal(step.want.ReadAt) {
				t.Errorf("step %d: %q, %+v", i, talk, got)
			}
		}
		// Read before delivered: what was read was delivered.
		early := answer(t, ctx, tx, to, "r2")
		told(t, ctx, tx, network.Event{Ref: network.Ref{ID: "r2"}, Reached: network.Read, At: at(20)})
		if got := receiptOf(t, ctx, tx, early.ID); !got.DeliveredAt.Equal(at(20)) || !got.ReadAt.Equal(at(20)) {
			t.Errorf("%+v", got)
		}
		// A clock that is ahead of ours, and one that nobody told.
		for remote, when := range map[string]time.Time{"r3": tx.Now.Add(time.Hour), "r4": {}} {
			one := answer(t, ctx, tx, to, remote)
			told(t, ctx, tx, network.Event{Ref: network.Ref{ID: remote}, Reached: network.Delivered, At: when})
			if got := receiptOf(t, ctx, tx, one.ID); got.DeliveredAt.After(tx.Now) || got.DeliveredAt.IsZero() {
				t.Errorf("%s: %+v", remote, got)
			}
		}
		// Theirs, and what nobody knows.
		for _, e := range []network.Event{{Ref: network.Ref{ID: "1"}}, {Ref: network.Ref{ID: "nobody's"}}} {
			if e.Reached = network.Read; told(t, ctx, tx, e) != "" {
				t.Errorf("%+v changes something", e)
			}
		}
		if got := receiptOf(t, ctx, tx, to.ID); !got.DeliveredAt.IsZero() {
			t.Errorf("of theirs: %+v", got)
		}
	})
}

// What is said of all until a moment holds for what was sent until then in that
// conversation, and for nothing else.
func TestAllUntilAMomentWereRead(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		to := record(t, ctx, tx, written("1", tx.Now.Add(-time.Hour))).Message
		other := written("2", tx.Now.Add(-time.Hour))
		other.Event.Thread, other.Event.Author.ID = "bob", "bob"
		elsewhere := answer(t, ctx, tx, record(t, ctx, tx, other).Message, "r9")
		mine := written("3", tx.Now.Add(-time.Minute)) // written on the network itself
		mine.FromUs, mine.Event.Kind = true, network.Ours
		phone := record(t, ctx, tx, mine).Message
		sent, moving := answer(t, ctx, tx, to, "r1"), answer(t, ctx, tx, to, "")
		// It was written long before it could leave.
		if _, err := tx.Exec(ctx, "update message set at = $1 where id = $2", tx.Now.Add(-30*time.Minute), sent.ID); err != nil {
			t.Fatal(err)
		}
		none := func(what string, all ...inbox.Message) {
			t.Helper()
			for _, m := range all {
				if got := receiptOf(t, ctx, tx, m.ID); !got.DeliveredAt.IsZero() {
					t.Errorf("%s: %s, %+v", what, m.Text, got)
				}
			}
		}
		if told(t, ctx, tx, network.Event{Thread: "ada", Until: tx.Now.Add(-2 * time.Minute), Reached: network.Read, At: tx.Now}) != "" {
			t.Error("something was read before it was written")
		}
		none("before", sent, moving, phone, elsewhere)
		if told(t, ctx, tx, network.Event{Thread: "ada", Until: tx.Now.Add(-time.Second), Reached: network.Delivered, At: tx.Now}) == "" {
			t.Error("nothing was delivered")
		}
		none("until a second ago", sent, moving, elsewhere)
		for range 2 { // told again it changes nothing
			if talk := told(t, ctx, tx, network.Event{Thread: "ada", Until: tx.Now, Reached: network.Read, At: tx.Now}); talk != "" && talk != to.ConversationID {
				t.Errorf("in another conversation: %s", talk)
			}
		}
		for _, m := range []inbox.Message{sent, phone} {
			if got := receiptOf(t, ctx, tx, m.ID); got.ReadAt.IsZero() {
				t.Errorf("%s was not read: %+v", m.Text, got)
			}
		}
		none("on its way, or elsewhere", moving, elsewhere)
		if told(t, ctx, tx, network.Event{Thread: "ada", Until: tx.Now, Reached: network.Read, At: tx.Now}) != "" {
			t.Error("it is news although nothing changed")
		}
	})
}

// Who has read one has read those before it, and not those after.
func TestWhatCameBeforeWasReadToo(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		record(t, ctx, tx, written("1", tx.Now.Add(-time.Hour)))
		var ours []inbox.Message
		for i, id := range []string{"r1", "r2", "r3"} {
			mine := written(id, tx.Now.Add(time.Duration(i-10)*time.Minute))
			mine.FromUs, mine.Event.Kind = true, network.Ours
			ours = append(ours, record(t, ctx, tx, mine).Message)
		}
		told(t, ctx, tx, network.Event{Ref: network.Ref{ID: "r2"}, Thread: "ada", Until: tx.Now, Reached: network.Read, At: tx.Now})
		for i, m := range ours {
			if got := receiptOf(t, ctx, tx, m.ID); got.ReadAt.IsZero() != (i == 2) {
				t.Errorf("%d: %+v", i, got)
			}
		}
	})
}

// What was told before the answer is settled stays; of a try that is over nothing does.
func TestAReceiptOvertakesTheAnswer(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		to := record(t, ctx, tx, written("1", tx.Now.Add(-time.Hour))).Message
		// By our key, while it is on its way.
		m := answer(t, ctx, tx, to, "")
		told(t, ctx, tx, network.Event{Ref: network.Ref{ID: "r1"}, Key: m.Key, Reached: network.Delivered, At: tx.Now})
		m, err := inbox.Get(ctx, tx, "w", m.ID)
		if err == nil {
			err = inbox.Settle(ctx, tx, m, network.Sent{Ref: network.Ref{ID: "r1"}})
		}
		if got := receiptOf(t, ctx, tx, m.ID); err != nil || got.DeliveredAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		// The network tells us of our own answer first, then how far it came, then answers.
		m = answer(t, ctx, tx, to, "")
		echo := written("r2", tx.Now)
		echo.FromUs, echo.Event.Kind = true, network.Ours
		twin := record(t, ctx, tx, echo).Message
		told(t, ctx, tx, network.Event{Ref: network.Ref{ID: "r2"}, Reached: network.Read, At: tx.Now})
		if err := inbox.Settle(ctx, tx, m, network.Sent{Ref: network.Ref{ID: "r2"}}); err != nil {
			t.Fatal(err)
		}
		if got := receiptOf(t, ctx, tx, m.ID); got.ReadAt.IsZero() {
			t.Errorf("%+v", got)
		}
		if got := receiptOf(t, ctx, tx, twin.ID); !got.ReadAt.IsZero() {
			t.Error("something is left of the twin")
		}
		// It failed after all, and is sent again: nothing is known of the new try.
		told(t, ctx, tx, network.Event{Ref: network.Ref{ID: "r2"}, Failure: "They have left."})
		if m, err = inbox.Get(ctx, tx, "w", m.ID); err == nil {
			err = inbox.Retry(ctx, tx, m)
		}
		if got := receiptOf(t, ctx, tx, m.ID); err != nil || !got.DeliveredAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
