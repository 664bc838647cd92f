package x

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// file is one upload on its way, and what becomes of it.
type file struct {
	id             int64
	owner          *user
	kind, category string
	total          int64
	parts          map[int]sandbox.Piece
	size           int64
	head           []byte // its first bytes
	done           bool
	ready          time.Time // when X has worked on it
	broken         string    // why it cannot be used
	alt            string
	tracks         map[string]int64 // subtitles, by language
	until          time.Time
}

// The states of an upload.
const (
	pending    = "pending"
	inProgress = "in_progress"
	succeeded  = "succeeded"
	failed     = "failed"
)

// Limits of the page “Best practices” for media, as read on 2026-11-26; those of videos are of accounts without Premium.
const (
	imageMost = 5 << 20
	gifMost   = 15 << 20
	videoMost = 8 << 30
	dmMost    = 512 << 20
	chunkMost = 5_000_000 // the reference of the older address; that of v2 is silent
	session   = 24 * time.Hour
	headMost  = 512 // bytes of a file that are looked at
)

func (f *file) key() string {
	return map[string]string{"tweet_image": "3_", "dm_image": "3_", "tweet_gif": "16_", "dm_gif": "16_", "amplify_video": "13_"}[f.category] +
		map[bool]string{true: "7_"}[strings.HasSuffix(f.category, "_video") && f.category != "amplify_video"] + id(f.id)
}

func (f *file) state(now time.Time) string {
	switch {
	case !f.done:
		return pending
	case now.Before(f.ready):
		return inProgress
	case f.broken != "":
		return failed
	}
	return succeeded
}

// works says whether X works on such files after they were handed over.
func (f *file) works() bool {
	return !strings.HasSuffix(f.category, "_image") && f.category != subtitles
}

// subtitles is the category of uploads that are no files of a post.
const subtitles = "subtitles"

func (f *file) view(a *ask, fields want) object {
	kind := map[bool]string{true: "video", false: "photo"}[strings.HasSuffix(f.category, "_video")]
	if strings.HasSuffix(f.category, "_gif") {
		kind = "animated_gif"
	}
	v := object{"media_key": f.key(), "type": kind}
	for name, value := range map[string]any{"alt_text": f.alt, "width": 640, "height": 480, "url": a.host + "/files/" + id(f.id), "preview_image_url": a.host + "/files/" + id(f.id)} {
		if fields[name] && value != "" && (name != "url" || kind == "photo") && (name != "preview_image_url" || kind != "photo") {
			v[name] = value
		}
	}
	return v
}

