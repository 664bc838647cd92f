package youtube

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// The steps of a video, after the first.
const (
	uploading  = "upload"
	processing = "process"
	filing     = "playlist"
	publishing = "publish"
)

// The options of a video.
const (
	optionPrivacy  = "privacy"
	optionKids     = "kids"
	optionCategory = "category"
	optionTags     = "tags"
	optionPlaylist = "playlist"
	optionLicense  = "license"
	optionQuiet    = "quiet"
)

const (
	private = "private"
	yes     = "yes"
	on      = "true"
)

// state is what is remembered between the acts.
type state struct {
	Session string `json:"session,omitempty"` // the address of the upload
	Video   string `json:"video,omitempty"`
	Made    int64  `json:"made,omitempty"` // when the video was there
	// Found: the video was found on the channel. It may be somebody else's work.
	Found bool `json:"found,omitempty"`
}

func stateOf(part network.Part) state {
	var s state
	if json.Unmarshal(part.Step.State, &s) != nil {
		return state{}
	}
	if !videoID.MatchString(s.Video) {
		s.Video = ""
	}
	return s
}

func (s state) raw() json.RawMessage {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	return data
}

func (s state) step(name string) network.Stepped {
	return network.Stepped{Step: network.Step{Name: name, State: s.raw(), Public: name == publishing}}
}

// Step does one act of a video's way.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	s := stateOf(part)
	switch {
	case part.Step.Name == uploading && s.Session != "":
		return d.upload(ctx, conn, part, s)
	case s.Video == "": // the first act, or a step of another version
		return d.begin(ctx, conn, part)
	case part.Step.Name == filing:
		return d.file(ctx, conn, part, s)
	case part.Step.Name == publishing:
		return d.publish(ctx, conn, part, s)
	}
	return d.process(ctx, conn, part, s)
}

// snippet and status are what can be said of a video.
type snippet struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Tags        []string `json:"tags,omitempty"`
	Category    string   `json:"categoryId,omitempty"`
	Language    string   `json:"defaultLanguage,omitempty"`
}

type status struct {
	Privacy    string `json:"privacyStatus"`
	License    string `json:"license"`
	Embeddable bool   `json:"embeddable"`
	Stats      bool   `json:"publicStatsViewable"`
	Kids       bool   `json:"selfDeclaredMadeForKids"`
	Synthetic  bool   `json:"containsSyntheticMedia,omitempty"`
}

type paid struct {
	Placement bool `json:"hasPaidProductPlacement"`
}

// about is what a part says of its video, as it is sent.
type about struct {
	ID      string   `json:"id,omitempty"`
	Snippet *snippet `json:"snippet,omitempty"`
	Status  *status  `json:"status,omitempty"`
	Paid    *paid    `json:"paidProductPlacementDetails,omitempty"`
}

func (d *Driver) snippet(part network.Part) *snippet {
	s := &snippet{Title: part.Title, Description: part.Text, Tags: tags(part.Options[optionTags]), Category: part.Options[optionCategory]}
	if s.Category == "" {
		s.Category = "22" // People & Blogs, which YouTube itself chooses
	}
	return s
}

// standing is what a video is, as long as nobody sees it.
func standing(part network.Part) *status {
	license := part.Options[optionLicense]
	if license == "" {
		license = "youtube"
	}
	return &status{Privacy: private, License: license, Embeddable: true, Stats: true, Kids: part.Options[optionKids] == yes, Synthetic: part.Disclosure.AI}
}

// wanted is who may see a video in the end.
func wanted(part network.Part) string {
	if p := part.Options[optionPrivacy]; p != "" {
		return p
	}
	return "public"
}

func tags(text string) []string {
	var all []string
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.Join(strings.Fields(one), " "); one != "" {
			all = append(all, strings.TrimPrefix(one, "#"))
		}
	}
	return all
}

// tagsMost is how long all tags may be, as YouTube counts: commas between them,
// quotes around those with a space.
const tagsMost = 500

func (d *Driver) refused(conn network.Conn, part network.Part) error {
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return err
	}
	for _, p := range d.profile.CheckOptions(part) {
		if p.Level == "error" {
			return fault.New(fault.Invalid, "%s", p.Text).WithHint("%s", p.Hint).On(p.Field)
		}
	}
	length := 0
	for i, t := range tags(part.Options[optionTags]) {
		length += utf8.RuneCountInString(t)
		if i > 0 {
			length++
		}
		if strings.Contains(t, " ") {
			length += 2
		}
		if strings.ContainsAny(t, "<>") {
			return fault.New(fault.Invalid, "A tag has neither < nor >.").WithHint("Write it in another way.").On("options")
		}
	}
	if length > tagsMost {
		return fault.New(fault.Invalid, "The tags are %d too long.", length-tagsMost).WithHint("Leave some out.").On("options")
	}
	if len(part.Media) != 1 || part.Media[0].Bytes <= 0 {
		return fault.New(fault.Invalid, "YouTube wants one video.").WithHint("Add it, and nothing else.").On("media")
	}
	return nil
}

