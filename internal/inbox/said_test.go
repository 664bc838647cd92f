package inbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// The newest thing that a person said in public, also when it is hidden, and not
// when it is deleted.
func TestWhatAPersonSaidLastIsKnown(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		said := func(workspace, channel, person, want string) {
			t.Helper()
			if got, err := inbox.Said(ctx, tx, workspace, channel, person); err != nil || got != want {
				t.Errorf("%s %s %s: %q, %v, and it should be %q", workspace, channel, person, got, err, want)
			}
		}
		said("w", "c", "p", "")
		first, second := comment("1", "post", "first"), comment("2", "post", "second")
		second.Event.At = second.Event.At.Add(time.Hour)
		record(t, ctx, tx, second)
		record(t, ctx, tx, first)
		said("w", "c", "p", "2")
		other := comment("3", "post", "somebody else")
		other.PersonID, other.Event.At = "q", other.Event.At.Add(2*time.Hour)
		record(t, ctx, tx, other)
		private := comment("4", "", "in private")
		private.Event.Kind, private.Event.Private, private.Event.Thread, private.Event.At = network.Direct, true, "chat", private.Event.At.Add(3*time.Hour)
		record(t, ctx, tx, private)
		said("w", "c", "p", "2")
		said("w", "c", "q", "3")
		said("v", "c", "p", "")
		said("w", "d", "p", "")

		m, err := inbox.Known(ctx, tx, "w", "c", "2")
		if err != nil {
			t.Fatal(err)
		}
		if err := inbox.Move(ctx, tx, m, inbox.Hidden, ""); err != nil {
			t.Fatal(err)
		}
		said("w", "c", "p", "2")
		gone := comment("2", "post", "")
		gone.Event.Kind = network.Deleted
		alone(t, ctx, tx, gone, (*inbox.Tray).Vanish)
		said("w", "c", "p", "1")
	})
}
