package house

import (
	"net/http/httptest"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/lemmy"
	"github.com/kithhq/kith/test/hand"
)

// A post with a title goes to the community that was chosen, with an image and a
// first comment below it. Both answers are lost, and the server changes the link in
// the text: Kith finds its own, and people's words come in and are answered, taken
// away and given back.
func TestAPostGoesToACommunity(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		n := lemmy.New(p.Stage.Stage, lemmy.Options{})
		us := n.Account("maison", "Maison")
		server := httptest.NewServer(n.Handler())
		t.Cleanup(server.Close)
		c := p.Connect(t, "lemmy", map[string]string{"server": server.URL, "username": us.Username, "password": us.Password})
		p.channels["lemmy"], p.accounts["lemmy"] = c.ID, us.ID
		choices := hand.Do[api.Page[api.Choice]](t, p.Hand, "GET", "/channels/"+c.ID+"/choices/community", nil).Items
		if len(choices) != 1 || choices[0].Value != us.Community {
			t.Fatalf("to choose from: %+v", choices)
		}
		photo := p.Upload(t, "shelf.jpg", hand.Photo(640, 640), "a shelf of books")
		parts := []api.Part{{Title: "Books", Text: "What do you read? https://example.org/?utm_source=kith", Media: []api.MediaUse{{ID: photo.ID}}}, {Text: "I begin"}}
		post := p.Write(t, parts, api.Target{ChannelID: c.ID, Options: map[string]string{"community": us.Community}})
		p.lose("lemmy", sandbox.Publish)
		p.lose("lemmy", sandbox.Reply)
		p.out(post.ID)
		made := append(p.written("lemmy", "What do you read?"), p.written("lemmy", "I begin")...)
		if len(made) != 2 || made[1].Parent != made[0].Object {
			t.Fatalf("the network has %+v", made)
		}

		p.act(sandbox.Act{Network: "lemmy", Kind: "comment", Text: "rude words", Person: "p004"})
		talk := p.conversation("lemmy", "rude words")
		p.answer("lemmy", talk.ID, "Please be kind", false)
		p.answer("lemmy", talk.ID, "Between us: please", true)
		m := p.message(talk.ID, "rude words")
		for hidden, verb := range []string{"hide", "unhide"} {
			if err := p.Ask(t.Context(), "POST", "/messages/"+m.ID+"/"+verb, nil, nil); err != nil {
				t.Fatal(err)
			}
			p.until(verb, func() (bool, any) {
				told := p.Ledger.Entries(sandbox.Filter{Network: "lemmy", Action: sandbox.Hide})
				return len(told) == hidden+1, told
			})
		}
		if private := p.Ledger.Entries(sandbox.Filter{Network: "lemmy", Action: sandbox.Message}); len(private) != 1 {
			t.Errorf("in private: %+v", private)
		}
	})
}