// begin opens an upload session. Nobody sees it, so beginning twice is harmless.
func (d *Driver) begin(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if err := d.refused(conn, part); err != nil {
		return network.Stepped{}, err
	}
	m := part.Media[0]
	parts := "snippet,status"
	body := about{Snippet: d.snippet(part), Status: standing(part)}
	if part.Disclosure.Paid {
		parts, body.Paid = parts+",paidProductPlacementDetails", &paid{true}
	}
	a := ask{method: http.MethodPost, path: "/resumable/upload/youtube/v3/videos", body: body, harmless: true,
		query:  url.Values{"uploadType": {"resumable"}, "part": {parts}},
		header: http.Header{"X-Upload-Content-Length": {strconv.FormatInt(m.Bytes, 10)}, "X-Upload-Content-Type": {m.Type}}}
	if part.Options[optionQuiet] == on {
		a.query.Set("notifySubscribers", "false")
	}
	response, err := d.call(ctx, conn, a, nil)
	if err != nil {
		return network.Stepped{}, err
	}
	session := response.Header.Get("Location")
	if !d.ours(session) {
		return network.Stepped{}, a.misunderstood()
	}
	did := state{Session: session}.step(uploading)
	did.Step.Total = m.Bytes
	return did, nil
}

// process waits until YouTube has worked on the video.
func (d *Driver) process(ctx context.Context, conn network.Conn, part network.Part, s state) (network.Stepped, error) {
	v, err := d.video(ctx, conn, s.Video, "status,processingDetails")
	if err != nil {
		return network.Stepped{}, err
	}
	if v == nil {
		// A new video may not be shown at once; an old one was deleted by somebody.
		if d.now().Sub(time.Unix(s.Made, 0)) > 10*time.Minute {
			return network.Stepped{}, fault.New(fault.Invalid, "The video is not on YouTube any more.").WithHint("Somebody may have deleted it there. Try again.")
		}
		did := s.step(processing)
		did.Wait = 15 * time.Second
		return did, nil
	}
	switch v.Status.Upload {
	case "processed":
		if part.Options[optionPlaylist] != "" {
			return s.step(filing), nil
		}
		return s.step(publishing), nil
	case "failed", "deleted":
		return network.Stepped{}, failure(v.Status.Failure)
	case "rejected":
		if v.Status.Rejection == "duplicate" {
			return d.twin(ctx, conn, part, s)
		}
		return network.Stepped{}, rejection(v.Status.Rejection)
	}
	did := s.step(processing)
	did.Wait = 20 * time.Second
	p := v.Processing.Progress
	if left, err := strconv.ParseInt(p.Left, 10, 64); err == nil && left > 0 {
		did.Wait = min(max(time.Duration(min(left, 1<<40))*time.Millisecond, 3*time.Second), 5*time.Minute)
	}
	done, err1 := strconv.ParseInt(p.Done, 10, 64)
	total, err2 := strconv.ParseInt(p.Total, 10, 64)
	if err1 == nil && err2 == nil && done >= 0 && done <= total {
		did.Step.Done, did.Step.Total = done, total
	}
	return did, nil
}

// twin deals with a file that the channel has already: perhaps by a try of ours of
// which nobody knew, then that one is gone on with.
func (d *Driver) twin(ctx context.Context, conn network.Conn, part network.Part, s state) (network.Stepped, error) {
	other, err := d.hidden(ctx, conn, part, s.Video)
	if err != nil {
		return network.Stepped{}, err
	}
	if other == "" {
		return network.Stepped{}, rejection("duplicate")
	}
	return state{Video: other, Made: d.now().Unix(), Found: true}.step(processing), nil
}

func failure(reason string) error {
	text, hint := "YouTube could not work on this video.", "Save it as MP4 with H.264 and AAC, and try again."
	switch reason {
	case "codec", "conversion", "invalidFile":
		text = "YouTube cannot read this video."
	case "emptyFile", "tooSmall":
		text = "YouTube says that the video is empty or too small."
	case "uploadAborted":
		text, hint = "The upload did not come to an end.", "Try again."
	}
	return fault.New(fault.Invalid, "%s", text).WithHint("%s", hint).On("media")
}

