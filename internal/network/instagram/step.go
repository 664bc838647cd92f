package instagram

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// phase is what comes next on the way of a post.
type phase string

const (
	create  phase = ""        // a container for the post, or for its next file
	upload  phase = "upload"  // the bytes of the file in hand
	await   phase = "await"   // all files of a carousel are worked on
	gather  phase = "gather"  // the container of the carousel
	process phase = "process" // the container is worked on
	public  phase = "publish" // it is published
	closing phase = "close"   // comments are turned off
)

// state is how far a post has come.
type state struct {
	Phase     phase    `json:"phase,omitempty"`
	Children  []string `json:"children,omitempty"` // containers of a carousel's files
	Container string   `json:"container,omitempty"`
	Looks     int      `json:"looks,omitempty"` // how often it was looked whether it is ready
	There     bool     `json:"there,omitempty"` // it is published already, Instagram says
	Media     string   `json:"media,omitempty"` // it is published as this
	At        int64    `json:"at,omitempty"`
	Fetches   int      `json:"fetches,omitempty"` // how often Instagram could not fetch a file
	// Bare: it goes out without its cover.
	Bare *network.Uncovered `json:"bare,omitempty"`
}

// fetchesMost bounds how often a file is offered again that Instagram could not
// fetch: it may have come while this house was being started anew.
const fetchesMost = 5

const unfetched = 2207052

func stateOf(part network.Part) state {
	var s state
	if json.Unmarshal(part.Step.State, &s) != nil {
		return state{}
	}
	return s
}

// step names what comes next as people read it.
func (s state) step(done, total int64) network.Step {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts and numbers
	}
	name := map[phase]string{create: "upload", upload: "upload", await: "process", gather: "process", process: "process", public: "publish", closing: "publish"}[s.Phase]
	return network.Step{Name: name, State: data, Done: done, Total: total, Public: s.Phase == public, Uncovered: s.Bare}
}

// Step does one act of a post. The containers that a repetition leaves behind are
// seen by nobody, and forgotten by Instagram after a day.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	s, err := d.open(conn)
	if err != nil {
		return network.Stepped{}, err
	}
	if part.Step.Name == network.Begun {
		if err := network.Refusal(d.limits(conn), part); err != nil {
			return network.Stepped{}, err
		}
		if err := d.facebook.Placed(ctx, metaApp(conn), part); err != nil {
			return network.Stepped{}, err
		}
		if len(part.Media) == 0 { // limits of an older house may not say so
			return network.Stepped{}, fault.New(fault.Invalid, "Instagram takes no post without an image or a video.").WithHint("Add one.").On("media")
		}
		part.Step = state{Fetches: stateOf(part).Fetches}.step(0, 0)
	}
	at := stateOf(part)
	for _, id := range append(at.Children, at.Container, at.Media) {
		if id != "" && !graph.Object.MatchString(id) {
			return network.Stepped{}, fault.New(fault.Internal, "a step that was not kept as it was")
		}
	}
	switch at.Phase {
	case upload:
		return s.uploads(ctx, part, at)
	case await:
		return s.awaits(ctx, part, at)
	case gather:
		return s.gathers(ctx, part, at)
	case process:
		return s.processed(ctx, part, at)
	case public:
		return s.publishes(ctx, part, at)
	case closing:
		return s.closes(ctx, part, at)
	}
	return s.creates(ctx, part, at)
}

// tags names the people in a file.
func (s *session) tags(form url.Values, part network.Part, m network.Media) error {
	kind, _ := s.limits(s.conn).Of(part.Kind)
	takes := kind.Media.Image.Tags
	if m.Video() {
		takes = kind.Media.Video.Tags
	}
	tagged, _ := m.Tagged(takes, len(part.Media))
	if len(tagged) == 0 {
		return nil
	}
	all := make([]map[string]any, len(tagged))
	for i, t := range tagged {
		if all[i] = map[string]any{"username": t.Name}; t.At != nil {
			all[i]["x"], all[i]["y"] = t.At.X, t.At.Y
		}
	}
	data, err := json.Marshal(all)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing whom a picture shows")
	}
	form.Set("user_tags", string(data))
	return nil
}

// creates makes the container of a post, or of the next file of a carousel.
func (s *session) creates(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	album, i := len(part.Media) > 1, len(at.Children)
	if i >= len(part.Media) {
		return network.Stepped{}, fault.New(fault.Internal, "a carousel with more containers than files")
	}
	m := part.Media[i]
	form := url.Values{}
	if album {
		form.Set("is_carousel_item", "true")
	} else {
		s.words(form, part)
	}
	switch {
	case part.Kind == network.Story:
		form.Set("media_type", "STORIES")
	case m.Video() && album:
		form.Set("media_type", "VIDEO")
	case m.Video():
		form.Set("media_type", "REELS") // the one form in which a video is published
		try(form, part)
	}
	if !album && m.Video() && m.Cover != nil && at.Bare == nil && part.Kind != network.Story {
		address, err := m.Cover.Address()
		if err != nil {
			return network.Stepped{}, err
		}
		form.Del("thumb_offset") // a picture of our own goes before a moment of the video
		form.Set("cover_url", address)
	}
	next := process
	if m.Video() && s.keys.Login == byFacebook {
		form.Set("upload_type", "resumable")
		next = upload
	} else {
		address, err := m.Address()
		if err != nil {
			return network.Stepped{}, err
		}
		name := "image_url"
		if m.Video() {
			name = "video_url"
		}
		form.Set(name, address)
	}
	if err := s.tags(form, part, m); err != nil {
		return network.Stepped{}, err
	}
	if m.Alt != "" && !m.Video() && part.Kind == network.PlainPost {
		form.Set("alt_text", m.Alt)
	}
	id, err := s.contain(ctx, form)
	if misplaced := s.facebook.Voice.NotThere(err, form); misplaced != nil {
		return network.Stepped{}, misplaced
	}
	if refused := untried(err, part); refused != nil && (!form.Has("cover_url") || graph.Refused(err).Code != 100) {
		return network.Stepped{}, refused
	}
	if graph.Refused(err).Subcode == unfetched && at.Fetches < fetchesMost {
		at.Fetches++
		return network.Stepped{Step: at.step(0, m.Bytes), Wait: offered(at.Fetches)}, nil
	}
	if form.Has("cover_url") && fault.Is(err, fault.Invalid) { // it may be the picture that Instagram does not want
		at.Bare, at.Fetches = network.Bare(part, err), 0
		return network.Stepped{Step: at.step(0, m.Bytes)}, nil
	}
	if err != nil {
		return network.Stepped{}, part.Refused(i, err)
	}
	if !album {
		at.Container, at.Phase = id, next
		return waiting(at, m, next), nil
	}
	at.Children = append(at.Children, id)
	return s.nextFile(part, at, next, m), nil
}

