package youtube

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// inserting is videos.insert, whose cost is one call of a quota of its own.
func inserting() operation {
	return operation{scopes: append(writing(), scopeUpload), must: []string{"part"}, parts: videoParts(),
		may: map[string]string{"notifySubscribers": "bool", "autoLevels": "bool", "stabilize": "bool", "upload_id": "string"}}
}

// upload is POST of a video, in one piece or to begin a session, and PUT to a session. Some of Google's own clients POST to a session.
func (n *Network) upload(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut || r.Method == http.MethodPost && r.URL.Query().Get("upload_id") != "" {
		n.resume(w, r)
		return
	}
	if r.Method != http.MethodPost {
		n.fail(w, no(http.StatusMethodNotAllowed, "global", "httpMethodNotAllowed", "The HTTP method is not allowed."))
		return
	}
	how := r.URL.Query().Get("uploadType")
	if strings.HasPrefix(r.URL.Path, pathResumable) {
		how = "resumable"
	}
	switch how {
	case "resumable":
		n.begin(w, r)
	case "multipart", "media":
		n.whole(w, r, how)
	default:
		n.fail(w, bad("global", "badRequest", "Unsupported uploadType."))
	}
}

// opens admits an upload and takes one from the day's uploads; the mutex is held.
func (n *Network) opens(r *http.Request, data []byte) (*session, *fault) {
	o := inserting()
	a, f := n.admit(r, o)
	if f != nil {
		return nil, f
	}
	if _, blocked := a.call.Has(sandbox.Blocked); blocked {
		return nil, bad("youtube.video", "uploadLimitExceeded", "The user has exceeded the number of videos they may upload.")
	}
	if n.uploads >= n.options.Uploads {
		return nil, no(http.StatusForbidden, "youtube.quota", "quotaExceeded", "The request cannot be completed because you have exceeded your <a href=\"/youtube/v3/getting-started#quota\">quota</a>.")
	}
	n.uploads++
	var res resource
	if f := decode(data, &res); f != nil {
		return nil, f
	}
	s := &session{owner: a.me, parts: split(a.query["part"]), total: -1, digest: sha256.New(), expires: a.now.Add(n.options.Session),
		meta: meta{Privacy: "public", License: "youtube", Embeddable: true, Stats: true}}
	if s.meta, f = res.apply(s.meta, s.parts, a.now); f != nil {
		return nil, f
	}
	if s.meta.Title == "" { // part did not speak of the snippet
		s.meta.Title, s.meta.Category = "unknown", "22"
	}
	return s, nil
}

func playable(kind string) bool {
	kind, _, err := mime.ParseMediaType(kind)
	return err == nil && (strings.HasPrefix(kind, "video/") || kind == "application/octet-stream")
}

// begin opens a session.
func (n *Network) begin(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		n.fail(w, bad("global", "parseError", "This API expects a JSON body."))
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s, f := n.opens(r, data)
	if f == nil {
		s.kind = r.Header.Get("X-Upload-Content-Type")
		if s.kind != "" && !playable(s.kind) {
			f = bad("global", "badContent", "Media type '%s' is not supported. Valid media types: [video/*, application/octet-stream]", s.kind)
		}
		if length := r.Header.Get("X-Upload-Content-Length"); length != "" && f == nil {
			if s.total, err = strconv.ParseInt(length, 10, 64); err != nil || s.total < 0 || s.total > fileMost {
				f = bad("global", "uploadTooLarge", "Media is larger than maximum permitted.")
			}
		}
	}
	if f != nil {
		n.fail(w, f)
		return
	}
	s.id = n.opaque(80)
	n.sessions[s.id] = s
	w.Header().Set("Location", fmt.Sprintf("http://%s%svideos?uploadType=resumable&part=%s&upload_id=%s", r.Host, pathResumable, strings.Join(s.parts, "%2C"), s.id))
	w.Header().Set("X-Guploader-Uploadid", s.id)
	w.WriteHeader(http.StatusOK)
}

var ranged = regexp.MustCompile(`^bytes (?:\*|(\d{1,15})-(\d{1,15}))/(\*|\d{1,15})$`)

// span is what a PUT says it brings.
type span struct {
	query       bool // nothing: it asks how far we are
	first, last int64
	total       int64 // -1: not known yet
}

func spanOf(r *http.Request) (span, bool) {
	text := r.Header.Get("Content-Range")
	if text == "" { // the whole file
		return span{last: r.ContentLength - 1, total: r.ContentLength}, r.ContentLength >= 0
	}
	m := ranged.FindStringSubmatch(text)
	if m == nil {
		return span{}, false
	}
	s := span{query: m[1] == "", total: -1}
	if m[3] != "*" {
		s.total, _ = strconv.ParseInt(m[3], 10, 64)
	}
	s.first, _ = strconv.ParseInt(m[1], 10, 64)
	s.last, _ = strconv.ParseInt(m[2], 10, 64)
	return s, s.query && r.ContentLength <= 0 || !s.query && s.last >= s.first && r.ContentLength == s.last-s.first+1
}

