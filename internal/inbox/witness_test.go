package inbox_test

import (
	"context"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// What the network tells of an answer of ours, in whatever order it comes, leaves
// it as it really is.
func TestTheNetworksWordOnAnAnswer(t *testing.T) {
	const reason = "They have left."
	type step struct {
		do   string // claim, doubt, settle, retry; else a receipt: there or gone
		want string // of the answer then
	}
	cases := map[string][]step{
		"lost, then told":                       {{"claim", "claimed"}, {"doubt", "unclear"}, {"there", "sent"}},
		"told before the doubt":                 {{"claim", "claimed"}, {"there", "claimed"}, {"doubt", "sent"}},
		"told before it is settled":             {{"claim", "claimed"}, {"there", "claimed"}, {"settle", "sent"}},
		"sent, and never arrived":               {{"claim", "claimed"}, {"settle", "sent"}, {"gone", "failed"}, {"there", "failed"}},
		"never arrived, told before the answer": {{"claim", "claimed"}, {"gone", "claimed"}, {"settle", "failed"}},
		"never arrived, told before the doubt":  {{"claim", "claimed"}, {"gone", "claimed"}, {"doubt", "failed"}},
		"unclear, and never arrived":            {{"claim", "claimed"}, {"doubt", "unclear"}, {"gone", "failed"}},
		"told again of the former try":          {{"claim", "claimed"}, {"settle", "sent"}, {"gone", "failed"}, {"retry", "sending"}, {"claim", "claimed"}, {"there", "claimed"}, {"doubt", "unclear"}, {"there", "unclear"}},
		"on its way, and told too early":        {{"there", "sending"}, {"gone", "sending"}},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
				to := record(t, ctx, tx, comment("1", "post", "Hello")).Message
				m, err := inbox.Answer(ctx, tx, access.Actor{Workspace: "w", User: "u", Name: "Us"}, to, "Hi", true)
				if err != nil {
					t.Fatal(err)
				}
				if m.Key != m.ID {
					t.Fatal("the key by which it comes back is not its id")
				}
				told := func(failure string) {
					talk, _, err := inbox.Witness(ctx, tx, inbox.Arrival{Workspace: "w", ChannelID: "c", Event: network.Event{Kind: network.Receipt, Ref: network.Ref{ID: "r1"}, Key: m.Key, Failure: failure}})
					if err != nil || talk != "" && talk != to.ConversationID {
						t.Fatal(talk, err)
					}
				}
				for i, s := range steps {
					switch s.do {
					case "claim":
						m, _, err = inbox.Claim(ctx, tx, "w", m.ID, int64(i+1))
					case "doubt":
						err = inbox.Doubt(ctx, tx, m, "no answer")
					case "settle":
						err = inbox.Settle(ctx, tx, m, network.Sent{Ref: network.Ref{ID: "r1"}})
					case "retry":
						err = inbox.Retry(ctx, tx, m)
					case "there":
						told("")
					case "gone":
						told(reason)
					}
					if err != nil {
						t.Fatalf("step %d, %s: %v", i+1, s.do, err)
					}
					if m, err = inbox.Get(ctx, tx, "w", m.ID); err != nil || m.Sending != s.want {
						t.Fatalf("step %d, %s: it is %s, and should be %s (%v)", i+1, s.do, m.Sending, s.want, err)
					}
				}
				if (m.Sending == "failed") != (m.ErrorText == reason) {
					t.Errorf("%s: %q", m.Sending, m.ErrorText)
				}
				if m.Sending == "sent" && m.RemoteID != "r1" {
					t.Errorf("it is called %q there", m.RemoteID)
				}
			})
		})
	}
}

// A receipt of something that is not ours, or of another channel, changes nothing.
func TestAReceiptOfSomethingElse(t *testing.T) {
	on(t, func(t *testing.T, ctx context.Context, tx *store.Tx) {
		to := record(t, ctx, tx, comment("1", "post", "Hello")).Message
		m, err := inbox.Answer(ctx, tx, access.Actor{Workspace: "w", User: "u"}, to, "Hi", true)
		if err == nil {
			m, _, err = inbox.Claim(ctx, tx, "w", m.ID, 1)
		}
		if err == nil {
			err = inbox.Doubt(ctx, tx, m, "no answer")
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []inbox.Arrival{
			{Workspace: "w", ChannelID: "c", Event: network.Event{Ref: network.Ref{ID: "1"}, Failure: "x"}},               // theirs
			{Workspace: "w", ChannelID: "c", Event: network.Event{Ref: network.Ref{ID: "r"}, Key: "no such"}},             // nobody's
			{Workspace: "w", ChannelID: "c", Event: network.Event{Ref: network.Ref{ID: "r"}}},                             // sent by another tool
			{Workspace: "w", ChannelID: "other", Event: network.Event{Ref: network.Ref{ID: "r"}, Key: m.Key}},             // another channel's
			{Workspace: "v", ChannelID: "c", Event: network.Event{Ref: network.Ref{ID: "r"}, Key: m.Key}},                 // another workspace's
			{Workspace: "w", ChannelID: "c", Event: network.Event{Ref: network.Ref{ID: "r"}, Key: to.ID, Failure: "odd"}}, // not ours by its key
		} {
			if talk, _, err := inbox.Witness(ctx, tx, a); err != nil || talk != "" {
				t.Errorf("%+v: %q, %v", a.Event, talk, err)
			}
		}
		if now, err := inbox.Get(ctx, tx, "w", m.ID); err != nil || now.Sending != "unclear" {
			t.Error(now.Sending, err)
		}
	})
}
