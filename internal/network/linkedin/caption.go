package linkedin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"golang.org/x/text/language"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// heard is what became of the subtitles of a video: they are with it, or why not.
type heard struct {
	Lang string `json:"lang"`
	Why  string `json:"why,omitempty"`
	Hint string `json:"hint,omitempty"`
}

// silent says whether subtitles are still to be announced with a video. LinkedIn has
// one address for them, and so one file.
func (f file) silent(m network.Media) bool { return len(m.Subtitles) > 0 && f.Heard == nil }

// subtitled is what became of the subtitles of all files so far.
func (h handed) subtitled(part network.Part) []network.Subtitled {
	var all []network.Subtitled
	for i, f := range h.Files {
		if f.Heard != nil {
			all = append(all, network.Subtitled{Media: part.Media[i].ID, Lang: f.Heard.Lang, Why: f.Heard.Why, Hint: f.Heard.Hint})
		}
	}
	return all
}

// mute is a file of which nothing is there, but that its subtitles were refused.
func (f file) mute(m network.Media, err error) file {
	text, hint := fault.Shown(err)
	f = f.anew()
	f.Heard = &heard{Lang: m.Subtitles[0].Lang, Why: text, Hint: hint}
	return f
}

// caption brings the subtitles of a video, before any of its bytes: where LinkedIn
// refuses them, the video is announced anew without, and nothing of it is lost.
func (d *Driver) caption(ctx context.Context, conn network.Conn, f *file, m network.Media) error {
	if len(m.Subtitles) == 0 { // they were taken away meanwhile
		*f = f.anew()
		return nil
	}
	s := m.Subtitles[0]
	err := d.bring(ctx, conn, f.Captions, s)
	switch {
	case err == nil:
		f.Captions, f.Heard = "", &heard{Lang: s.Lang}
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound), refused(err).status == http.StatusForbidden:
		*f = f.mute(m, err)
	default:
		return err
	}
	return nil
}

// bring hands a file of subtitles over: what it is, and the file, in one form.
func (d *Driver) bring(ctx context.Context, conn network.Conn, address string, s network.Subtitle) error {
	k, err := keysOf(conn)
	if err != nil {
		return err
	}
	if !d.theirs(address) {
		return fault.New(fault.Internal, "an address that is not LinkedIn's")
	}
	srt, err := s.As("srt")
	if err != nil {
		return err
	}
	about, err := json.Marshal(map[string]any{"format": "SRT", "formattedForEasyReader": false, "largeText": false, "source": "USER_PROVIDED",
		"locale": locale(s.Lang), "transcriptType": "CLOSED_CAPTION"})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing a call to LinkedIn")
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, part := range []struct{ disposition, kind, text string }{
		{`form-data; name="metadata"`, "application/json", string(about)},
		{`form-data; name="file"; filename="captions.srt"`, "application/octet-stream", srt},
	} {
		to, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {part.disposition}, "Content-Type": {part.kind}})
		if err == nil {
			_, err = to.Write([]byte(part.text))
		}
		if err != nil {
			return fault.Wrap(fault.Internal, err, "writing a call to LinkedIn")
		}
	}
	if err := w.Close(); err != nil {
		return fault.Wrap(fault.Internal, err, "writing a call to LinkedIn")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &form)
	if err != nil {
		return fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to LinkedIn")
	}
	request.Header.Set("Authorization", "Bearer "+k.Token)
	request.Header.Set("Content-Type", w.FormDataContentType())
	response, err := d.out.Do(outward.Repeatable(ctx), request)
	if err == nil && response.Status/100 != 2 {
		return d.failed(ask{harmless: true}, response)
	}
	return err
}

// locale is a language as LinkedIn writes it, with the country where most people who
// write it live, unless it names one.
func locale(lang string) map[string]string {
	tag := language.Make(lang)
	base, _ := tag.Base()
	region, _ := tag.Region()
	return map[string]string{"language": strings.ToUpper(base.String()), "country": region.String()}
}