func (n *Network) initUpload(a *ask) (int, any, *problem) {
	var body struct {
		Type     string   `json:"media_type"`
		Category string   `json:"media_category"`
		Total    int64    `json:"total_bytes"`
		Owners   []string `json:"additional_owners"`
		Shared   bool     `json:"shared"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	kinds := map[string][]string{"tweet_image": {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/pjpeg", "image/tiff"}, "tweet_gif": {"image/gif"},
		"tweet_video": {"video/mp4", "video/quicktime", "video/webm", "video/mp2t"}}
	kinds["amplify_video"], kinds["dm_image"], kinds["dm_gif"], kinds["dm_video"] = kinds["tweet_video"], kinds["tweet_image"], kinds["tweet_gif"], kinds["tweet_video"]
	kinds[subtitles] = []string{"text/srt", "text/vtt"}
	most := map[string]int64{subtitles: 1 << 20, "tweet_image": imageMost, "dm_image": imageMost, "tweet_gif": gifMost, "dm_gif": gifMost, "tweet_video": videoMost, "amplify_video": videoMost, "dm_video": dmMost}
	switch {
	case kinds[body.Category] == nil:
		return 0, nil, invalid("media_category", body.Category, "$.media_category: does not have a value in the enumeration")
	case !slices.Contains(kinds[body.Category], body.Type):
		return 0, nil, invalid("media_type", body.Type, "The media type %s cannot have the category %s", body.Type, body.Category)
	case body.Total <= 0:
		return 0, nil, invalid("total_bytes", strconv.FormatInt(body.Total, 10), "$.total_bytes: is missing but it is required")
	case body.Total > most[body.Category]:
		return 0, nil, invalid("total_bytes", strconv.FormatInt(body.Total, 10), "File size exceeds %d bytes.", most[body.Category])
	}
	f := &file{id: n.newID(), owner: a.me, kind: body.Type, category: body.Category, total: body.Total, parts: map[int]sandbox.Piece{}, until: a.now.Add(session)}
	n.media[f.id] = f
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(f.id), Text: "initialize"})
	return http.StatusOK, object{"data": object{"id": id(f.id), "media_key": f.key(), "expires_after_secs": int(session.Seconds())}}, nil
}

// upload finds an upload of who asks; what has expired is gone.
func (n *Network) upload(a *ask, text string) (*file, *problem) {
	number, _ := strconv.ParseInt(text, 10, 64)
	f := n.media[number]
	if f == nil || f.owner != a.me || !a.now.Before(f.until) {
		return nil, invalid("media_id", text, "Invalid or expired media id")
	}
	return f, nil
}

func (n *Network) appendUpload(a *ask) (int, any, *problem) {
	f, p := n.upload(a, a.PathValue("id"))
	if p != nil {
		return 0, nil, p
	}
	piece, index, p := a.segment()
	switch {
	case p != nil:
		return 0, nil, p
	case f.done:
		return 0, nil, invalid("media_id", id(f.id), "The upload is finalized already")
	case index < 0 || index > 999:
		return 0, nil, invalid("segment_index", strconv.Itoa(index), "$.segment_index: must be between 0 and 999")
	case piece.Bytes == 0 || piece.Bytes > chunkMost:
		return 0, nil, invalid("media", "", "A segment has 1 to %d bytes", chunkMost)
	}
	if index == 0 {
		f.head = piece.Head
	}
	f.parts[index] = piece
	f.until = a.now.Add(session)
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(f.id), Text: "append " + strconv.Itoa(index)})
	return http.StatusOK, object{"data": object{"expires_at": f.until.Unix()}}, nil
}

// segment is one part of a file as it was brought.
type segment struct {
	piece sandbox.Piece
	index int
	wrong *problem
}

// formed reads a segment out of a form while it comes in.
func formed(body io.Reader, boundary string) *segment {
	s := &segment{index: -1}
	form := multipart.NewReader(bufio.NewReaderSize(body, 256<<10), boundary)
	for {
		part, err := form.NextPart()
		if err == io.EOF { //nolint:errorlint // a reader gives io.EOF itself
			return s
		}
		if err == nil {
			switch part.FormName() {
			case "media":
				s.piece, err = sandbox.Receive(part, headMost)
			case "segment_index":
				all, _ := io.ReadAll(part)
				if s.index, err = strconv.Atoi(string(all)); err != nil {
					s.wrong = invalid("segment_index", string(all), "$.segment_index: is not an integer")
					return s
				}
			default:
				s.wrong = invalid(part.FormName(), "", "$.%s: is not defined in the schema", part.FormName())
				return s
			}
		}
		if err != nil {
			s.wrong = invalid("media", "", "The form is not complete")
			return s
		}
	}
}

// segment reads one part of a file: raw in a form, base64 in JSON.
func (a *ask) segment() (sandbox.Piece, int, *problem) {
	if a.formed != nil {
		return a.formed.piece, a.formed.index, a.formed.wrong
	}
	if kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")); kind != "application/json" {
		return sandbox.Piece{}, 0, plainly(http.StatusUnsupportedMediaType, "Unsupported Media Type", "Content-Type %q is not supported", kind)
	}
	var body struct {
		Media string `json:"media"`
		Index *int   `json:"segment_index"`
	}
	if p := a.read(&body); p != nil {
		return sandbox.Piece{}, 0, p
	}
	data, err := base64.StdEncoding.DecodeString(body.Media)
	if err != nil || body.Index == nil {
		return sandbox.Piece{}, 0, invalid("media", "", "$.media: must be base64, $.segment_index: is required")
	}
	piece, _ := sandbox.Receive(bytes.NewReader(data), headMost)
	return piece, *body.Index, nil
}

func (n *Network) finalizeUpload(a *ask) (int, any, *problem) {
	f, p := n.upload(a, a.PathValue("id"))
	if p != nil {
		return 0, nil, p
	}
	if f.done { // nothing says that it may be done twice
		return 0, nil, invalid("media_id", id(f.id), "The upload is finalized already")
	}
	for i := range len(f.parts) {
		piece, there := f.parts[i]
		if !there {
			return 0, nil, invalid("segment_index", strconv.Itoa(i), "Segments do not add up to provided total file size.")
		}
		f.size += piece.Bytes
	}
	if f.size != f.total {
		f.size = 0
		return 0, nil, invalid("total_bytes", strconv.FormatInt(f.total, 10), "Segments do not add up to provided total file size.")
	}
	if !f.works() && f.category != subtitles && !strings.HasPrefix(http.DetectContentType(f.head), "image/") {
		f.size = 0
		return 0, nil, invalid("media", "", "Unsupported image type")
	}
	f.done, f.ready = true, a.now
	if f.works() {
		f.ready = a.now.Add(n.options.Work)
	}
	if f.works() && !f.looks() {
		f.broken = "file type is not supported"
	}
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(f.id), Text: "finalize"})
	return http.StatusOK, object{"data": f.told(a.now)}, nil
}

// looks says whether a video or animation begins as one does.
func (f *file) looks() bool {
	switch f.kind {
	case "video/mp4", "video/quicktime":
		return len(f.head) >= 12 && string(f.head[4:8]) == "ftyp"
	}
	return http.DetectContentType(f.head) == f.kind || f.kind == "video/mp2t"
}

func (f *file) told(now time.Time) object {
	v := object{"id": id(f.id), "media_key": f.key(), "size": f.size, "expires_after_secs": int(f.until.Sub(now).Seconds())}
	if f.works() {
		work := object{"state": f.state(now)}
		switch f.state(now) {
		case succeeded:
			work["progress_percent"] = 100
		case failed: // the specification has no place for why
		default:
			work["check_after_secs"] = int(max(min(f.ready.Sub(now), 5*time.Second), time.Second).Seconds())
			work["progress_percent"] = 40
		}
		v["processing_info"] = work
	}
	return v
}

func (n *Network) uploadStatus(a *ask) (int, any, *problem) {
	if a.query.Get("command") != "" && a.query.Get("command") != "STATUS" {
		return 0, nil, invalid("command", a.query.Get("command"), "$.command: does not have a value in the enumeration [STATUS]")
	}
	f, p := n.upload(a, a.query.Get("media_id"))
	if p != nil {
		return 0, nil, p
	}
	v := f.told(a.now)
	if !f.done {
		delete(v, "processing_info")
	}
	return http.StatusOK, object{"data": v}, nil
}

func (n *Network) describe(a *ask) (int, any, *problem) {
	var body struct {
		ID       string `json:"id"`
		Metadata struct {
			Alt *struct {
				Text string `json:"text"`
			} `json:"alt_text"`
		} `json:"metadata"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	f, p := n.upload(a, body.ID)
	if p != nil {
		return 0, nil, p
	}
	if body.Metadata.Alt == nil || utf8.RuneCountInString(body.Metadata.Alt.Text) > 1000 {
		return 0, nil, invalid("metadata.alt_text.text", "", "$.metadata.alt_text.text: may only be 1000 characters long")
	}
	f.alt = body.Metadata.Alt.Text
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(f.id), Text: f.alt})
	return http.StatusOK, object{"data": object{"id": id(f.id), "associated_metadata": object{"alt_text": object{"text": f.alt}}}}, nil
}

// Handed gives the segments of the newest finished upload, in order.
func (n *Network) Handed() (all []sandbox.Piece) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var newest *file
	for _, f := range n.media {
		if f.done && f.category != subtitles && (newest == nil || f.id > newest.id) {
			newest = f
		}
	}
	if newest != nil {
		for i := range len(newest.parts) {
			all = append(all, newest.parts[i])
		}
	}
	return all
}

// Forget lets an upload expire.
func (n *Network) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.media {
		f.until = n.stage.Clock.Now()
	}
}

// Alt answers the description of a file by the identifier of a post and its place.
func (n *Network) Alt(post string, place int) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.find(post); p != nil && place < len(p.files) {
		return p.files[place].alt
	}
	return ""
}
