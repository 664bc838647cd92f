package x

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

var languageCode = regexp.MustCompile(`^[A-Z]{2}$`)

// subtitle is POST /2/media/subtitles: an upload becomes the track of a video in one language, in the place of the one it had.
func (n *Network) subtitle(a *ask) (int, any, *problem) {
	var body struct {
		ID       string `json:"id"`
		Category string `json:"media_category"`
		Track    *struct {
			ID       string `json:"id"`
			Language string `json:"language_code"`
			Name     string `json:"display_name"`
		} `json:"subtitles"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	video, p := n.upload(a, body.ID)
	switch {
	case p != nil:
		return 0, nil, p
	case body.Category != "TweetVideo" && body.Category != "AmplifyVideo":
		return 0, nil, invalid("media_category", body.Category, "$.media_category: does not have a value in the enumeration [AmplifyVideo, TweetVideo]")
	case video.category != "tweet_video" || !video.done:
		return 0, nil, invalid("id", body.ID, "The media %s is no video of a post", body.ID)
	case body.Track == nil || !languageCode.MatchString(body.Track.Language):
		return 0, nil, invalid("subtitles.language_code", "", "$.subtitles.language_code: does not match the regex pattern ^[A-Z]{2}$")
	}
	track, p := n.upload(a, body.Track.ID)
	switch {
	case p != nil:
		return 0, nil, p
	case track.category != subtitles || !track.done || !strings.Contains(string(track.head), " --> ") || track.kind == "text/srt" && strings.HasPrefix(string(track.head), "WEBVTT"):
		return 0, nil, invalid("subtitles.id", body.Track.ID, "The subtitle file is not valid")
	}
	if video.tracks == nil {
		video.tracks = map[string]int64{}
	}
	_, there := video.tracks[body.Track.Language]
	video.tracks[body.Track.Language] = track.id
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Action: sandbox.Subtitle, Object: id(video.id) + "/" + body.Track.Language, Parent: id(video.id), Text: body.Track.Language, Repeat: there})
	return http.StatusOK, object{"data": object{"id": id(video.id), "media_category": body.Category,
		"associated_subtitles": object{"id": id(track.id), "language_code": body.Track.Language, "display_name": body.Track.Name}}}, nil
}
