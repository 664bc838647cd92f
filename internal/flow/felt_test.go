package flow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/view"
)

// How somebody feels about a message is shown at it, in whatever order it is told, and as
// nothing more than that: no message, no conversation.
func TestAReactionIsShownAtItsMessage(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		h := open()
		page := "71"
		hook := func(second int, from, to, what string) []byte {
			return fmt.Appendf(nil, `{"object":"page","entry":[{"id":"71","time":1,"messaging":[{"sender":{"id":"%s"},"recipient":{"id":"%s"},"timestamp":%d,%s}]}]}`,
				from, to, noon().Add(time.Duration(second-60)*time.Second).UnixMilli(), what)
		}
		feel := func(second int, mid, emoji string) []byte {
			action := "react"
			if emoji == "" {
				action = "unreact"
			}
			return hook(second, "500", page, fmt.Sprintf(`"reaction":{"mid":"%s","action":"%s","reaction":"other","emoji":"%s"}`, mid, action, emoji))
		}
		h.apply(t, h.facts(t, [][]byte{
			feel(3, "m_2", "🔥"), // before the answer that it is about
			hook(1, "500", page, `"message":{"mid":"m_1","text":"Bonjour"}`),
			hook(2, page, "500", `"message":{"mid":"m_2","text":"Oui ?","is_echo":true}`),
			feel(6, "m_2", ""), feel(5, "m_2", "👍"), // it was taken back last
			feel(4, "m_1", "❤️"), feel(7, "m_1", "😮"),
			feel(8, "m_9", "❤️"), // of a message that never comes
			feel(9, "m_1", "no emoji at all"), feel(10, "m_1", "😮😮😮😮😮😮😮😮😮😮😮😮😮😮😮😮😮"),
		}))
		got := map[string]string{}
		storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) error {
			by := access.Actor{Workspace: "w", User: "u", Role: access.Owner}
			talks, err := view.Conversations(ctx, tx, by, view.ConversationsAsked{Limit: 10})
			if err != nil || len(talks.Items) != 1 {
				return fmt.Errorf("%+v, %w", talks, err)
			}
			said, err := view.Messages(ctx, tx, by, talks.Items[0].ID, "", 10)
			for _, m := range said.Items {
				got[m.Text] = m.Reactions
			}
			return err
		})
		if fmt.Sprint(got) != "map[Bonjour:😮 Oui ?:]" {
			t.Errorf("%q", got)
		}
	})
}
