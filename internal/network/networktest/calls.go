package networktest

import (
	"testing"

	"github.com/kithhq/kith/internal/network"
)

// calls publishes posts and all that belongs to them on a network that counts calls: they
// take no more than is kept for them beforehand, and not so much less that room is wasted.
func calls(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	if w.Driver.Profile().CallCosts["post"] == 0 {
		return // it counts none
	}
	for name := range w.dressed() {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, h)
			l, taken := w.Account.Limits, 0
			w.Conn.Meter = func(what string, n int) {
				if what == network.Calls {
					taken += n
				}
			}
			whole := []network.Part{w.dressed()[name]}
			if name == "video" {
				whole[0].Media = []network.Media{w.whole()}
			}
			sent := w.sendOnce(going(l, whole[0]))
			w.follows(whole[0], sent.Ref)
			if l.Comment && w.can(network.ActReply) {
				said := w.Answer("and more of it below", sent.Ref)
				if _, err := w.Reply(said); err != nil {
					t.Fatal(err)
				}
				whole = append(whole, said)
			}
			kept := 0
			for _, n := range w.Driver.Profile().CallsOf(l, whole) {
				kept += n
			}
			t.Logf("%d of %d", taken, kept)
			if taken > kept || kept > 2*taken+10 {
				t.Errorf("%d calls were kept, and it took %d", kept, taken)
			}
		})
	}
}

// whole is a video with all that the network takes beside one.
func (w *World) whole() network.Media {
	m := w.clip()
	m.ID = "film"
	if w.Account.Limits.Media.Video.Subtitles != nil {
		m.Subtitles = w.voices()
	}
	if w.Account.Limits.Media.Video.Cover != nil {
		cover := w.poster()
		m.Cover = &cover
	}
	return m
}

// going is a part without what the house brings afterwards.
func going(l network.Limits, part network.Part) network.Part {
	part.Media = append([]network.Media(nil), part.Media...)
	takes := l.Media.Video
	for i := range part.Media {
		if takes.Subtitles != nil && takes.Subtitles.Later {
			part.Media[i].Subtitles = nil
		}
		if takes.Cover != nil && takes.Cover.Later {
			part.Media[i].Cover = nil
		}
	}
	return part
}

// follows brings what follows a video that is out, as the house would.
func (w *World) follows(part network.Part, ref network.Ref) {
	w.t.Helper()
	takes := w.Account.Limits.Media.Video
	for _, m := range part.Media {
		if m.Cover != nil && takes.Cover != nil && takes.Cover.Later {
			if err := w.Driver.(network.Coverer).Cover(w.t.Context(), w.Conn, ref, *m.Cover); err != nil {
				w.t.Fatal(err)
			}
		}
		if takes.Subtitles == nil || !takes.Subtitles.Later {
			continue
		}
		subtitler := w.Driver.(network.Subtitler)
		for _, s := range m.Subtitles {
			if _, err := subtitler.Subtitled(w.t.Context(), w.Conn, ref, []string{s.Lang}); err != nil {
				w.t.Fatal(err)
			}
			if err := subtitler.Subtitle(w.t.Context(), w.Conn, ref, s); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}
