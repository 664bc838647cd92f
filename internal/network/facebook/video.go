package facebook

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// actMost is how much of a video is handed over before it is noted how far it came.
const actMost = 16 << 20

// video is a video as Graph shows it.
type video struct {
	ID          graph.Ident `json:"id"`
	Post        graph.Ident `json:"post_id"`
	Published   bool        `json:"published"`
	URL         string      `json:"permalink_url"`
	Description string      `json:"description"`
	Status      struct {
		Video      string     `json:"video_status"`
		Uploading  videoPhase `json:"uploading_phase"`
		Processing videoPhase `json:"processing_phase"`
		Publishing videoPhase `json:"publishing_phase"`
	} `json:"status"`
}

type videoPhase struct {
	Status  string      `json:"status"`
	Bytes   int64       `json:"bytes_transferred"`
	Publish string      `json:"publish_status"`
	At      graph.Clock `json:"publish_time"`
}

const videoFields = "id,post_id,published,permalink_url,description,status"

// out says that a video is published. A Page's video that is ready and published has
// no phase of publishing in older answers.
func (v video) out() bool {
	p := v.Status.Publishing
	return p.Status == "complete" && (p.Publish == "" || p.Publish == "published") || p.Status == "" && v.Published && v.Status.Video == "ready"
}

// failed says that Facebook could not use it.
func (v video) failed() bool {
	return v.Status.Video == "error" || v.Status.Video == "upload_failed" || v.Status.Processing.Status == "error" || v.Status.Publishing.Status == "error"
}

// address is where it is to be seen; Graph gives it without the host.
func (v video) address() string {
	u, err := url.Parse(v.URL)
	switch {
	case err != nil || v.URL == "":
		return ""
	case u.Host == "" && strings.HasPrefix(u.Path, "/"):
		return graph.Clip("https://www.facebook.com"+u.Path, 2048)
	case u.Scheme == "https" && (u.Host == "facebook.com" || strings.HasSuffix(u.Host, ".facebook.com")):
		return graph.Clip(v.URL, 2048)
	}
	return ""
}

// ref is the post that came of a video: its number alone, or the Page's before it.
func (v video) ref(conn network.Conn, at state) network.Ref {
	film := extra{Video: string(v.ID)}.raw()
	switch id := string(v.Post); {
	case at.Story != "":
		return storyRef(at.Story, v.address())
	case !graph.Object.MatchString(id):
		return network.Ref{ID: string(v.ID), URL: v.address(), Extra: film} // it can be answered and deleted by its own
	case strings.Contains(id, "_"):
		return network.Ref{ID: id, URL: v.address(), Extra: film}
	default:
		return network.Ref{ID: conn.Account + "_" + id, URL: v.address(), Extra: film}
	}
}

func (d *Driver) video(ctx context.Context, conn network.Conn, id string) (video, error) {
	a := graph.Ask{Path: id, Query: url.Values{"fields": {videoFields}}}
	var v video
	_, err := d.call(ctx, conn, a, &v)
	if err == nil && string(v.ID) != id {
		err = d.graph.Misunderstood(a)
	}
	return v, err
}

// edge is where a part's video goes.
func edge(kind network.PostKind) string {
	switch kind {
	case network.Reel:
		return "video_reels"
	case network.Story:
		return "video_stories"
	}
	return "videos"
}

// film makes a call about an upload: what phase it is of stands in the address.
func (d *Driver) film(ctx context.Context, conn network.Conn, a graph.Ask, kind network.PostKind, phase string, out any) error {
	key, err := token(conn)
	if err != nil {
		return err
	}
	client := d.graph
	if kind == network.PlainPost {
		client = d.films
	}
	a.Method, a.Path, a.App = http.MethodPost, conn.Account+"/"+edge(kind), conn.App
	a.Query = url.Values{"upload_phase": {phase}}
	_, err = client.Send(ctx, key, a, out)
	return err
}

// offsets are the piece that Facebook wants next; texts, mostly.
type offsets struct {
	From graph.Ident `json:"start_offset"`
	To   graph.Ident `json:"end_offset"`
}

// piece takes what is wanted next, if it makes sense for a file.
func (s *state) piece(o offsets, size int64) bool {
	from, err := strconv.ParseInt(string(o.From), 10, 64)
	to, badly := strconv.ParseInt(string(o.To), 10, 64)
	if err != nil || badly != nil || from < 0 || to < from || to > size || from == to && from != size {
		return false
	}
	s.From, s.To = from, to
	return true
}

// starts begins the upload of a video.
func (d *Driver) starts(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Stepped, error) {
	m := part.Media[0]
	a := graph.Ask{Form: url.Values{}, Harmless: true}
	if part.Kind == network.PlainPost {
		a.Form.Set("file_size", strconv.FormatInt(m.Bytes, 10))
	}
	var got struct {
		offsets
		Video   graph.Ident `json:"video_id"`
		Session graph.Ident `json:"upload_session_id"`
	}
	if err := d.film(ctx, conn, a, part.Kind, "start", &got); err != nil {
		return network.Stepped{}, err
	}
	at.Phase, at.Video, at.Session = upload, string(got.Video), string(got.Session)
	if !graph.Object.MatchString(at.Video) || part.Kind == network.PlainPost && (!graph.Object.MatchString(at.Session) || !at.piece(got.offsets, m.Bytes)) {
		return network.Stepped{}, d.graph.Misunderstood(a)
	}
	return network.Stepped{Step: at.step(at.From, m.Bytes)}, nil
}