// resume is a PUT to a session: a piece of the file, or the question how much of it is there.
func (n *Network) resume(w http.ResponseWriter, r *http.Request) {
	s, what, f := n.session(r)
	if f != nil {
		n.fail(w, f)
		return
	}
	defer func() {
		n.mu.Lock()
		s.busy = false
		n.mu.Unlock()
	}()
	if s.made == nil && !what.query {
		// Without the mutex: a large file takes its time. What came before a connection broke stays, in whole units.
		if err := s.take(r.Body, what); err != nil {
			n.fail(w, no(http.StatusServiceUnavailable, "global", "backendError", "The upload was interrupted."))
			return
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.made == nil && s.total >= 0 && s.got == s.total {
		s.made = n.add(sandbox.From(r.Context()), s)
		n.write(w, http.StatusCreated, n.show(s.made, s.parts, "http://"+r.Host))
		return
	}
	if s.made != nil {
		n.write(w, http.StatusOK, n.show(s.made, s.parts, "http://"+r.Host))
		return
	}
	if s.got > 0 {
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", s.got-1))
	}
	if r.Header.Get("X-GUploader-No-308") == "yes" { // for clients whose library follows redirects
		w.Header().Set("X-HTTP-Status-Code-Override", "308")
		w.WriteHeader(http.StatusOK)
		return
	}
	w.WriteHeader(http.StatusPermanentRedirect) // 308, which here means: go on
}

// session finds the session of a PUT, and holds it against what it says it brings.
func (n *Network) session(r *http.Request) (*session, span, *fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	call := sandbox.From(r.Context())
	t, f := n.bearer(call, r)
	if f != nil {
		return nil, span{}, f
	}
	s := n.sessions[r.URL.Query().Get("upload_id")]
	if s == nil || s.owner.id != t.channel || !call.Now().Before(s.expires) {
		return nil, span{}, no(http.StatusNotFound, "global", "notFound", "Upload session not found.")
	}
	what, ok := spanOf(r)
	switch {
	case s.busy:
		return nil, what, no(http.StatusServiceUnavailable, "global", "backendError", "Another request of this session is going on.")
	case !ok || s.total >= 0 && what.total >= 0 && s.total != what.total:
		return nil, what, bad("global", "badRequest", "Failed to parse Content-Range header.")
	case what.query || s.made != nil:
	case what.first > s.got:
		return nil, what, bad("global", "badRequest", "The range begins at %d, and the upload stands at %d.", what.first, s.got)
	case what.total >= 0 && what.last+1 > what.total:
		return nil, what, bad("global", "badRequest", "The range is longer than the file.")
	case (what.total < 0 || what.last+1 < what.total) && (what.last+1-what.first)%chunkUnit != 0:
		return nil, what, bad("global", "badRequest", "Chunks are multiples of 256 KiB.")
	}
	if what.total >= 0 {
		s.total = what.total
	}
	s.busy = true
	return s, what, nil
}

// take reads a piece, unit by unit. What is there already is passed over: Google's own Go client brings a piece again when its answer
// was lost.
func (s *session) take(body io.Reader, what span) error {
	known := min(s.got-what.first, what.last-what.first+1)
	if _, err := io.CopyN(io.Discard, body, known); err != nil {
		return errors.New("interrupted")
	}
	unit := make([]byte, chunkUnit)
	for left := what.last - what.first + 1 - known; left > 0; {
		want := min(left, chunkUnit)
		if _, err := io.ReadFull(body, unit[:want]); err != nil {
			return errors.New("interrupted")
		}
		if s.got == 0 {
			s.head = append([]byte(nil), unit[:min(want, 64)]...)
		}
		s.digest.Write(unit[:want])
		s.got += want
		left -= want
	}
	return nil
}

// Handed gives the newest video as one piece.
func (n *Network) Handed() []sandbox.Piece {
	n.mu.Lock()
	defer n.mu.Unlock()
	var newest *video
	for _, v := range n.videos {
		if newest == nil || v.uploaded.After(newest.uploaded) {
			newest = v
		}
	}
	if newest == nil {
		return nil
	}
	p := sandbox.Piece{Bytes: newest.size}
	copy(p.SHA256[:], newest.digest)
	return []sandbox.Piece{p}
}

// whole takes a video in one request: metadata and file in two parts, or the file alone.
func (n *Network) whole(w http.ResponseWriter, r *http.Request, how string) {
	data, file, kind := []byte("{}"), io.Reader(r.Body), r.Header.Get("Content-Type")
	if how == "multipart" {
		_, args, err := mime.ParseMediaType(kind)
		parts := multipart.NewReader(r.Body, args["boundary"])
		first, err2 := parts.NextPart()
		if err != nil || err2 != nil {
			n.fail(w, bad("global", "parseError", "A multipart/related body is expected."))
			return
		}
		if data, err = io.ReadAll(io.LimitReader(first, bodyMost)); err != nil {
			n.fail(w, bad("global", "parseError", "The metadata cannot be read."))
			return
		}
		second, err := parts.NextPart()
		if err != nil {
			n.fail(w, bad("youtube.video", "mediaBodyRequired", "The request does not include the video content."))
			return
		}
		file, kind = second, second.Header.Get("Content-Type")
	}
	n.mu.Lock()
	s, f := n.opens(r, data)
	n.mu.Unlock()
	if f == nil && !playable(kind) {
		f = bad("global", "badContent", "Media type '%s' is not supported. Valid media types: [video/*, application/octet-stream]", kind)
	}
	if f != nil {
		n.fail(w, f)
		return
	}
	head := make([]byte, 64)
	got, err := io.ReadFull(file, head)
	s.head = head[:got]
	s.digest.Write(s.head)
	s.got = int64(got)
	if err == nil {
		var rest int64
		rest, err = io.Copy(s.digest, file)
		s.got += rest
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		n.fail(w, bad("global", "badRequest", "The upload was interrupted."))
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.write(w, http.StatusOK, n.show(n.add(sandbox.From(r.Context()), s), s.parts, "http://"+r.Host))
}
