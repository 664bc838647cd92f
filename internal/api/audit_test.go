package api_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// What is done and that it was done are written together, or not at all.
func TestTheAuditIsWrittenWithWhatWasDone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		ids := p.furnish(ada)
		lines := func(verb string) (n int) {
			t.Helper()
			for _, r := range ok[api.Page[api.Record]](t, p.with(ada, "GET", "/audit", nil)).Items {
				if r.Verb == verb && strings.HasSuffix(r.Subject, ":"+ids[map[string]string{"message.hide": "messages", "verdict.uphold": "verdicts", "channel.remove": "channels", "conversation.reply": "conversations"}[verb]]) {
					n++
				}
			}
			return n
		}
		full := errors.New("there is no room for the audit")
		broken := flow.Beside(t.Context(), func(context.Context, *store.Tx) error { return full })
		for _, act := range []struct {
			verb, method, path string
			body               any
			way                func() error
		}{
			{"message.hide", "POST", "/messages/" + ids["messages"] + "/hide", nil, func() error { return p.house.Hide(broken, ada.by, ids["messages"], true) }},
			{"conversation.reply", "POST", "/conversations/" + ids["conversations"] + "/reply", map[string]string{"text": "Merci"}, func() error {
				_, err := p.house.Reply(broken, ada.by, ids["conversations"], "", "Merci", false)
				return err
			}},
			{"verdict.uphold", "POST", "/verdicts/" + ids["verdicts"] + "/uphold", nil, func() error { return p.house.Uphold(broken, ada.by, ids["verdicts"]) }},
			{"channel.remove", "DELETE", "/channels/" + ids["channels"], nil, func() error { return p.house.Disconnect(broken, ada.by, ids["channels"]) }},
		} {
			if err := act.way(); !errors.Is(err, full) {
				t.Errorf("%s went on without its line: %v", act.verb, err)
			}
			if n := lines(act.verb); n != 0 {
				t.Errorf("%s: %d lines of what was not done", act.verb, n)
			}
			if s := p.with(ada, act.method, act.path, act.body); s.StatusCode >= 300 { // had it been done, it would be refused now
				t.Errorf("%s: %s %s", act.verb, s.Status, s.body)
			}
			if n := lines(act.verb); n != 1 {
				t.Errorf("%s: %d lines", act.verb, n)
			}
		}
	})
}
