package x

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// heard is what became of the subtitles of a video in one language.
type heard struct {
	Lang string `json:"lang"`
	Code string `json:"code,omitempty"` // as X has it: they are there
	Why  string `json:"why,omitempty"`
	Hint string `json:"hint,omitempty"`
}

// silent is the first language of a file that nothing has become of yet.
func (f handed) silent(m network.Media) *network.Subtitle {
	for i := range m.Subtitles {
		if !slices.ContainsFunc(f.Heard, func(h heard) bool { return h.Lang == m.Subtitles[i].Lang }) {
			return &m.Subtitles[i]
		}
	}
	return nil
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

// subtitle brings the next language of a video. What X refuses does not keep the video
// from going out. Nobody sees a video without a post, so doing it twice is harmless.
func (d *Driver) subtitle(ctx context.Context, conn network.Conn, m network.Media, f handed) (handed, error) {
	s := f.silent(m)
	if s == nil {
		return f, nil
	}
	h := heard{Lang: s.Lang}
	code, err := f.code(s.Lang)
	if err == nil {
		err = d.associate(ctx, conn, f, *s, code)
	}
	switch {
	case err == nil:
		h.Code = code
	case fault.Is(err, fault.Invalid) && !is(err, expired):
		h.Why, h.Hint = fault.Shown(err)
	default:
		return f, err
	}
	f.Heard = append(slices.Clip(f.Heard), h)
	return f, nil
}

// code is a language as X has it: two letters, and no country.
func (f handed) code(lang string) (string, error) {
	base, _, _ := strings.Cut(lang, "-")
	code := strings.ToUpper(base)
	if len(code) != 2 {
		return "", fault.New(fault.Invalid, "X has subtitles in languages of two letters alone, and this is “%s”.", lang).WithHint("Burn them into the picture.")
	}
	if slices.ContainsFunc(f.Heard, func(h heard) bool { return h.Code == code }) {
		return "", fault.New(fault.Invalid, "X does not tell countries apart: there are subtitles in this language already.").WithHint("Leave one of the two out.")
	}
	return code, nil
}

// associate hands a file of subtitles over and gives it to a video.
func (d *Driver) associate(ctx context.Context, conn network.Conn, f handed, s network.Subtitle, code string) error {
	file, err := s.As("srt")
	if err != nil {
		return err
	}
	m := network.Media{Type: "text/srt", Bytes: int64(len(file)), OpenAt: func(offset int64) (network.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(file[offset:])), nil
	}}
	var got told
	a := rest.Ask{Method: http.MethodPost, Path: "/2/media/upload/initialize", Harmless: true,
		Body: map[string]any{"media_type": m.Type, "media_category": "subtitles", "total_bytes": m.Bytes}}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return err
	}
	if !number.MatchString(got.Data.ID) {
		return unclear(a)
	}
	if err := d.append(ctx, conn, m, got.Data.ID, segment{bytes: m.Bytes}); err != nil {
		return err
	}
	if _, err := d.call(ctx, conn, rest.Ask{Method: http.MethodPost, Path: "/2/media/upload/" + got.Data.ID + "/finalize", Harmless: true}, nil); err != nil && !is(err, finalized) {
		return err
	}
	body := map[string]any{"id": f.ID, "media_category": "TweetVideo", "subtitles": map[string]any{"id": got.Data.ID, "language_code": code, "display_name": s.Lang}}
	_, err = d.call(ctx, conn, rest.Ask{Method: http.MethodPost, Path: "/2/media/subtitles", Body: body, Harmless: true}, nil)
	return err
}
