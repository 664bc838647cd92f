package facebook

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/text/language"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// locale is a language as Facebook writes it, with a country: of French alone it is
// fr_FR, as most people who write it would say.
func locale(lang string) string {
	tag := language.Make(lang)
	base, _ := tag.Base()
	region, _ := tag.Region()
	return base.String() + "_" + region.String()
}

const byHand = "Add the subtitles on Facebook itself."

// filmed is the video of a post; where nobody knows it, hint says what to do.
func filmed(ref network.Ref, hint string) (string, error) {
	id := readExtra(&ref).Video
	if !graph.Object.MatchString(id) {
		return "", fault.New(fault.Invalid, "Kith does not know which video this is on Facebook.").WithHint("%s", hint)
	}
	return id, nil
}

// Subtitled says in which languages a video has subtitles that somebody brought; those
// that Facebook made by listening give way to ours.
func (d *Driver) Subtitled(ctx context.Context, conn network.Conn, ref network.Ref, langs []string) ([]string, error) {
	id, err := filmed(ref, byHand)
	if err != nil {
		return nil, err
	}
	a := graph.Ask{Path: id + "/captions", Query: url.Values{"fields": {"locale,is_auto_generated"}}}
	var got struct {
		Data *[]struct {
			Locale string `json:"locale"`
			Auto   bool   `json:"is_auto_generated"`
		} `json:"data"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return nil, err
	}
	if got.Data == nil {
		return nil, d.graph.Misunderstood(a)
	}
	var there []string
	for _, lang := range langs {
		for _, c := range *got.Data {
			if !c.Auto && c.Locale == locale(lang) {
				there = append(there, lang)
				break
			}
		}
	}
	return there, nil
}

// Subtitle brings the subtitles of a language: the name of the file says which it is.
func (d *Driver) Subtitle(ctx context.Context, conn network.Conn, ref network.Ref, s network.Subtitle) error {
	id, err := filmed(ref, byHand)
	if err != nil {
		return err
	}
	file, err := s.As("srt")
	if err != nil {
		return err
	}
	a := graph.Ask{Method: http.MethodPost, Path: id + "/captions", Form: url.Values{},
		File: &graph.File{Field: "captions_file", Type: "application/x-subrip", Name: "captions." + locale(s.Lang) + ".srt", Data: []byte(file)}}
	var got struct {
		Success bool `json:"success"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return err
	}
	if !got.Success {
		return d.graph.Misunderstood(a)
	}
	return nil
}
