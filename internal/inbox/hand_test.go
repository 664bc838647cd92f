package inbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

func whisper(channel string, id, text string, minute int) inbox.Arrival {
	return inbox.Arrival{Workspace: "w", ChannelID: channel, Network: network.Name(channel), PersonID: "p", Event: network.Event{Kind: network.Direct, Ref: network.Ref{ID: id},
		Author: network.Author{ID: "a", Name: "Ada"}, Text: text, At: time.Date(2026, 4, 1, 10, minute, 0, 0, time.UTC), Thread: "a", Private: true}}
}

// reach is how many messages of a channel a word finds.
func reach(t *testing.T, ctx context.Context, tx *store.Tx, channel, word string) int {
	t.Helper()
	all, err := tx.FoundText(ctx, []store.Word{{Text: word}, {Text: inbox.Scope("c", channel)}}, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestConversationsAreHandedToAnotherChannel(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		hand := func() {
			if err := inbox.Hand(ctx, tx, "w", "host", "guest", "guest"); err != nil {
				t.Fatal(err)
			}
		}
		hand() // of nothing
		first := record(t, ctx, tx, whisper("host", "1", "elegy", 1)).Message
		public := comment("9", "post", "elegy in public")
		public.ChannelID = "host"
		stays := record(t, ctx, tx, public).Message
		hand()
		c, err := inbox.GetConversation(ctx, tx, "w", first.ConversationID)
		if err != nil || c.ChannelID != "guest" || c.Network != "guest" || c.Count != 1 || c.Unread != 1 {
			t.Errorf("%+v, %v", c, err)
		}
		if m, err := inbox.Get(ctx, tx, "w", stays.ID); err != nil || m.ChannelID != "host" {
			t.Errorf("what is public went along: %+v, %v", m, err)
		}
		if reach(t, ctx, tx, "guest", "elegy") != 1 || reach(t, ctx, tx, "host", "elegy") != 1 || found(t, ctx, tx, "elegy") != 2 {
			t.Error("the search does not know where it is now")
		}
		if record(t, ctx, tx, whisper("guest", "1", "elegy", 1)).Fresh {
			t.Error("what was handed over is told anew")
		}
		// The host got messages again for a while, one of which the guest has, too.
		record(t, ctx, tx, whisper("guest", "2", "known to both", 2))
		record(t, ctx, tx, whisper("host", "2", "known to both", 2))
		again := record(t, ctx, tx, whisper("host", "3", "requiem", 3)).Message
		hand()
		c, err = inbox.GetConversation(ctx, tx, "w", first.ConversationID)
		if err != nil || c.Count != 3 || c.LastText != "requiem" || c.State != "open" || c.WaitingSince.IsZero() {
			t.Errorf("%+v, %v", c, err)
		}
		if m, err := inbox.Get(ctx, tx, "w", again.ID); err != nil || m.ConversationID != first.ConversationID || m.ChannelID != "guest" {
			t.Errorf("%+v, %v", m, err)
		}
		if _, err := inbox.GetConversation(ctx, tx, "w", again.ConversationID); err == nil {
			t.Error("an empty conversation is left")
		}
		if found(t, ctx, tx, "both") != 1 {
			t.Error("what both knew is there twice, or not at all")
		}
	})
}
