package linkedin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// The steps of a post, as they are shown.
const (
	stepUpload  = "upload"
	stepProcess = "process"
	stepPublish = "publish"
)

// againMost is how often a file is handed over anew before that is given up.
const againMost = 3

// waitForFile is how long a post waits for a file that we may not look at.
const waitForFile = 30 * time.Second

// videoLeast is the smallest video that LinkedIn takes.
const videoLeast = 75 << 10

// handed is how far the files of a post have come. It is kept after each act.
type handed struct {
	Files []file `json:"files"`
	Again int    `json:"again,omitempty"` // how often one was lost at LinkedIn
}

// file is one of them.
type file struct {
	URN   string  `json:"urn,omitempty"`
	Until int64   `json:"until,omitempty"` // when its addresses end, in milliseconds
	URL   string  `json:"url,omitempty"`   // where an image or a document goes
	Token string  `json:"token,omitempty"` // of a video's upload
	Head  string  `json:"head,omitempty"`  // what the addresses of all parts begin with
	Parts []piece `json:"parts,omitempty"`
	Given bool    `json:"given,omitempty"` // LinkedIn has all of it
	Ready bool    `json:"ready,omitempty"` // and has worked on it
	// Captions is where subtitles go, and Heard what became of them.
	Captions string `json:"captions,omitempty"`
	Heard    *heard `json:"heard,omitempty"`
	// Cover is where a picture of its own goes, and Bare why it goes out without.
	Cover string             `json:"cover,omitempty"`
	Bare  *network.Uncovered `json:"bare,omitempty"`
}

// piece is a part of a video: where it goes and where it ends, then the proof that
// it is there.
type piece struct {
	URL  string `json:"url,omitempty"` // without the head
	Last int64  `json:"last"`
	Tag  string `json:"tag,omitempty"`
}

// Step does one act: announces a file, hands over a file or a part of it, asks how
// far LinkedIn is, or makes the post.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	return d.act(ctx, conn, part, func() error {
		_, err := d.written(conn, part)
		return err
	}, d.post)
}

// Start says that a post without files begins with the act that makes it public.
func (d *Driver) Start(conn network.Conn, part network.Part) (network.Step, bool) {
	if len(part.Media) > 0 {
		return network.Step{}, false
	}
	if _, err := d.written(conn, part); err != nil {
		return network.Step{}, false
	}
	return handed{Files: []file{}}.step(stepPublish, part, 0).Step, true
}

// act does one act of a post or a comment: check refuses what LinkedIn will never
// take, last makes it public.
func (d *Driver) act(ctx context.Context, conn network.Conn, part network.Part, check func() error,
	last func(context.Context, network.Conn, network.Part, handed) (network.Stepped, error)) (network.Stepped, error) {
	h := handed{}
	if part.Step.Name == stepUpload || part.Step.Name == stepProcess || part.Step.Name == stepPublish {
		if len(part.Step.State) > 0 && json.Unmarshal(part.Step.State, &h) != nil || len(h.Files) != len(part.Media) {
			part.Step.Name = network.Begun // of another form: nothing was public yet, or Find has looked
		}
	}
	switch part.Step.Name {
	case stepUpload:
		return d.upload(ctx, conn, part, h)
	case stepProcess:
		return d.process(ctx, conn, part, h)
	case stepPublish:
		return last(ctx, conn, part, h)
	}
	if err := check(); err != nil {
		return network.Stepped{}, err
	}
	h = handed{Files: make([]file, len(part.Media))}
	if len(h.Files) == 0 {
		return h.step(stepPublish, part, 0), nil
	}
	return h.step(stepUpload, part, 0), nil
}

// step is what was reached.
func (h handed) step(name string, part network.Part, wait time.Duration) network.Stepped {
	state, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings and numbers
	}
	s := network.Step{Name: name, State: state, Public: name == stepPublish, Subtitled: h.subtitled(part)}
	for i, m := range part.Media {
		s.Total += m.Bytes
		f := h.Files[i]
		if f.Bare != nil {
			s.Uncovered = f.Bare
		}
		if f.Given {
			s.Done += m.Bytes
			continue
		}
		s.Done += f.sent()
	}
	return network.Stepped{Step: s, Wait: wait}
}