// uploads hands bytes over: a video of the feed in pieces, the others in one stream
// from where Facebook has them on.
func (d *Driver) uploads(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Stepped, error) {
	m := part.Media[0]
	if part.Kind == network.PlainPost {
		return d.pieces(ctx, conn, m, at)
	}
	v, err := d.video(ctx, conn, at.Video)
	if fault.Is(err, fault.NotFound) || err == nil && (v.Status.Video == "expired" || v.failed()) {
		return at.anew(err)
	}
	if err != nil {
		return network.Stepped{}, err
	}
	if has := v.Status.Uploading.Bytes; v.Status.Uploading.Status != "complete" && has < m.Bytes {
		key, err := token(conn)
		if err != nil {
			return network.Stepped{}, err
		}
		if err := d.graph.Hand(ctx, key, d.upload+"/video-upload/"+d.graph.Version+"/"+at.Video, m, max(has, 0)); err != nil {
			return network.Stepped{}, err
		}
	}
	at.Phase = public
	return network.Stepped{Step: at.step(m.Bytes, m.Bytes)}, nil
}

// pieces hands the next pieces over, several in one act where they are
// small: each act costs a look into the database. What goes wrong after the first
// one comes up again at the next act, from where this one came to.
func (d *Driver) pieces(ctx context.Context, conn network.Conn, m network.Media, at state) (network.Stepped, error) {
	began := at.From
	for {
		next, err := d.hand(ctx, conn, m, at)
		switch {
		case err != nil && at.From > began:
			return network.Stepped{Step: at.step(at.From, m.Bytes), Wait: fault.After(err), Loose: true}, nil
		case fault.Is(err, fault.NotFound):
			return at.anew(err) // the session is over
		case err != nil:
			return network.Stepped{}, err
		case next.From == m.Bytes:
			next.Phase = public
			return network.Stepped{Step: next.step(next.From, m.Bytes)}, nil
		case next.From <= began: // it wants again what it was given
			return network.Stepped{Step: next.step(next.From, m.Bytes), Wait: time.Second, Loose: true}, nil
		case next.From <= at.From || next.From-began >= actMost:
			// Which piece is wanted, Facebook says again when one comes that it has: what
			// is forgotten between two acts is no harm.
			return network.Stepped{Step: next.step(next.From, m.Bytes), Loose: true}, nil
		}
		at = next
	}
}

// hand hands over the piece that is wanted, as large as Facebook wants it. One that it
// has already is answered with the one it wants.
func (d *Driver) hand(ctx context.Context, conn network.Conn, m network.Media, at state) (state, error) {
	from := at.From
	a := graph.Ask{Form: url.Values{"upload_session_id": {at.Session}, "start_offset": {strconv.FormatInt(from, 10)}},
		File: &graph.File{Field: "video_file_chunk", Type: "application/octet-stream", Bytes: at.To - at.From,
			Open: func() (io.ReadCloser, error) { return m.OpenAt(from) }}, Harmless: true}
	var next offsets
	err := d.film(ctx, conn, a, network.PlainPost, "transfer", &next)
	said := graph.Refused(err)
	switch {
	case said.Subcode == 1363037 && json.Unmarshal(said.Data, &next) == nil && at.piece(next, m.Bytes):
		return at, nil
	case err != nil:
		return at, err
	case !at.piece(next, m.Bytes):
		return at, d.graph.Misunderstood(a)
	}
	return at, nil
}

// finishes ends the upload, which publishes the video: Facebook takes that as a
// promise, works on it and lets it out by itself.
func (d *Driver) finishes(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Stepped, error) {
	form := url.Values{}
	if part.Text != "" && part.Kind != network.Story {
		form.Set("description", part.Text)
	}
	if part.Kind == network.PlainPost {
		form.Set("upload_session_id", at.Session)
		sponsor(form, part)
	} else {
		form.Set("video_id", at.Video)
		form.Set("video_state", "PUBLISHED")
		if place, err := graph.Place(part); err == nil && place != "" {
			form.Set("place", place)
		}
	}
	a := graph.Ask{Form: form}
	var got struct {
		Success bool        `json:"success"`
		Post    graph.Ident `json:"post_id"`
	}
	err := d.film(ctx, conn, a, part.Kind, "finish", &got)
	if misplaced := d.graph.Voice.NotThere(err, form); misplaced != nil {
		return network.Stepped{}, misplaced
	}
	if fault.Is(err, fault.NotFound) {
		return at.anew(err) // refused for certain: the session is over
	}
	if err != nil {
		return network.Stepped{}, err
	}
	if !got.Success {
		return network.Stepped{}, d.graph.Misunderstood(graph.Ask{Method: http.MethodPost})
	}
	if part.Kind == network.Story && graph.Object.MatchString(string(got.Post)) {
		at.Story = string(got.Post)
	}
	at.Phase = await
	return network.Stepped{Step: at.step(0, 0), Wait: patience(0)}, nil
}

// awaits asks whether the video is out.
func (d *Driver) awaits(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Stepped, error) {
	v, err := d.video(ctx, conn, at.Video)
	switch {
	case err != nil:
		return network.Stepped{}, err
	case v.failed():
		return network.Stepped{}, unusable()
	case v.out():
		if part.Kind == network.Story && at.Story == "" {
			at.Story = at.Video
		}
		sent := network.Sent{Ref: v.ref(conn, at), At: d.now()}
		if when := v.Status.Publishing.At.When(); !when.IsZero() {
			sent.At = when
		}
		return network.Stepped{Sent: &sent}, nil
	}
	if at.Looks++; at.Looks > looksMost {
		return network.Stepped{}, fault.New(fault.Uncertain, "Facebook has been working on this video for a day.").WithHint("Look on Facebook whether it is there.")
	}
	return network.Stepped{Step: at.step(0, 0), Wait: patience(at.Looks)}, nil
}

func unusable() error {
	return fault.New(fault.Invalid, "Facebook cannot use this video.").WithHint("Save it as MP4 with H.264 and AAC, and try again.").On("media")
}
