package crash

import (
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/test/hand"
)

// way is one way in which a network publishes; an account goes through its
// network's ways in turn, another one each round.
type way struct {
	name    string
	texts   int // parts that say something each
	files   []string
	options map[string]string
	kind    string
}

// ways are those of a network.
func ways(network string, options map[string]string) []way {
	switch network {
	case "facebook":
		return []way{{name: "single", texts: 1}}
	case "pinterest":
		return []way{
			{name: "image", texts: 1, files: []string{"photo"}, options: options},
			{name: "video", texts: 1, files: []string{"film"}, options: options},
			{name: "carousel", texts: 1, files: []string{"photo", "photo"}, options: options},
		}
	}
	return []way{{name: "thread", texts: 3}}
}

// files uploads what the ways attach.
func (r *rig) files(t *testing.T) {
	t.Helper()
	r.media = map[string]string{
		"photo": r.child.hand.Upload(t, "shelf.jpg", hand.Photo(640, 640), "a shelf of books").ID,
		"film":  r.child.hand.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 200_000), "a shelf, filmed").ID,
	}
}

// target is where a way's post goes, and parts what it says.
func (r *rig) target(c connected, w way, texts []string) ([]api.Part, api.Target) {
	parts := hand.Texts(texts...)
	for _, f := range w.files {
		parts[0].Media = append(parts[0].Media, api.MediaUse{ID: r.media[f]})
	}
	return parts, api.Target{ChannelID: c.channel, Kind: w.kind, Options: w.options}
}