// sent is how much of a video LinkedIn has.
func (f file) sent() (done int64) {
	from := int64(0)
	for _, p := range f.Parts {
		if p.Tag != "" {
			done += p.Last + 1 - from
		}
		from = p.Last + 1
	}
	return done
}

// lost begins a file anew.
func (h handed) lost(i int, part network.Part, cause error) (network.Stepped, error) {
	if h.Again++; h.Again > againMost {
		return network.Stepped{}, part.Refused(i, fault.Wrap(fault.Invalid, cause, "LinkedIn loses a file again and again.").WithHint("Try again later, or save the file anew.").On("media"))
	}
	h.Files[i] = h.Files[i].anew()
	return h.step(stepUpload, part, 0), nil
}

// anew is a file of which nothing is there, but what was refused beside it: that is not
// tried once more.
func (f file) anew() file {
	if f.Heard != nil && f.Heard.Why == "" {
		f.Heard = nil
	}
	return file{Heard: f.Heard, Bare: f.Bare}
}

// upload does the next act for the first file that LinkedIn does not have.
func (d *Driver) upload(ctx context.Context, conn network.Conn, part network.Part, h handed) (network.Stepped, error) {
	for i := range h.Files {
		f, m := &h.Files[i], part.Media[i]
		if f.Given {
			continue
		}
		if f.URN == "" || f.Until > 0 && d.now().UnixMilli() >= f.Until {
			made, err := d.announce(ctx, conn, *f, m)
			if err != nil {
				return network.Stepped{}, part.Refused(i, err)
			}
			h.Files[i] = made
			return h.step(stepUpload, part, 0), nil
		}
		if f.Captions != "" {
			if err := d.caption(ctx, conn, f, m); err != nil {
				return network.Stepped{}, err
			}
			return h.step(stepUpload, part, 0), nil
		}
		if f.Cover != "" {
			if err := d.cover(ctx, f, m); err != nil {
				return network.Stepped{}, err
			}
			return h.step(stepUpload, part, 0), nil
		}
		gone, err := d.hand(ctx, conn, f, m)
		switch {
		case gone:
			return h.lost(i, part, err)
		case err != nil:
			return network.Stepped{}, part.Refused(i, err)
		}
		did := h.step(stepUpload, part, 0)
		did.Loose = !h.Files[i].Given // a part of a video may come again to the same address
		return did, nil
	}
	wait := 2 * time.Second
	if len(part.Media) > 0 && part.Media[0].Video() {
		wait = 10 * time.Second
	}
	return h.step(stepProcess, part, wait), nil
}

