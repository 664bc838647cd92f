package api_test

import (
	"context"
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// Somebody speaks on two channels and is judged on both. Who moderates one of them sees
// and closes the ruling of theirs, and knows nothing of the other.
func TestARulingBelongsToWhoeverModeratesItsMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		ids := p.furnish(ada)
		var other channel.Channel
		var said inbox.Message
		var theirs string
		p.do(func(ctx context.Context, tx *store.Tx) (err error) {
			other, err = channel.Connect(ctx, tx, p.house.Keys, ada.by.Workspace, "bluesky", network.Account{Base: "https://pds.test", ID: "did:plc:other", Handle: "other.test", Keys: "{}"})
			if err == nil {
				said, _, theirs, err = ada.heard(ctx, tx, other.ID, "")
			}
			return err
		})
		if said.PersonID != ids["people"] {
			t.Fatal("these are two people")
		}
		bob := p.as(ada, access.Moderator, []string{other.ID})
		for _, path := range []string{"/verdicts", "/people/" + ids["people"]} {
			var all []api.Verdict
			if path == "/verdicts" {
				all = ok[api.Page[api.Verdict]](t, p.with(bob, "GET", path, nil)).Items
			} else {
				all = ok[api.Person](t, p.with(bob, "GET", path, nil)).Verdicts
			}
			if len(all) != 1 || all[0].ID != theirs || !slices.Equal(all[0].MessageIDs, []string{said.ID}) {
				t.Errorf("%s: %+v", path, all)
			}
		}
		for _, act := range []string{"uphold", "undo"} {
			refused(t, p.with(bob, "POST", "/verdicts/"+ids["verdicts"]+"/"+act, map[string]string{"reason": "because"}), 404, "not_found")
		}
		for _, v := range ok[api.Page[api.Verdict]](t, p.with(ada, "GET", "/verdicts", nil)).Items {
			if v.State != "in_force" {
				t.Errorf("%+v", v)
			}
		}
		if v := ok[api.Verdict](t, p.with(bob, "POST", "/verdicts/"+theirs+"/uphold", nil)); v.State != "upheld" {
			t.Errorf("%+v", v)
		}
		refused(t, p.with(bob, "POST", "/conversations/"+said.ConversationID+"/check", map[string]string{"text": "Oui", "message_id": ids["messages"]}), 404, "not_found")
	})
}
