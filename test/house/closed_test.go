package house

import (
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// The comments below a post are closed and opened again. LinkedIn deletes what is there, so
// it is gone here, too, and found by no search; who may not moderate may not close.
func TestTheCommentsBelowAPostAreClosed(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("linkedin")
		out := p.publish("What shall we read next?", "linkedin").Publications[0]
		p.accounts["linkedin"] = p.written("linkedin", "What shall we read next?")[0].Account // the Page, and not who administers it
		p.act(sandbox.Act{Network: "linkedin", Person: "p002", Kind: "comment", Text: "Something about zeppelins"})
		talk := p.conversation("linkedin", "Something about zeppelins")
		p.answer("linkedin", talk.ID, "A fine idea", false)
		p.refused(p.colleague(access.Contributor), 403, "POST", "/publications/"+out.ID+"/close", api.Switch{On: true})
		closed := func(on bool) {
			t.Helper()
			if now := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+out.ID+"/close", api.Switch{On: on}).Publications[0]; now.Closed != on {
				t.Errorf("closed is %v", now.Closed)
			}
		}
		p.lose("linkedin", sandbox.Edit) // asked for again, it comes to the same
		if err := p.Ask(t.Context(), "POST", "/publications/"+out.ID+"/close", api.Switch{On: true}, nil); err != nil {
			t.Log(err)
		}
		closed(true)
		for _, m := range p.Messages(t, talk.ID) {
			if m.State != "deleted" {
				t.Errorf("%q is %s", m.Text, m.State)
			}
		}
		if found := hand.Do[api.Page[api.Hit]](t, p.Hand, "GET", "/search?q=zeppelins", nil).Items; len(found) != 0 {
			t.Errorf("a search finds %+v", found)
		}
		closed(false)
		p.act(sandbox.Act{Network: "linkedin", Person: "p002", Kind: "comment", Text: "Then once more"})
		p.conversation("linkedin", "Then once more")
	})
}
