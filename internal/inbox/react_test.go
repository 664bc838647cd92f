package inbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// One reaction for each person and message: the last, however they come.
func TestEachHasOneReactionToAMessage(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		at := func(second int) time.Time { return tx.Now.Add(time.Duration(second-100) * time.Second) }
		feel := func(channel, who, emoji string, when time.Time, news bool) {
			t.Helper()
			e := network.Event{Kind: network.Reaction, Private: true, Parent: "1", Author: network.Author{ID: who}, Text: emoji, At: when, Removed: emoji == ""}
			if got, err := inbox.React(ctx, tx, inbox.Arrival{Workspace: "w", ChannelID: channel, Event: e}); err != nil || got != news {
				t.Errorf("%s of %s: news %v, %v", emoji, who, got, err)
			}
		}
		stands := func(channel, want string) {
			t.Helper()
			all, err := store.All[string](ctx, tx, "select author_id || emoji from reaction where channel_id = $1 and remote_id = '1' order by author_id", channel)
			got := ""
			for _, one := range all {
				got += one + " "
			}
			if err != nil || got != want {
				t.Errorf("%s: %q, %v, and it should be %q", channel, got, err, want)
			}
		}
		feel("host", "ada", "❤️", at(1), true)
		feel("host", "ada", "❤️", at(1), false)
		feel("host", "bob", "👍", at(2), true)
		feel("host", "ada", "😮", at(3), true)
		feel("host", "ada", "🔥", at(2), false)
		stands("host", "ada😮 bob👍 ")
		feel("host", "bob", "", at(4), true)
		feel("host", "bob", "👍", at(3), false)
		stands("host", "ada😮 bob ")
		feel("host", "", "❤️", at(5), false)
		feel("host", "ada", "not one", at(6), false)
		feel("host", "ada", "❤️", tx.Now.AddDate(1, 0, 0), true) // by a clock that is ahead
		feel("host", "ada", "😮", tx.Now, true)

		// They go with their message.
		record(t, ctx, tx, whisper("host", "1", "elegy", 1))
		if err := inbox.Hand(ctx, tx, "w", "host", "guest", "guest"); err != nil {
			t.Fatal(err)
		}
		stands("host", "")
		stands("guest", "ada😮 bob ")
	})
}
