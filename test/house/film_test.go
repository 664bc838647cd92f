package house

import (
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A network that works on a film is asked again until it is done, and other answers
// go out meanwhile; the answer with the film is there once although the network's
// word of it was lost.
func TestAnAnswerWithAFilm(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		for _, network := range []string{"mastodon", "bluesky"} {
			p.publish("How is it made?", network)
			p.act(sandbox.Act{Network: network, Person: "p001", Kind: "comment", Text: "Show us the press!"})
			c := p.conversation(network, "Show us the press!")
			film := p.Upload(t, "press.mp4", hand.Film(5, 720, 1280, 200<<10), "")
			with := []api.MediaUse{{ID: film.ID, Alt: "The press, at work"}}
			p.sends(c.ID, api.Reply{Text: "Here it works", Media: with})
			p.lose(network, sandbox.Reply)
			p.sends(c.ID, api.Reply{Text: "And once more", Media: with})
			if made := p.carried(network); len(made) != 2 || made[0].Files != 1 || made[1].Files != 1 {
				t.Errorf("%s has %+v", network, made)
			}
		}
	})
}
