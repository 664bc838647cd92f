package youtube

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// thread is a comment on a video with some of its answers, as YouTube tells it.
type thread struct {
	ID      string `json:"id"`
	Snippet struct {
		Video string  `json:"videoId"`
		Top   comment `json:"topLevelComment"`
		Total int64   `json:"totalReplyCount"`
	} `json:"snippet"`
	Replies struct {
		Comments []comment `json:"comments"`
	} `json:"replies"`
}

// comment is a comment as YouTube tells it.
type comment struct {
	ID      string `json:"id"`
	Snippet struct {
		Display   string `json:"textDisplay"`
		Original  string `json:"textOriginal"`
		Name      string `json:"authorDisplayName"`
		Picture   string `json:"authorProfileImageUrl"`
		Author    author `json:"authorChannelId"`
		Video     string `json:"videoId"`
		Parent    string `json:"parentId"`
		State     string `json:"moderationStatus"`
		Image     string `json:"imageUrl"`
		Published string `json:"publishedAt"`
		Updated   string `json:"updatedAt"`
	} `json:"snippet"`
}

// author is {"value": "UC…"}; older answers give the bare id, or nothing.
type author struct {
	Value string `json:"value"`
}

// UnmarshalJSON takes both forms.
func (a *author) UnmarshalJSON(data []byte) error {
	var bare string
	if json.Unmarshal(data, &bare) == nil {
		a.Value = bare
		return nil
	}
	type plain author
	return json.Unmarshal(data, (*plain)(a))
}

// text is what was said: the original, which is promised to its author alone, else
// what is shown. It is always asked for as plain text.
func (c comment) text() string {
	if c.Snippet.Original != "" {
		return clip(c.Snippet.Original, textMost)
	}
	return clip(c.Snippet.Display, textMost)
}

// textMost is how many bytes of a text are kept.
const textMost = 64 << 10

// threads lists what was said on the channel, the newest first.
func threads(conn network.Conn, state string) ask {
	return ask{path: "/youtube/v3/commentThreads", kind: "youtube#commentThreadListResponse", query: url.Values{
		"allThreadsRelatedToChannelId": {conn.Account}, "part": {"snippet,replies"}, "order": {"time"}, "textFormat": {"plainText"},
		"maxResults": {"100"}, "moderationStatus": {state}}}
}

// answers lists what stands below a comment.
func answers(top string) ask {
	return ask{path: "/youtube/v3/comments", kind: "youtube#commentListResponse",
		query: url.Values{"parentId": {top}, "part": {"snippet"}, "textFormat": {"plainText"}, "maxResults": {"100"}}}
}

// The verbs of facts.
const (
	verbSaid     = "comment"
	verbEdited   = "edited"
	verbHidden   = "hidden"
	verbHeld     = "held"
	verbShown    = "shown"
	verbFollowed = "follow"
)

// fact is the driver's own form of something that happened.
type fact struct {
	Verb   string `json:"verb"`
	ID     string `json:"id"`
	Video  string `json:"video,omitempty"`
	Parent string `json:"parent,omitempty"`
	By     string `json:"by,omitempty"`
	Name   string `json:"name,omitempty"`
	Face   string `json:"face,omitempty"`
	Text   string `json:"text,omitempty"`
	Cut    bool   `json:"cut,omitempty"`
	Image  string `json:"image,omitempty"`
	At     int64  `json:"at"` // seconds
}

// lean keeps of a fact what is safe and bounded; ok is false where nothing can be
// done with it.
func (f fact) lean() (fact, bool) {
	f.Verb = word(f.Verb)
	if !videoID.MatchString(f.Video) {
		f.Video = ""
	}
	if !commentID.MatchString(f.Parent) {
		f.Parent = ""
	}
	if !channelID.MatchString(f.By) {
		f.By = ""
	}
	f.Name, f.Face, f.Image = clip(f.Name, 640), clip(f.Face, 2048), clip(f.Image, 4096)
	if len(f.Text) > textMost {
		f.Text, f.Cut = clip(f.Text, textMost), true
	}
	f.Text = clip(f.Text, textMost)
	f.At = min(max(f.At, 0), 250_000_000_000)
	switch f.Verb {
	case verbSaid, verbEdited, verbHidden, verbHeld, verbShown:
		return f, commentID.MatchString(f.ID)
	case verbFollowed:
		return f, f.By != "" && channelID.MatchString(f.ID)
	}
	return f, false
}

