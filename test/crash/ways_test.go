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
	title   string
}

// ways are those of a network.
func ways(network string, options map[string]string) []way {
	switch network {
	case "facebook":
		return []way{
			{name: "single", texts: 1},
			{name: "photo", texts: 1, files: []string{"photo"}},
			{name: "video with a first comment", texts: 2, files: []string{"film"}},
			{name: "reel", texts: 1, files: []string{"film"}, kind: "reel"},
		}
	case "pinterest":
		return []way{
			{name: "image", texts: 1, files: []string{"photo"}, options: options},
			{name: "video", texts: 1, files: []string{"film"}, options: options},
			{name: "carousel", texts: 1, files: []string{"photo", "photo"}, options: options},
		}
	case "youtube":
		return []way{
			{name: "video with a first comment", texts: 2, files: []string{fresh}, options: options, title: "A shelf, filmed"},
			{name: "short", texts: 1, files: []string{fresh}, options: options, title: "A shelf, filmed", kind: "reel"},
		}
	}
	return []way{{name: "thread", texts: 3}}
}

// fresh is a film that nobody has seen yet: some networks take the same one once.
const fresh = "fresh"

// files uploads what the ways attach.
func (r *rig) files(t *testing.T) {
	t.Helper()
	r.media = map[string]string{
		"photo": r.child.hand.Upload(t, "shelf.jpg", hand.Photo(640, 640), "a shelf of books").ID,
		"film":  r.child.hand.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 200_000), "a shelf, filmed").ID,
	}
}

// target is where a way's post goes, and parts what it says.
func (r *rig) target(t *testing.T, c connected, w way, texts []string) ([]api.Part, api.Target) {
	t.Helper()
	parts := hand.Texts(texts...)
	parts[0].Title = w.title
	for _, f := range w.files {
		if f == fresh {
			r.films++
			r.media[fresh] = r.child.hand.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 200_000+r.films), "a shelf, filmed").ID
		}
		parts[0].Media = append(parts[0].Media, api.MediaUse{ID: r.media[f]})
	}
	return parts, api.Target{ChannelID: c.channel, Kind: w.kind, Options: w.options}
}
