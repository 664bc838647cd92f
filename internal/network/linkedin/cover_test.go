package linkedin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

// A video goes out with its cover and its subtitles. Where LinkedIn refuses the picture,
// it goes out once, without that alone: its subtitles are brought anew.
func TestACoverGoesAlongWithSubtitles(t *testing.T) {
	good := networktest.Picture("image/jpeg", 1280, 720, "")
	for name, cover := range map[string]network.Media{
		"a picture":  good,
		"no picture": networktest.File("image/png", []byte("no picture at all"), 10, 10, ""),
	} {
		w := open(t, pretended.Options{PartBytes: 100 << 10})
		part := w.part("moving pictures: " + name)
		clip := networktest.Clip(250<<10, 5, 1280, 720, "")
		clip.ID, clip.Cover = "film", &cover
		clip.Subtitles = []network.Subtitle{{Lang: "fr", VTT: "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nBonsoir\n"}}
		part.Media = []network.Media{clip}
		part.Step = network.Step{Name: network.Begun}
		var sent *network.Sent
		last, video, acts := network.Step{}, "", 0
		for ; sent == nil && acts < 50; acts++ {
			did, err := w.driver.Step(t.Context(), w.conn, part)
			if err != nil {
				t.Fatalf("%s, act %d (%s): %v", name, acts, part.Step.Name, err)
			}
			last, part.Step, sent = part.Step, did.Step, did.Sent
			var files struct {
				Files []struct {
					URN string `json:"urn"`
				} `json:"files"`
			}
			if json.Unmarshal(did.Step.State, &files) == nil && len(files.Files) == 1 && files.Files[0].URN != "" {
				video = files.Files[0].URN
			}
			w.stage.Clock.Advance(did.Wait)
		}
		if n := len(w.ledger(sandbox.Publish)); n != 1 {
			t.Errorf("%s: %d posts", name, n)
		}
		if len(last.Subtitled) != 1 || last.Subtitled[0] != (network.Subtitled{Media: "film", Lang: "fr"}) {
			t.Errorf("%s: of the subtitles is said %+v", name, last.Subtitled)
		}
		brought := w.net.Cover(video)
		if name == "no picture" {
			if u := last.Uncovered; u == nil || u.Media != "film" || u.Why == "" || brought != nil {
				t.Errorf("it is said that %+v, and %d bytes are there", u, len(brought))
			}
			continue
		}
		file, err := cover.Open()
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if last.Uncovered != nil || !bytes.Equal(brought, want) {
			t.Errorf("%d bytes are there, not %d: %+v", len(brought), len(want), last.Uncovered)
		}
	}
}
