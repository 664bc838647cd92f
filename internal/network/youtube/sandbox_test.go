package youtube_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/youtube"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/youtube"
)

const (
	client = "700000000001-kith.apps.googleusercontent.com"
	hidden = "GOCSPX-app-secret"
)

// clip is a video of two pieces and a rest; each is another file, because YouTube
// takes the same one once.
func clip() network.Media {
	size := 600<<10 + int(clips.Add(1))
	return networktest.Clip(size, 5, 720, 1280, "")
}

var clips atomic.Int64 //nolint:gochecknoglobals // counts

func dress(part *network.Part) {
	part.Title = "A video of ours"
	part.Media = []network.Media{clip()}
	part.Options = map[string]string{"kids": "no"}
}

// world is what a test of our own may need besides the suite's.
type world struct {
	*networktest.World
	youtube *pretended.Network
	channel pretended.Channel
}

func harness(o pretended.Options, keep *world) networktest.Harness {
	return networktest.Harness{
		Name: "youtube",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, o)
			c := n.AddChannel("Atelier des Halles", "atelierdeshalles")
			if keep != nil {
				keep.youtube, keep.channel = n, c
			}
			return n.Handler(), func(string) map[string]string {
				return map[string]string{"client": client, "secret": hidden, "token": c.Refresh}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return youtube.New(out, youtube.Options{Base: base, Now: now, Chunk: 256 << 10})
		},
		Judge:  judge,
		Renew:  50 * time.Minute,
		Counts: []string{"viewCount", "likeCount", "commentCount", "rows"},
		Flat:   true,
		Sample: "Bonjour 👋🏽 à tous & all\n\nhttps://example.org/a?b=c#d #été \"q\"",
		Dress:  dress,
		Clip:   clip,
		Hostile: [][]byte{
			[]byte(`{"verb":"comment","id":"UgxAAAAAAAAAAAAAAAA4AaABAg","by":"\u0000","text":"\u0000\ud800x","at":1e99}`),
			[]byte(`{"verb":"comment","id":"../../x","video":"../../../etc","at":-5}`),
			[]byte(`{"verb":"follow","id":"","by":"UC12345678"}`),
			[]byte(`{"verb":"edited","id":"UgxAAAAAAAAAAAAAAAA4AaABAg","at":9223372036854775807,"face":7}`),
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// YouTube counts bytes, and the suite fills a text with letters of two.
			"what is too long is refused before and by the network": tooManyBytes,
			// Nobody is let back by a program, and who is banned may go on writing unseen.
			"people are kept out and let back": bannedPeople,
			// YouTube counts likes and does not say whose they are; subscribers are told.
			"reactions, reposts and follows come in": subscribers,
		},
	}
}

func TestYouTube(t *testing.T) {
	networktest.Run(t, harness(pretended.Options{Units: 1_000_000, Uploads: 10_000}, nil))
}

func open(t *testing.T, o pretended.Options) *world {
	t.Helper()
	w := &world{}
	w.World = networktest.NewWorld(t, harness(o, w))
	return w
}
