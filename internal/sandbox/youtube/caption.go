package youtube

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// track is a caption track of a video.
type track struct {
	id, language, name string
	at                 time.Time
	listed             time.Time
	bytes              int
}

// languageTag is BCP 47 as far as it can be seen from outside.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func (t track) show(v *video) map[string]any {
	return map[string]any{"kind": "youtube#caption", "etag": etag(t.id, t.at), "id": t.id, "snippet": map[string]any{
		"videoId": v.id, "lastUpdated": stamp(t.at), "trackKind": "standard", "language": t.language, "name": t.name, "audioTrackType": "unknown",
		"isCC": false, "isLarge": false, "isEasyReader": false, "isDraft": false, "isAutoSynced": false, "status": "serving"}}
}

// listCaptions is captions.list. YouTube's own track, made by listening, stands among ours.
func (a *ask) listCaptions() (any, *fault) {
	v, f := a.own(a.get("videoId"))
	if f != nil {
		return nil, no(http.StatusNotFound, "youtube.caption", "videoNotFound", "The video identified by the <code>videoId</code> parameter could not be found.").at("videoId")
	}
	heard := track{id: "AUieDaZ" + v.id, language: "en", at: v.ready}.show(v)
	heard["snippet"].(map[string]any)["trackKind"] = "ASR"
	items := []map[string]any{heard}
	for _, t := range v.tracks {
		if !a.now.Before(t.listed) {
			items = append(items, t.show(v))
		}
	}
	list := listed("captionListResponse", items, "", len(items))
	delete(list, "pageInfo") // it has none
	return list, nil
}

const trackMost = 100 << 20

// insertCaption is captions.insert with metadata and file in one body.
func (a *ask) insertCaption() (any, *fault) {
	_, args, err := mime.ParseMediaType(a.kind)
	if err != nil || !strings.HasPrefix(a.kind, "multipart/related") {
		return nil, bad("global", "parseError", "A multipart/related body is expected.")
	}
	parts := multipart.NewReader(bytes.NewReader(a.body), args["boundary"])
	first, err := parts.NextPart()
	if err != nil {
		return nil, bad("global", "parseError", "The metadata cannot be read.")
	}
	data, err := io.ReadAll(io.LimitReader(first, bodyMost))
	if err != nil || !strings.HasPrefix(first.Header.Get("Content-Type"), "application/json") {
		return nil, bad("global", "parseError", "The metadata cannot be read.")
	}
	var said struct {
		Snippet struct {
			Video    string  `json:"videoId"`
			Language string  `json:"language"`
			Name     *string `json:"name"`
			Draft    bool    `json:"isDraft"`
		} `json:"snippet"`
	}
	if f := decode(data, &said); f != nil {
		return nil, f
	}
	second, err := parts.NextPart()
	if err != nil {
		return nil, bad("youtube.caption", "contentRequired", "The request does not include the caption track contents.")
	}
	file, err := io.ReadAll(io.LimitReader(second, trackMost))
	if err != nil || len(bytes.TrimSpace(file)) == 0 {
		return nil, bad("youtube.caption", "contentRequired", "The request does not include the caption track contents.")
	}
	s := said.Snippet
	switch {
	case s.Video == "" || s.Name == nil || !languageTag.MatchString(s.Language):
		return nil, bad("youtube.caption", "invalidMetadata", "The request contains invalid metadata values, which prevent the track from being created.")
	case len(*s.Name) > 150:
		return nil, bad("youtube.caption", "nameTooLong", "The <code>snippet.name</code> specified in the request is too long.")
	}
	v, f := a.own(s.Video)
	if f != nil {
		return nil, no(http.StatusNotFound, "youtube.caption", "videoNotFound", "The video identified by the <code>videoId</code> parameter could not be found.").at("body")
	}
	if slices.ContainsFunc(v.tracks, func(t track) bool { return t.language == s.Language && t.name == *s.Name }) {
		return nil, no(http.StatusConflict, "youtube.caption", "captionExists", "The specified video already has a caption track with the given <code>snippet.language</code> and <code>snippet.name</code>.")
	}
	if !bytes.HasPrefix(file, []byte("WEBVTT")) && !bytes.Contains(file, []byte(" --> ")) {
		return nil, bad("youtube.caption", "invalidMetadata", "The format of the track cannot be read.")
	}
	t := track{id: a.n.opaque(32), language: s.Language, name: *s.Name, at: a.now, listed: a.now.Add(a.call.ListedLate()), bytes: len(file)}
	v.tracks = append(v.tracks, t)
	a.call.Accept(sandbox.Entry{Action: sandbox.Subtitle, Account: a.me.id, Object: t.id, Parent: v.id, Text: t.language})
	return t.show(v), nil
}