// announce asks for the addresses that take a file. Subtitles and covers that were
// refused are not asked for again; those that are there, go with the addresses that are over.
func (d *Driver) announce(ctx context.Context, conn network.Conn, was file, m network.Media) (file, error) {
	request := map[string]any{"owner": conn.Account}
	a := ask{method: http.MethodPost, path: "rest/images", query: "action=initializeUpload", harmless: true}
	was = was.anew()
	switch {
	case m.Video():
		a.path = "rest/videos"
		request["fileSizeBytes"], request["uploadCaptions"], request["uploadThumbnail"] = m.Bytes, was.silent(m), was.bare(m)
	case m.Document():
		a.path = "rest/documents"
	}
	a.body = map[string]any{"initializeUploadRequest": request}
	var got struct {
		Value struct {
			Image        string `json:"image"`
			Document     string `json:"document"`
			URL          string `json:"uploadUrl"`
			Until        int64  `json:"uploadUrlExpiresAt"`
			Video        string `json:"video"`
			VideoUntil   int64  `json:"uploadUrlsExpireAt"`
			Token        string `json:"uploadToken"`
			Captions     string `json:"captionsUploadUrl"`
			Cover        string `json:"thumbnailUploadUrl"`
			Instructions []struct {
				URL   string `json:"uploadUrl"`
				First int64  `json:"firstByte"`
				Last  int64  `json:"lastByte"`
			} `json:"uploadInstructions"`
		} `json:"value"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return file{}, err
	}
	v := got.Value
	if !m.Video() {
		urn := v.Image
		if m.Document() {
			urn = v.Document
		}
		if !fileURN.MatchString(urn) || !d.theirs(v.URL) {
			return file{}, a.misunderstood()
		}
		return file{URN: urn, URL: v.URL, Until: v.Until}, nil
	}
	f := file{URN: v.Video, Until: v.VideoUntil, Token: v.Token, Heard: was.Heard, Bare: was.Bare}
	if was.silent(m) {
		if f.Captions = v.Captions; !d.theirs(v.Captions) {
			return was.mute(m, fault.New(fault.Invalid, "LinkedIn takes no subtitles for this video.").WithHint("Add them on LinkedIn itself.")), nil
		}
	}
	if was.bare(m) {
		if f.Cover = v.Cover; !d.theirs(v.Cover) {
			return was.uncovered(m, fault.New(fault.Invalid, "LinkedIn takes no cover for this video.").WithHint("Choose it on LinkedIn itself.")), nil
		}
	}
	next := int64(0)
	for i, one := range v.Instructions {
		if one.First != next || one.Last < one.First || one.Last >= m.Bytes || !d.theirs(one.URL) {
			return file{}, a.misunderstood()
		}
		if next = one.Last + 1; i == 0 {
			f.Head = one.URL
		}
		f.Head = common(f.Head, one.URL)
		f.Parts = append(f.Parts, piece{URL: one.URL, Last: one.Last})
	}
	if !fileURN.MatchString(f.URN) || next != m.Bytes {
		return file{}, a.misunderstood()
	}
	for i := range f.Parts { // 125 long addresses that begin alike
		f.Parts[i].URL = f.Parts[i].URL[len(f.Head):]
	}
	return f, nil
}

func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// hand hands over an image or a document, the next part of a video, or says that all parts are
// there. gone: the address takes it no more, and the file begins anew.
func (d *Driver) hand(ctx context.Context, conn network.Conn, f *file, m network.Media) (gone bool, err error) {
	if !m.Video() {
		k, err := keysOf(conn)
		if err != nil {
			return false, err
		}
		_, gone, err := d.put(ctx, f.URL, m, 0, m.Bytes, [2]string{"Authorization", "Bearer " + k.Token})
		f.Given = err == nil
		if f.Given {
			f.URL = ""
		}
		return gone, err
	}
	from := int64(0)
	for i := range f.Parts {
		p := &f.Parts[i]
		if p.Tag != "" {
			from = p.Last + 1
			continue
		}
		tag, gone, err := d.put(ctx, f.Head+p.URL, m, from, p.Last+1-from)
		if err != nil {
			return gone, err
		}
		if tag == "" || len(tag) > 512 {
			return false, ask{}.misunderstood()
		}
		p.Tag, p.URL = tag, ""
		return false, nil
	}
	return d.finalize(ctx, conn, f)
}

// put sends bytes of a file as they come from ours. An image or a document goes with
// the token, a part of a video and its cover without.
func (d *Driver) put(ctx context.Context, address string, m network.Media, from, length int64, headers ...[2]string) (tag string, gone bool, err error) {
	if !d.theirs(address) {
		return "", false, fault.New(fault.Internal, "an address that is not LinkedIn's")
	}
	opened, err := m.OpenAt(from)
	if err != nil {
		return "", false, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	body := struct {
		io.Reader
		io.Closer
	}{io.LimitReader(opened, length), opened}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, body)
	if err != nil {
		_ = opened.Close() // nothing was read
		return "", false, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to LinkedIn")
	}
	request.ContentLength = length
	request.Header.Set("Content-Type", "application/octet-stream")
	for _, h := range headers {
		request.Header.Set(h[0], h[1])
	}
	stream, err := d.out.Open(outward.Repeatable(ctx), request)
	if err != nil {
		return "", false, err
	}
	defer stream.Body.Close() //nolint:errcheck // read or given up; nothing is left to learn
	said, err := io.ReadAll(io.LimitReader(stream.Body, 64<<10))
	if err != nil {
		return "", false, err
	}
	if stream.Status/100 == 2 {
		return stream.Header.Get("ETag"), false, nil
	}
	err = d.failed(ask{harmless: true}, &outward.Response{Status: stream.Status, Header: stream.Header, Body: said, At: stream.At})
	switch r := refused(err); {
	case r.Code == "EXPIRED_UPLOAD_URL", r.status == http.StatusNotFound, r.status == http.StatusGone:
		return "", true, err
	}
	return "", false, err
}

// finalize says that all parts of a video are there. When LinkedIn refuses, it may
// have heard it already; then the video is at work.
func (d *Driver) finalize(ctx context.Context, conn network.Conn, f *file) (gone bool, err error) {
	tags := make([]string, len(f.Parts))
	for i, p := range f.Parts {
		tags[i] = p.Tag
	}
	a := ask{method: http.MethodPost, path: "rest/videos", query: "action=finalizeUpload", harmless: true,
		body: map[string]any{"finalizeUploadRequest": map[string]any{"video": f.URN, "uploadToken": f.Token, "uploadedPartIds": tags}}}
	_, err = d.call(ctx, conn, a, nil)
	if fault.Is(err, fault.Invalid) {
		state, _, ferr := d.state(ctx, conn, f.URN)
		switch {
		case ferr != nil:
			return fault.Is(ferr, fault.NotFound), ferr
		case state == "WAITING_UPLOAD" || state == "":
			return true, err
		}
		err = nil
	}
	if err != nil {
		return fault.Is(err, fault.NotFound), err
	}
	f.Given, f.Parts, f.Head, f.Token = true, nil, "", ""
	return false, nil
}

// state asks how far LinkedIn is with a file. hidden: it does not let us look.
func (d *Driver) state(ctx context.Context, conn network.Conn, urn string) (state string, hidden bool, err error) {
	if !fileURN.MatchString(urn) {
		return "", false, fault.New(fault.Internal, "no file of LinkedIn")
	}
	path := "rest/images/"
	switch {
	case isVideoURN(urn):
		path = "rest/videos/"
	case strings.HasPrefix(urn, "urn:li:document:"):
		path = "rest/documents/"
	}
	var got struct {
		Status string `json:"status"`
	}
	_, err = d.call(ctx, conn, ask{path: path + code(urn)}, &got)
	if fault.Is(err, fault.Denied) && refused(err).status == http.StatusForbidden {
		return "", true, nil
	}
	return got.Status, false, err
}

// patience is how long to wait before asking again: the longer it takes, the more
// seldom, because each question counts against the limits of the day.
func (d *Driver) patience(part network.Part) time.Duration {
	const least, most = 3 * time.Second, 5 * time.Minute
	if part.Step.Since.IsZero() {
		return least
	}
	return min(max(d.now().Sub(part.Step.Since)/4, least), most)
}

// process waits until LinkedIn has worked on all files.
func (d *Driver) process(ctx context.Context, conn network.Conn, part network.Part, h handed) (network.Stepped, error) {
	for i := range h.Files {
		f := &h.Files[i]
		if f.Ready {
			continue
		}
		state, hidden, err := d.state(ctx, conn, f.URN)
		switch {
		case fault.Is(err, fault.NotFound):
			return h.lost(i, part, err)
		case err != nil:
			return network.Stepped{}, err
		case hidden || state == "AVAILABLE": // who may only post cannot look; the post itself will tell
			f.Ready = true
			return h.step(stepProcess, part, 0), nil
		case state == "PROCESSING_FAILED":
			return network.Stepped{}, part.Refused(i, fault.New(fault.Invalid, "LinkedIn could not read this file.").
				WithHint("Save images as JPEG or PNG, videos as MP4 and documents as PDF, and try again.").On("media"))
		case state == "WAITING_UPLOAD":
			return h.lost(i, part, nil)
		case state == "PROCESSING":
			return h.step(stepProcess, part, d.patience(part)), nil
		}
		return network.Stepped{}, ask{}.misunderstood()
	}
	return h.step(stepPublish, part, 0), nil
}