func rejection(reason string) error {
	text, hint := "YouTube has rejected this video.", "Look into YouTube Studio: it says why."
	switch reason {
	case "duplicate":
		text, hint = "YouTube has this video on the channel already.", "Use the video that is there, or upload another version."
	case "length":
		text, hint = "YouTube finds the video too long for this channel.", "Confirm the channel's telephone number on youtube.com/verify, or cut the video."
	case "copyright", "claim", "trademark":
		text = "YouTube has rejected this video, because somebody else has rights in it."
	case "inappropriate", "termsOfUse", "legal":
		text = "YouTube says that this video breaks its rules."
	case "uploaderAccountClosed", "uploaderAccountSuspended":
		text = "YouTube has closed or suspended this account."
	}
	return fault.New(fault.Invalid, "%s", text).WithHint("%s", hint).On("media")
}

// file puts the video into a playlist, unless it is there. Nobody sees it yet.
func (d *Driver) file(ctx context.Context, conn network.Conn, part network.Part, s state) (network.Stepped, error) {
	playlist := part.Options[optionPlaylist]
	if !channelID.MatchString(playlist) {
		return network.Stepped{}, fault.New(fault.Invalid, "This is no playlist of the channel.").WithHint("Choose another one.").On("options")
	}
	var there list[json.RawMessage]
	look := ask{path: "/youtube/v3/playlistItems", kind: "youtube#playlistItemListResponse",
		query: url.Values{"playlistId": {playlist}, "videoId": {s.Video}, "part": {"id"}, "maxResults": {"1"}}}
	if _, err := d.call(ctx, conn, look, &there); err != nil {
		return network.Stepped{}, goneList(err)
	}
	if len(there.Items) == 0 {
		put := ask{method: http.MethodPost, path: "/youtube/v3/playlistItems", kind: "youtube#playlistItem", harmless: true, query: url.Values{"part": {"snippet"}},
			body: map[string]any{"snippet": map[string]any{"playlistId": playlist, "resourceId": map[string]string{"kind": "youtube#video", "videoId": s.Video}}}}
		if _, err := d.call(ctx, conn, put, nil); err != nil {
			return network.Stepped{}, goneList(err)
		}
	}
	return s.step(publishing), nil
}

func goneList(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.Invalid, err, "This playlist is not there any more.").WithHint("Choose another one.").On("options")
	}
	return err
}

// publish lets the video be seen: the one act that anybody notices.
func (d *Driver) publish(ctx context.Context, conn network.Conn, part network.Part, s state) (network.Stepped, error) {
	now := standing(part)
	now.Privacy = wanted(part)
	a := ask{method: http.MethodPut, path: "/youtube/v3/videos", kind: "youtube#video", query: url.Values{"part": {"status"}}, body: about{ID: s.Video, Status: now}}
	if now.Privacy == private { // it is already, and stays so: looking is enough
		v, err := d.video(ctx, conn, s.Video, "status")
		if err == nil && v == nil {
			err = fault.New(fault.Invalid, "The video is not on YouTube any more.").WithHint("Somebody may have deleted it there. Try again.")
		}
		if err != nil {
			return network.Stepped{}, err
		}
		return sent(part, s.Video, d.now().UTC()), nil
	}
	var got video
	response, err := d.call(ctx, conn, a, &got)
	switch {
	case fault.Is(err, fault.NotFound):
		return network.Stepped{}, fault.Wrap(fault.Invalid, err, "The video is not on YouTube any more.").WithHint("Somebody may have deleted it there. Try again.")
	case err != nil:
		return network.Stepped{}, err
	case got.ID != s.Video || got.Status.Privacy == "":
		return network.Stepped{}, a.misunderstood()
	case got.Status.Privacy != now.Privacy:
		return network.Stepped{}, fault.New(fault.Invalid, "YouTube keeps this video private: it is uploaded, and nobody sees it.").
			WithHint("Projects at Google that were not audited may not publish. Ask Google for the audit, or make the video public in YouTube Studio.").On("options")
	}
	return sent(part, s.Video, response.At.UTC()), nil
}

func sent(part network.Part, id string, at time.Time) network.Stepped {
	return network.Stepped{Sent: &network.Sent{Ref: network.Ref{ID: id, URL: address(part, id)}, At: at}}
}

func address(part network.Part, id string) string {
	if part.Kind == network.Reel {
		return "https://www.youtube.com/shorts/" + id
	}
	return watchURL(id)
}
