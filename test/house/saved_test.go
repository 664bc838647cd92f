package house

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/pinterest"
	"github.com/kithhq/kith/test/hand"
)

// A pin of somebody's is saved to a board of ours: written like a post, without a word;
// once, also where the answer is lost; and it has no words to change.
func TestAPinIsSavedOnce(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("pinterest")
		board := hand.Do[api.Page[api.Choice]](t, p.Hand, http.MethodGet, "/channels/"+p.channels["pinterest"]+"/choices/board", nil).Items[0].Value
		shelf := p.Upload(t, "shelf.jpg", hand.Photo(640, 640), "a shelf of books")
		p.out(p.Write(t, []api.Part{{Text: "Our window", Media: []api.MediaUse{{ID: shelf.ID}}}}, api.Target{ChannelID: p.channels["pinterest"], Options: map[string]string{"board": board}}).ID)
		theirs := p.ledger("pinterest", sandbox.Publish)[0].Object // any public pin may be saved, ours too
		write := func(of string) string {
			return p.Write(t, []api.Part{{}}, api.Target{ChannelID: p.channels["pinterest"], Kind: "repost", Options: map[string]string{"board": board, "repost": of}}).ID
		}
		for _, of := range []string{"", "https://example.org/pin/7/"} {
			p.refused(p.Hand, http.StatusUnprocessableEntity, http.MethodPost, "/posts/"+write(of)+"/schedule", api.Due{})
		}
		saves := func() []sandbox.Entry { return p.ledger("pinterest", sandbox.Repost) }
		now := p.out(write("https://www.pinterest.com/pin/" + theirs + "/"))
		made := saves()
		if len(made) != 1 || made[0].Shared != theirs || !strings.Contains(now.Publications[0].URL, made[0].Object) {
			t.Fatalf("%+v, shown at %s", made, now.Publications[0].URL)
		}
		p.refused(p.Hand, http.StatusUnprocessableEntity, http.MethodPost, "/publications/"+now.Publications[0].ID+"/edit", api.Rewording{Text: "words of ours"})

		p.Weather.Must(sandbox.Mishap{Network: "pinterest", Kind: sandbox.LostAnswer, Action: sandbox.Repost, Times: 1})
		unclear := write(theirs)
		p.Schedule(t, unclear, time.Time{})
		if u := p.comes(unclear, "it is found", func(u api.Publication) bool { return u.State == "published" }); u.URL == now.Publications[0].URL {
			t.Errorf("it is taken for the one before: %s", u.URL)
		}
		if made := saves(); len(made) != 2 {
			t.Errorf("it was saved %d times, not twice: %+v", len(made), made)
		}

		// A pin saved from a saved one may name the first of them: then nobody but a person knows.
		n, _ := p.Stage.Stage.Network("pinterest")
		n.Actor.(interface{ Network() *pinterest.Network }).Network().Chains()
		p.Weather.Must(sandbox.Mishap{Network: "pinterest", Kind: sandbox.LostAnswer, Action: sandbox.Repost, Times: 1})
		chained := write(made[0].Object)
		p.Schedule(t, chained, time.Time{})
		p.comes(chained, "a person is asked", func(u api.Publication) bool {
			p.Clock.Advance(time.Minute)
			return u.State == "unclear" && u.Error.It != nil && strings.Contains(u.Error.It.Hint, "Look on the network")
		})
		p.Clock.Advance(time.Hour)
		if u := p.all(chained)["pinterest"]; u.State != "unclear" || len(saves()) != 3 {
			t.Errorf("it is %s, and there are %d saved pins, not three", u.State, len(saves()))
		}
	})
}
