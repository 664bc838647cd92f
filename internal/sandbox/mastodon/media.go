package mastodon

import (
	"bytes"
	"image"
	_ "image/gif" // so that their sizes can be read
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

const (
	altLimit    = 1500
	matrixLimit = 33177600
)

// swept is how long a file stays that no status has.
const swept = 24 * time.Hour

// unprocessed is said of a picture that is none, and of a film.
const unprocessed = "Error processing thumbnail for uploaded media"

// file is one attachment; asks is how often it still answers that it is being worked on, until is before when.
type file struct {
	id            int64
	account       *account
	kind, alt     string
	data          []byte
	width, height int
	made, until   time.Time
	async         bool
	asks          int
	used          *status
	thumbnail     []byte // the picture that stands for it
}

func (f *file) busy(now time.Time) bool { return f.asks > 0 || f.until.After(now) }

// broken says that the work has ended, and with nothing.
func (n *Network) broken(f *file, now time.Time) bool {
	return n.options.MediaFails && f.async && !f.busy(now)
}

func (f *file) view(q *request) object {
	kind, _, _ := strings.Cut(f.kind, "/")
	if f.kind == "image/gif" {
		kind = "gifv"
	}
	var url, alt any
	if !f.busy(q.now) {
		url = q.host + "/media/" + key(f.id)
	}
	if f.alt != "" {
		alt = f.alt
	}
	meta := object{}
	if f.width > 0 {
		size := object{"width": f.width, "height": f.height, "size": strconv.Itoa(f.width) + "x" + strconv.Itoa(f.height),
			"aspect": float64(f.width) / float64(f.height)}
		meta = object{"original": size, "small": size}
	}
	preview := url
	if f.thumbnail != nil { // it is there at once
		preview = q.host + "/media/" + key(f.id) + "/thumbnail"
	}
	return object{"id": key(f.id), "type": kind, "url": url, "preview_url": preview, "remote_url": nil, "meta": meta, "description": alt, "blurhash": nil}
}

func (n *Network) upload(q *request) (any, *problem) {
	if p := n.count(q, &q.me.files, 30*time.Minute, n.options.Uploads); p != nil {
		return nil, p
	}
	if q.file == nil {
		return nil, n.invalid("File can't be blank")
	}
	kind := http.DetectContentType(q.file)
	if kind == "application/octet-stream" || strings.HasPrefix(kind, "text/") && !strings.HasPrefix(q.kind, "image/") {
		kind = q.kind
	}
	if !supported(kind) {
		return nil, n.invalid("File content type is invalid, File is invalid")
	}
	f := &file{account: q.me, kind: kind, alt: q.values.Get("description"), data: q.file, made: q.now}
	most := n.options.VideoLimit
	if strings.HasPrefix(kind, "image/") {
		most = n.options.ImageLimit
		size, _, err := image.DecodeConfig(bytes.NewReader(q.file))
		if err != nil && !n.options.Unread && (kind == "image/jpeg" || kind == "image/png" || kind == "image/gif") {
			return nil, &problem{status: http.StatusUnprocessableEntity, text: unprocessed}
		}
		f.width, f.height = size.Width, size.Height
	}
	if int64(len(q.file)) > most {
		return nil, n.invalid("File file size must be less than or equal to %d MB", most>>20)
	}
	if f.width*f.height > matrixLimit {
		return nil, n.invalid("File %dx%d images are not supported", f.width, f.height)
	}
	if utf8.RuneCountInString(f.alt) > altLimit {
		return nil, n.invalid("Description is too long (maximum is %d characters)", altLimit)
	}
	if p := n.cover(f, q.thumbnail); p != nil {
		return nil, p
	}
	f.id = n.newID(q.now)
	status := http.StatusOK
	if !strings.HasPrefix(kind, "image/") || kind == "image/gif" || n.options.MediaAsks > 0 {
		if strings.HasSuffix(q.URL.Path, "v2/media") && !n.options.GoToSocial {
			status, f.async, f.asks, f.until = http.StatusAccepted, true, max(n.options.MediaAsks, 1), q.now.Add(n.options.MediaTime)
		}
	}
	n.media[f.id] = f
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: sandbox.Upload, Object: key(f.id), Text: f.alt})
	return replyWith{status, f.view(q)}, nil
}

// file is one of ours that no status has: others are not known here any more.
func (n *Network) file(q *request) (*file, *problem) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	f := n.loose(q, id)
	if f == nil {
		return nil, missing()
	}
	if n.broken(f, q.now) {
		return nil, &problem{status: http.StatusUnprocessableEntity, text: unprocessed}
	}
	return f, nil
}

// loose is a file that may still be given to a status.
func (n *Network) loose(q *request, id int64) *file {
	f := n.media[id]
	if f == nil || f.account != q.me || f.used != nil || q.now.Sub(f.made) > swept {
		return nil
	}
	return f
}

func (n *Network) getMedia(q *request) (any, *problem) {
	f, p := n.file(q)
	if p != nil {
		return nil, p
	}
	if f.busy(q.now) {
		f.asks = max(f.asks-1, 0)
		view := f.view(q)
		view["url"] = nil
		return replyWith{http.StatusPartialContent, view}, nil
	}
	return f.view(q), nil
}

func (n *Network) describeMedia(q *request) (any, *problem) {
	f, p := n.file(q)
	if p != nil {
		return nil, p
	}
	if p := n.cover(f, q.thumbnail); p != nil {
		return nil, p
	}
	alt := f.alt
	if q.has("description") {
		alt = q.values.Get("description")
	}
	if utf8.RuneCountInString(alt) > altLimit {
		return nil, n.invalid("Description is too long (maximum is %d characters)", altLimit)
	}
	f.alt = alt
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: sandbox.Upload, Object: key(f.id), Text: alt})
	return f.view(q), nil
}

func (n *Network) mediaFile(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	n.mu.Lock()
	f := n.media[id]
	n.mu.Unlock()
	if f == nil {
		refuse(w, missing())
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Write(f.data)
}
