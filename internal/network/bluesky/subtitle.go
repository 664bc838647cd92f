package bluesky

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// heard is what became of the subtitles of a video in one language: they are in the
// repository, or the server does not want them.
type heard struct {
	Lang string          `json:"lang"`
	Blob json.RawMessage `json:"blob,omitempty"`
	Why  string          `json:"why,omitempty"`
	Hint string          `json:"hint,omitempty"`
}

// caption is a language of a video as a record has it.
type caption struct {
	Lang string          `json:"lang"`
	File json.RawMessage `json:"file"`
}

// silent is the first language of a video that nothing has become of yet.
func (w way) silent(part network.Part) (file int, s *network.Subtitle) {
	for i, m := range part.Media {
		for j := range m.Subtitles {
			if !slices.ContainsFunc(w.Files[i].Heard, func(h heard) bool { return h.Lang == m.Subtitles[j].Lang }) {
				return i, &m.Subtitles[j]
			}
		}
	}
	return 0, nil
}

// subtitle brings the next language into the repository. One that the server refuses
// does not keep the video from going out. Without a post it is swept away there, so
// doing it twice is harmless.
func (d *Driver) subtitle(ctx context.Context, conn network.Conn, part network.Part, w *way) error {
	i, s := w.silent(part)
	if s == nil {
		return nil
	}
	var made struct {
		Blob json.RawMessage `json:"blob"`
	}
	stream := &rest.Stream{Body: strings.NewReader(s.VTT), Bytes: int64(len(s.VTT)), Type: "text/vtt"}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.uploadBlob", stream: stream, harmless: true}, &made)
	h := heard{Lang: s.Lang}
	if err == nil {
		h.Blob, err = plainBlob(made.Blob)
	}
	if fault.Is(err, fault.Invalid) {
		h.Why, h.Hint = fault.Shown(err)
		err = nil
	}
	if err == nil {
		w.Files[i].Heard = append(w.Files[i].Heard, h)
	}
	return err
}

// subtitled is what became of all languages so far.
func (w way) subtitled(part network.Part) []network.Subtitled {
	var all []network.Subtitled
	for i, f := range w.Files {
		for _, h := range f.Heard {
			all = append(all, network.Subtitled{Media: part.Media[i].ID, Lang: h.Lang, Why: h.Why, Hint: h.Hint})
		}
	}
	return all
}

// captions are the languages of a video that are in the repository.
func (f handed) captions() []caption {
	var all []caption
	for _, h := range f.Heard {
		if h.Blob != nil {
			all = append(all, caption{h.Lang, h.Blob})
		}
	}
	return all
}
