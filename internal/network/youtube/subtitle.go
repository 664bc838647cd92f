package youtube

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// track is what YouTube knows of the subtitles of a video in one language. Those that it
// made itself by listening are of the kind ASR.
type track struct {
	Snippet struct {
		Video    string `json:"videoId"`
		Language string `json:"language"`
		Name     string `json:"name"`
		Kind     string `json:"trackKind,omitempty"`
		Status   string `json:"status,omitempty"`
	} `json:"snippet"`
}

// Subtitled says in which languages a video has subtitles of ours.
func (d *Driver) Subtitled(ctx context.Context, conn network.Conn, ref network.Ref, langs []string) ([]string, error) {
	a := ask{path: "/youtube/v3/captions", kind: "youtube#captionListResponse", query: url.Values{"part": {"snippet"}, "videoId": {ref.ID}}}
	var got list[track]
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return nil, goneVideo(err)
	}
	var there []string
	for _, lang := range langs {
		for _, t := range got.Items {
			if t.Snippet.Kind == "ASR" || !strings.EqualFold(t.Snippet.Language, lang) || t.Snippet.Name != "" {
				continue
			}
			if t.Snippet.Status == "failed" {
				return there, fault.New(fault.Invalid, "YouTube could not work on these subtitles.").WithHint("Look into YouTube Studio: they can be sent again there.")
			}
			there = append(there, lang)
			break
		}
	}
	return there, nil
}

// Subtitle brings the subtitles of a language. YouTube refuses a second track of the same
// language and name, so those that are there already stay the only ones.
func (d *Driver) Subtitle(ctx context.Context, conn network.Conn, ref network.Ref, s network.Subtitle) error {
	var t track
	t.Snippet.Video, t.Snippet.Language = ref.ID, s.Lang
	body, kind, err := related(t, "text/vtt", s.VTT)
	if err != nil {
		return err
	}
	a := ask{method: http.MethodPost, path: "/upload/youtube/v3/captions", kind: "youtube#caption", raw: body,
		query: url.Values{"part": {"snippet"}, "uploadType": {"multipart"}}, header: http.Header{"Content-Type": {kind}}}
	var got track
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return goneVideo(err)
	}
	if got.Snippet.Video != ref.ID {
		return a.misunderstood()
	}
	return nil
}

// related is a body of two parts: what is said of a file, and the file.
func related(about any, kind, file string) (body []byte, contentType string, err error) {
	said, err := json.Marshal(about)
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "writing a call to YouTube")
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for _, one := range [][2]string{{"application/json; charset=UTF-8", string(said)}, {kind, file}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {one[0]}})
		if err == nil {
			_, err = w.Write([]byte(one[1]))
		}
		if err != nil {
			return nil, "", fault.Wrap(fault.Internal, err, "writing a call to YouTube")
		}
	}
	if err := parts.Close(); err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "writing a call to YouTube")
	}
	return b.Bytes(), "multipart/related; boundary=" + parts.Boundary(), nil
}

func goneVideo(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "The video is not on YouTube any more.").WithHint("Somebody may have deleted it there.")
	}
	return err
}
