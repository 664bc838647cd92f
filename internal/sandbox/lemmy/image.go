package lemmy

import (
	"bytes"
	"errors"
	"image"
	_ "image/gif" // so that their sizes can be read
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

const imageMost = 10 << 20

// upload takes one image under the name that pict-rs wants; it looks at the bytes
// and not at what they are called.
func (n *Network) upload(w http.ResponseWriter, r *http.Request) {
	data, p := received(r)
	if p != nil {
		if p.status == 0 {
			panic(http.ErrAbortHandler) // the other side went away
		}
		refuse(w, p)
		return
	}
	q := &request{Request: r, call: sandbox.From(r.Context()), now: n.stage.Clock.Now(), host: n.host(r)}
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.enter(q, false); p != nil {
		refuse(w, p)
		return
	}
	if p := n.spend(q, &q.me.files, time.Hour, n.options.Images); p != nil {
		refuse(w, p)
		return
	}
	_, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		answer(w, http.StatusBadRequest, object{"msg": "Error in file: unsupported format", "code": "invalid-file"})
		return
	}
	file := n.secretText("image")[:32] + "." + kind
	n.images[file] = data
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "image/" + file})
	answer(w, http.StatusCreated, object{"msg": "ok", "files": []object{{"file": file, "delete_token": n.secretText("delete")[:32]}}})
}

func received(r *http.Request) ([]byte, *problem) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, &problem{status: http.StatusBadRequest, plain: "Content-Type error"}
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, &problem{status: http.StatusBadRequest, plain: "no field images[]"}
		}
		if err != nil {
			return nil, &problem{}
		}
		if part.FormName() != "images[]" {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, imageMost+1))
		switch {
		case err != nil:
			return nil, &problem{}
		case len(data) > imageMost:
			return nil, &problem{status: http.StatusRequestEntityTooLarge, plain: "payload too large"}
		}
		return data, nil
	}
}

var shown = regexp.MustCompile(`!\[[^\]]*\]\(([^)\s]+)\)`)

// shown is how many images of this server a text shows.
func (n *Network) shown(q *request, said string) int {
	count := 0
	for _, m := range shown.FindAllStringSubmatch(said, -1) {
		if file, ours := strings.CutPrefix(m[1], q.host+"/pictrs/image/"); ours && n.images[file] != nil {
			count++
		}
	}
	return count
}

func (n *Network) image(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	data := n.images[r.PathValue("file")]
	n.mu.Unlock()
	if data == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	w.Write(data)
}
