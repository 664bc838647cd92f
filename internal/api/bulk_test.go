package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// crowd are comments of several people, each a conversation of its own.
func (p *place) crowd(h house, channelID string, names ...string) (all []inbox.Message) {
	p.t.Helper()
	p.do(func(ctx context.Context, tx *store.Tx) error {
		for _, name := range names {
			face := people.Face{Workspace: h.by.Workspace, Network: "bluesky", RemoteID: "did:plc:" + name}
			met, err := people.Meet(ctx, tx, []people.Face{face})
			if err != nil {
				return err
			}
			who := met.Recognize(face, network.Author{ID: face.RemoteID, Handle: name + ".test", Name: name}, tx.Now)
			a := inbox.Arrival{Workspace: h.by.Workspace, ChannelID: channelID, Network: "bluesky", PersonID: who.PersonID,
				Event: network.Event{Kind: network.Mention, Ref: network.Ref{ID: "at://" + id.New()}, Author: network.Author{Name: name}, Text: "Spam of " + name, At: tx.Now, Thread: "at://" + name}}.Ready()
			tray, err := inbox.Lay(ctx, tx, []inbox.Arrival{a})
			if err != nil {
				return err
			}
			all = append(all, tray.Record(a).Message)
			if err := met.Keep(ctx, tx); err != nil {
				return err
			}
			if err := tray.Keep(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

func results(d api.BulkDone) (all []string) {
	for _, o := range d.Outcomes {
		all = append(all, o.Result)
	}
	return all
}

// What can be done to each of several is done and recorded for each; what cannot says
// why, and keeps nothing else back. Asking twice comes to the same.
func TestSeveralAreActedOnEachForItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		ids := p.furnish(ada)
		all := p.crowd(ada, ids["channels"], "one", "two", "three")
		p.do(func(ctx context.Context, tx *store.Tx) error { return inbox.Move(ctx, tx, all[1], inbox.Deleted, "") })
		bulk := func(h house, act string, in map[string]any, header ...string) said {
			in["act"] = act
			return p.with(h, "POST", "/bulk", in, header...)
		}
		say := func(what string, got api.BulkDone, want ...string) {
			t.Helper()
			if !slices.Equal(results(got), want) {
				t.Errorf("%s: %v, not %v: %+v", what, results(got), want, got.Outcomes)
			}
		}
		conversations := func() map[string]any {
			return map[string]any{"conversations": []string{all[0].ConversationID, all[2].ConversationID}}
		}
		say("done", ok[api.BulkDone](t, bulk(ada, "done", conversations())), "done", "done")
		say("done again", ok[api.BulkDone](t, bulk(ada, "done", conversations())), "unchanged", "unchanged")
		say("reopened", ok[api.BulkDone](t, bulk(ada, "reopen", conversations())), "done", "done")

		messages := func() map[string]any {
			return map[string]any{"messages": []string{all[0].ID, all[1].ID, all[2].ID}}
		}
		got := ok[api.BulkDone](t, bulk(ada, "hide", messages(), "Idempotency-Key", "raid"))
		say("hidden", got, "done", "refused", "done")
		if why := got.Outcomes[1]; why.Kind != "conflict" || why.Detail == "" || why.MessageID != all[1].ID {
			t.Errorf("nothing says why: %+v", why)
		}
		say("repeated", ok[api.BulkDone](t, bulk(ada, "hide", messages(), "Idempotency-Key", "raid")), "done", "refused", "done")
		hidden := 0
		for _, r := range ok[api.Page[api.Record]](t, p.with(ada, "GET", "/audit", nil)).Items {
			if r.Verb == "message.hide" {
				hidden++
			}
		}
		if hidden != 2 {
			t.Errorf("%d lines of the audit for two messages that were hidden", hidden)
		}
		if m := ok[api.Page[api.Message]](t, p.with(ada, "GET", "/conversations/"+all[2].ConversationID+"/messages", nil)).Items[0]; m.State != "held" {
			t.Errorf("what followed a refusal was not hidden: %s", m.State)
		}
		say("shown", ok[api.BulkDone](t, bulk(ada, "unhide", conversations())), "done", "done")
		say("nothing to show", ok[api.BulkDone](t, bulk(ada, "unhide", conversations())), "unchanged", "unchanged")

		if s := bulk(ada, "done", map[string]any{"conversations": []string{all[0].ConversationID, "nobody"}}); s.StatusCode != 404 {
			t.Errorf("what is not there: %s", s.Status)
		}
		if c := ok[api.Conversation](t, p.with(ada, "GET", "/conversations/"+all[0].ConversationID, nil)); c.State != "open" {
			t.Error("it was begun though something was not there")
		}
		if s := bulk(ada, "done", map[string]any{}); s.StatusCode != 422 {
			t.Errorf("nothing chosen: %s", s.Status)
		}
		if s := bulk(ada, "done", map[string]any{"conversations": slices.Repeat([]string{"x"}, 51)}); s.StatusCode != 422 {
			t.Errorf("too many: %s", s.Status)
		}

		eve := p.joins(ada, "eve@example.org", access.Analyst, nil)
		for _, act := range []string{"done", "hide", "hold", "delete", "ban", "mute"} {
			for _, o := range ok[api.BulkDone](t, bulk(eve, act, conversations())).Outcomes {
				if o.Result != "refused" || o.Kind != "denied" || o.Detail == "" {
					t.Errorf("who only looks may %s: %+v", act, o)
				}
			}
		}
		fr := ok[api.BulkDone](t, bulk(eve, "hide", conversations(), "Accept-Language", "fr"))
		if en := ok[api.BulkDone](t, bulk(eve, "hide", conversations())); fr.Outcomes[0].Detail == en.Outcomes[0].Detail || strings.Contains(fr.Outcomes[0].Detail, "may not") {
			t.Errorf("the reason is not said in French: %q", fr.Outcomes[0].Detail)
		}
	})
}
