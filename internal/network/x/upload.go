package x

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// The acts by their names, as they are shown.
const (
	stepUpload   = "upload"
	stepProcess  = "process"
	stepSubtitle = "subtitles"
	stepPublish  = "publish"
)

const spare = 5 * time.Minute

// way is how far the files of a post have come.
type way struct {
	Files  []handed `json:"f,omitempty"`
	Tagged []string `json:"t,omitempty"` // the ids of who is tagged
}

// handed is one file at X.
type handed struct {
	ID       string  `json:"id,omitempty"`
	Key      string  `json:"key,omitempty"`
	Segment  int     `json:"n,omitempty"` // the next one
	Sent     int64   `json:"sent,omitempty"`
	Piece    int64   `json:"piece,omitempty"` // the size of a segment, where X refused larger ones
	Done     bool    `json:"done,omitempty"`  // all bytes are there
	Ready    bool    `json:"ready,omitempty"` // X has worked on it
	Told     bool    `json:"told,omitempty"`  // X knows what it shows
	Until    int64   `json:"until,omitempty"` // X forgets it then
	Checking int     `json:"check,omitempty"` // how often X was asked
	Heard    []heard `json:"heard,omitempty"` // subtitles: each is there, or was refused
}

// next is the step that comes after what is reached.
func (w way) next(part network.Part) network.Step {
	if len(w.Files) != len(part.Media) {
		w.Files = make([]handed, len(part.Media))
	}
	state, err := json.Marshal(w)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	s := network.Step{Name: stepPublish, State: state, Subtitled: w.subtitled(part)}
	for i, m := range part.Media {
		s.Total += m.Bytes
		s.Done += w.Files[i].Sent
	}
	i, f := w.current(part)
	switch {
	case i < 0:
		s.Public = true
	case f.Ready && f.silent(part.Media[i]) != nil:
		s.Name = stepSubtitle
	case f.Done:
		s.Name = stepProcess
	default:
		s.Name = stepUpload
	}
	return s
}

// current is the first file that is not ready for a post.
func (w way) current(part network.Part) (int, handed) {
	for i, f := range w.Files {
		if !f.Ready || !f.Told && part.Media[i].Alt != "" && describable(part.Media[i]) || f.silent(part.Media[i]) != nil {
			return i, f
		}
	}
	return -1, handed{}
}

// describable are files that can have a description.
func describable(m network.Media) bool { return !m.Video() }

func (w way) ids() []string {
	var all []string
	for _, f := range w.Files {
		all = append(all, f.ID)
	}
	return all
}

// over says that X will have forgotten a file before the post can be made.
func (w way) over(now time.Time) bool {
	for _, f := range w.Files {
		if f.Until > 0 && now.Add(spare).Unix() >= f.Until {
			return true
		}
	}
	return false
}

// told is what X says about a file.
type told struct {
	Data struct {
		ID      string `json:"id"`
		Key     string `json:"media_key"`
		Expires int64  `json:"expires_after_secs"`
		Work    *struct {
			State string `json:"state"`
			After int64  `json:"check_after_secs"`
		} `json:"processing_info"`
	} `json:"data"`
}

// hand does one act for the first file that needs one.
func (d *Driver) hand(ctx context.Context, conn network.Conn, part network.Part, w *way) (time.Duration, error) {
	i, f := w.current(part)
	if i < 0 {
		return 0, nil
	}
	m := part.Media[i]
	var wait time.Duration
	var err error
	switch {
	case f.ID == "":
		f, err = d.initialize(ctx, conn, m, part.Private)
	case f.Sent < m.Bytes:
		f, err = d.bring(ctx, conn, m, f)
	case !f.Done:
		f, wait, err = d.finalize(ctx, conn, f)
	case !f.Ready:
		f, wait, err = d.status(ctx, conn, f)
	case f.silent(m) != nil:
		f, err = d.subtitle(ctx, conn, m, f)
	default:
		f, err = d.describe(ctx, conn, m, f)
	}
	if err == nil {
		w.Files[i] = f
	}
	return wait, part.Refused(i, err)
}

func (d *Driver) initialize(ctx context.Context, conn network.Conn, m network.Media, private bool) (handed, error) {
	category := "tweet_"
	if private {
		category = "dm_"
	}
	switch {
	case m.Video():
		category += "video"
	case m.Type == "image/gif":
		category += "gif"
	default:
		category += "image"
	}
	body := map[string]any{"media_type": m.Type, "media_category": category, "total_bytes": m.Bytes}
	a := rest.Ask{Method: http.MethodPost, Path: "/2/media/upload/initialize", Body: body, Harmless: true}
	var got told
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return handed{}, err
	}
	if !number.MatchString(got.Data.ID) {
		return handed{}, unclear(a)
	}
	f := handed{ID: got.Data.ID, Key: clip(got.Data.Key, 64)}
	return d.lasts(f, got), nil
}

func (d *Driver) lasts(f handed, got told) handed {
	const most = 30 * 24 * 60 * 60
	if got.Data.Expires > 0 && got.Data.Expires <= most {
		f.Until = d.now().Unix() + got.Data.Expires
	}
	if got.Data.Key != "" {
		f.Key = clip(got.Data.Key, 64)
	}
	return f
}

func (d *Driver) finalize(ctx context.Context, conn network.Conn, f handed) (handed, time.Duration, error) {
	var got told
	_, err := d.call(ctx, conn, rest.Ask{Method: http.MethodPost, Path: "/2/media/upload/" + f.ID + "/finalize", Harmless: true}, &got)
	if is(err, finalized) {
		return d.status(ctx, conn, f) // an answer that was lost
	}
	if err != nil {
		return f, 0, err
	}
	return d.worked(f, got)
}

func (d *Driver) status(ctx context.Context, conn network.Conn, f handed) (handed, time.Duration, error) {
	var got told
	query := url.Values{"command": {"STATUS"}, "media_id": {f.ID}}
	if _, err := d.call(ctx, conn, rest.Ask{Path: "/2/media/upload", Query: query}, &got); err != nil {
		return f, 0, err
	}
	f.Checking++
	return d.worked(f, got)
}

// worked reads whether X is done with a file.
func (d *Driver) worked(f handed, got told) (handed, time.Duration, error) {
	if got.Data.ID != f.ID {
		return f, 0, unclear(rest.Ask{})
	}
	f = d.lasts(f, got)
	f.Done = true
	if got.Data.Work == nil {
		f.Ready = true
		return f, 0, nil
	}
	switch got.Data.Work.State {
	case "succeeded":
		f.Ready = true
		return f, 0, nil
	case "failed":
		return f, 0, fault.New(fault.Invalid, "X cannot read the video or animation.").WithHint("Save a video as MP4 with H.264 and AAC, at most 60 pictures a second; make an animation smaller.").On("media")
	}
	const least, most = time.Second, 5 * time.Minute
	// X says when to ask again; one that takes long is asked less and less often.
	wait := time.Duration(got.Data.Work.After) * time.Second
	return f, min(max(wait, least*time.Duration(1+f.Checking/10)), most), nil
}

func (d *Driver) describe(ctx context.Context, conn network.Conn, m network.Media, f handed) (handed, error) {
	body := map[string]any{"id": f.ID, "metadata": map[string]any{"alt_text": map[string]any{"text": m.Alt}}}
	_, err := d.call(ctx, conn, rest.Ask{Method: http.MethodPost, Path: "/2/media/metadata", Body: body, Harmless: true}, nil)
	f.Told = err == nil
	return f, err
}