// of makes the fact of a comment.
func (c comment) of(verb, video string, at time.Time) fact {
	if videoID.MatchString(c.Snippet.Video) {
		video = c.Snippet.Video
	}
	parent := c.Snippet.Parent
	if parent == "" && strings.Contains(c.ID, ".") {
		parent = above(c.ID)
	}
	f := fact{Verb: verb, ID: c.ID, Video: video, Parent: parent, By: c.Snippet.Author.Value, Name: c.Snippet.Name, Face: c.Snippet.Picture,
		Image: c.Snippet.Image, At: at.Unix()}
	if verb == verbSaid || verb == verbEdited {
		f.Text = c.text()
		f.Cut = len(c.Snippet.Original) > textMost || c.Snippet.Original == "" && len(c.Snippet.Display) > textMost
	}
	return f
}

// key tells one event from another: object, verb, version.
func (f fact) key() string {
	switch f.Verb {
	case verbEdited:
		sum := sha256.Sum256([]byte(f.Text))
		return "edited " + f.ID + " " + strconv.FormatInt(f.At, 10) + " " + hex.EncodeToString(sum[:4])
	case verbHidden, verbHeld, verbShown, verbFollowed:
		return f.Verb + " " + f.ID + " " + strconv.FormatInt(f.At, 10)
	}
	return f.Verb + " " + f.ID
}

// raw makes what is appended of a lean fact.
func (f fact) raw(channel string) network.Raw {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	who := f.By
	if who == "" { // a person who is gone: then at least what concerns one thing stays in order
		who = f.ID
	}
	return network.Raw{Account: channel, Person: who, Key: f.key(), At: time.Unix(f.At, 0).UTC(), Body: data}
}

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var f fact
	if json.Unmarshal(raw.Body, &f) != nil {
		return nil, strange()
	}
	f, ok := f.lean()
	if !ok {
		return nil, strange()
	}
	e := network.Event{Ref: network.Ref{ID: f.ID, URL: commentURL(f.Video, f.ID)}, Author: f.author(), At: time.Unix(f.At, 0).UTC(),
		Text: f.Text, Truncated: f.Cut, Post: f.Video, Thread: f.Video, Parent: f.Parent}
	if f.Video == "" { // on the channel itself
		e.Thread = above(f.ID)
	}
	if e.Parent == "" {
		e.Parent = f.Video
	}
	if f.Image != "" {
		e.Media = []network.Attachment{{Type: "image", URL: f.Image}}
	}
	switch f.Verb {
	case verbSaid:
		e.Kind = network.Comment
		if f.By != "" && f.By == conn.Account {
			e.Kind = network.Ours
		}
	case verbEdited:
		e.Kind = network.Edited
	case verbHidden, verbHeld, verbShown:
		e.Kind, e.Removed, e.Held, e.Text = network.Hidden, f.Verb == verbShown, f.Verb == verbHeld, ""
	case verbFollowed:
		e = network.Event{Kind: network.Follow, Ref: network.Ref{ID: "follow:" + f.ID}, Author: f.author(), At: e.At}
	}
	return []network.Event{e}, nil
}

func (f fact) author() network.Author {
	a := network.Author{ID: f.By, Name: strings.TrimPrefix(f.Name, "@"), AvatarURL: f.Face}
	if strings.HasPrefix(f.Name, "@") {
		a.Handle = a.Name
	}
	if f.By != "" {
		a.URL = "https://www.youtube.com/channel/" + f.By
	}
	if f.Verb == verbSaid {
		a.Said = f.ID
	}
	return a
}

func strange() error { return fault.New(fault.Invalid, "This is no event of YouTube.") }
