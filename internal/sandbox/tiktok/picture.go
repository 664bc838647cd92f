package tiktok

import (
	"bytes"
	"image"
	_ "image/jpeg" // what pictures may be
	_ "image/png"  // and this
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
	_ "golang.org/x/image/webp" // and this
)

// Pictures of comments (portal docs 1856212334897154, quoted by others): handed over first, then named by a comment in the place of its
// words.

// enclosure is a picture that was handed over by an account, and not named yet.
type enclosure struct {
	owner         *account
	width, height int
}

// pictureMost is 5 MB.
const pictureMost = 5_000_000

func (n *Network) uploadImage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 2*pictureMost)
	if r.ParseMultipartForm(2*pictureMost) != nil || len(r.MultipartForm.Value) != 1 || len(r.MultipartForm.File) != 1 || len(r.MultipartForm.File["image_file"]) != 1 { //nolint:gosec // the body is bounded above
		answer(w, 40002, "The form is not what is expected.", nil)
		return
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // files of a pretended network
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.whoBusiness(w, r, r.FormValue("business_id"), "comment.list.manage")
	if a == nil {
		return
	}
	file, err := r.MultipartForm.File["image_file"][0].Open()
	if err != nil {
		answer(w, 40002, "image_file: Missing data for required field", nil)
		return
	}
	defer file.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(file, pictureMost+1))
	c, _, err2 := image.DecodeConfig(bytes.NewReader(data))
	long, short := max(c.Width, c.Height), min(c.Width, c.Height)
	if err != nil || err2 != nil || len(data) > pictureMost || short < 360 || short > 1080 || long > 1920 {
		answer(w, 40002, "image_file: JPG, JPEG, WebP or PNG of at most 5 MB, 360 x 360 to 1080 x 1920 or 1920 x 1080 pixels.", nil)
		return
	}
	uri := "tos-stage-i-0000/" + n.next()
	n.pictures[uri] = enclosure{a, c.Width, c.Height}
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: uri})
	answer(w, 0, "OK", map[string]any{"image_uri": uri, "width": c.Width, "height": c.Height})
}

// sayable says whether a comment may be what it is: words, or a picture that the account handed over. The lock is held.
func (n *Network) sayable(w http.ResponseWriter, a *account, d act) bool {
	p, known := n.pictures[d.Image]
	switch {
	case d.Action != "", d.Image == "" && (d.Width != 0 || d.Height != 0):
		answer(w, 40002, "The body is not what is expected.", nil)
	case d.Image != "" && d.Text != "":
		answer(w, 40002, "text: cannot stand beside image_uri", nil)
	case d.Image != "" && (!known || p.owner != a || p.width != d.Width || p.height != d.Height):
		answer(w, 40002, "image_uri, image_width or image_height: Invalid value", nil)
	case d.Image == "" && (strings.TrimSpace(d.Text) == "" || utf8.RuneCountInString(d.Text) > commentMost):
		answer(w, 40002, "text: 1 to 150 characters", nil)
	default:
		return true
	}
	return false
}

// shows gives the picture of a comment an address. The lock is held.
func (n *Network) shows(d act) string {
	if d.Image == "" {
		return ""
	}
	delete(n.pictures, d.Image)
	return "https://p16-sign.tiktokcdn.test/" + d.Image
}

func (d act) pictures() int {
	if d.Image == "" {
		return 0
	}
	return 1
}

// said is what an answer about a new comment has of its words, or its picture.
func said(out map[string]any, d act, address string) {
	if d.Image != "" {
		out["image_url"] = address
	} else {
		out["text"] = d.Text
	}
}