// offered is how long to wait before a file is offered again.
func offered(times int) time.Duration { return min(5*time.Second<<times, time.Minute) }

// nextFile says what follows a file of a carousel.
func (s *session) nextFile(part network.Part, at state, next phase, m network.Media) network.Stepped {
	switch {
	case next == upload:
		at.Phase = upload
		return network.Stepped{Step: at.step(0, m.Bytes)}
	case len(at.Children) < len(part.Media):
		at.Phase = create
		return network.Stepped{Step: at.step(int64(len(at.Children)), int64(len(part.Media)))}
	}
	at.Phase = await
	return network.Stepped{Step: at.step(0, 0), Wait: patience(0, part.Media[0].Video())}
}

func waiting(at state, m network.Media, next phase) network.Stepped {
	if next == upload {
		return network.Stepped{Step: at.step(0, m.Bytes)}
	}
	return network.Stepped{Step: at.step(0, 0), Wait: patience(0, m.Video())}
}

// patience is how long Instagram is left alone: it asks to be asked once a minute
// at most for five minutes; images are ready long before.
func patience(looks int, video bool) time.Duration {
	wait := 2 * time.Second
	if video {
		wait = 8 * time.Second
	}
	return min(wait<<min(looks, 5), time.Minute)
}

// words sets what is said with a post, and about it.
func (s *session) words(form url.Values, part network.Part) {
	if part.Text != "" && part.Kind != network.Story {
		form.Set("caption", part.Text)
	}
	if part.Disclosure.AI {
		form.Set("is_ai_generated", "true")
	}
	if part.Disclosure.Paid {
		form.Set("is_paid_partnership", "true")
	}
	if part.Kind == network.Story {
		return
	}
	if place, err := graph.Place(part); err == nil && place != "" { // what is wrong with it was said before
		form.Set("location_id", place)
	}
	if names := usernames(part.Options["collaborators"]); len(names) > 0 {
		data, err := json.Marshal(names)
		if err == nil { // texts alone
			form.Set("collaborators", string(data))
		}
	}
	if len(part.Media) == 1 && part.Media[0].Video() {
		if part.Options["reel_only"] == "true" {
			form.Set("share_to_feed", "false")
		}
		if name := strings.TrimSpace(part.Options["audio_name"]); name != "" && part.Kind == network.Reel {
			form.Set("audio_name", name)
		}
		if ms := digits(part.Options["cover_ms"]); ms != "" {
			form.Set("thumb_offset", ms)
		}
	}
}

func usernames(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' || r == '\n' })
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], "@")
	}
	return all
}

func digits(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return text
}

func (s *session) contain(ctx context.Context, form url.Values) (string, error) {
	a := graph.Ask{Method: http.MethodPost, Path: s.conn.Account + "/media", Form: form, Harmless: true}
	var got made
	if err := s.call(ctx, a, &got); err != nil {
		return "", err
	}
	if !graph.Object.MatchString(string(got.ID)) {
		return "", s.misunderstood(a)
	}
	return string(got.ID), nil
}

// gathers makes the container of a carousel from those of its files.
func (s *session) gathers(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	form := url.Values{"media_type": {"CAROUSEL"}, "children": {strings.Join(at.Children, ",")}}
	s.words(form, part)
	id, err := s.contain(ctx, form)
	if misplaced := s.facebook.Voice.NotThere(err, form); misplaced != nil {
		return network.Stepped{}, misplaced
	}
	if gone(err) {
		return anew(at), nil
	}
	if err != nil {
		return network.Stepped{}, err
	}
	at.Container, at.Phase, at.Looks = id, process, 0
	return network.Stepped{Step: at.step(0, 0), Wait: patience(0, false)}, nil
}

// anew begins again when what was reached has expired.
func anew(state) network.Stepped {
	return network.Stepped{Step: network.Step{Name: network.Begun}}
}

// gone says that a container has expired, or is not known any more.
func gone(err error) bool {
	switch graph.Refused(err).Subcode {
	case 2207020, 2207006, 2207008:
		return true
	}
	return fault.Is(err, fault.NotFound)
}

// closes turns comments off, where that was chosen. The post is out: whatever
// comes of this, it stays so.
func (s *session) closes(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	a := graph.Ask{Method: http.MethodPost, Path: at.Media, Form: url.Values{"comment_enabled": {"false"}}, Harmless: true}
	err := s.call(ctx, a, nil)
	if fault.Is(err, fault.Throttled) || fault.Is(err, fault.Unavailable) {
		return network.Stepped{}, err
	}
	return network.Stepped{Sent: s.sent(ctx, at.Media, time.Unix(at.At, 0).UTC(), part)}, nil
}
