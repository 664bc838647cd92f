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

// To whom we wrote first counts once for all channels that are asked for; what is
// waiting counts as of now, and nobody counts who had written in time, to whom it failed,
// or who was written to in words of our own.
func TestToWhomWeWroteFirst(t *testing.T) {
	const while = 24 * time.Hour
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		noon := tx.Now
		written := func(channelID, thread string, ago time.Duration) inbox.Message {
			a := comment(channelID+thread+ago.String(), "", "Hello")
			a.ChannelID, a.PersonID, a.Event.Kind, a.Event.Post, a.Event.Thread, a.Event.Private, a.Event.At = channelID, "p"+thread, network.Direct, "", thread, true, noon.Add(-ago)
			return record(t, ctx, tx, a).Message
		}
		// sent: how long ago it left; below 0: it waits still
		write := func(to inbox.Message, template bool, sent time.Duration) inbox.Message {
			m, err := inbox.Answer(ctx, tx, access.Actor{Workspace: "w"}, to, "Hi", true)
			if err == nil && template {
				err = inbox.Fill(ctx, tx, m, network.Filled{ID: "a/en"})
			}
			if err == nil && sent >= 0 {
				tx.Now = noon.Add(-sent)
				m, _, err = inbox.Claim(ctx, tx, "w", m.ID, 1)
				tx.Now = noon
			}
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		write(written("c", "twice", 50*time.Hour), true, 20*time.Hour)
		write(written("d", "twice", 51*time.Hour), true, 2*time.Hour)
		write(written("c", "waits", 30*time.Hour), true, -1)
		write(written("c", "in time", 25*time.Hour), true, 2*time.Hour)
		write(written("c", "own words", 30*time.Hour), false, time.Hour)
		write(written("c", "long ago", 90*time.Hour), true, 25*time.Hour)
		write(written("e", "elsewhere", 50*time.Hour), true, time.Hour)
		failed := write(written("c", "failed", 50*time.Hour), true, time.Hour)
		if err := inbox.Fail(ctx, tx, failed, fault.New(fault.Invalid, "no")); err != nil {
			t.Fatal(err)
		}
		all, err := inbox.Approached(ctx, tx, []string{"c", "d"}, noon.Add(-while), while)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]time.Duration{}
		for _, a := range all {
			got[a.Thread] = noon.Sub(a.At)
		}
		if len(got) != 2 || len(all) != 2 || got["twice"] != 2*time.Hour || got["waits"] != 0 {
			t.Errorf("%v", got)
		}
	})
}
