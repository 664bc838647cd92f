package linkedin

import (
	"bytes"
	"image"
	"io"
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

const coverMost = 10 << 20 // no number is documented

// face takes the picture that stands for a video, at the address that the video's announcement gave; false: it is about something else.
func (n *Network) face(w http.ResponseWriter, r *http.Request) bool {
	address := strings.TrimPrefix(r.URL.Path, "/dms-uploads/")
	if !strings.HasPrefix(address, "thumbnail-") {
		return false
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, coverMost+1))
	n.mu.Lock()
	defer n.mu.Unlock()
	f, known := n.faces[address]
	switch {
	case !known || r.Method != http.MethodPut || f.finalized:
		n.fail(w, no(http.StatusNotFound, "", "No such upload"))
		return true
	case r.Header.Get("Authorization") != "": // as with the parts of a video
		http.Error(w, "this address takes no token", http.StatusUnauthorized)
		return true
	case err != nil || r.ContentLength != int64(len(data)):
		http.Error(w, "the body was cut off", http.StatusBadRequest)
		return true
	case len(data) > coverMost:
		n.fail(w, no(http.StatusRequestEntityTooLarge, "REQUEST_ENTITY_TOO_LARGE", "too large"))
		return true
	case r.Header.Get("media-type-family") != "STILLIMAGE":
		n.fail(w, badRequest("media-type-family is not STILLIMAGE"))
		return true
	}
	if _, kind, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || kind != "jpeg" && kind != "png" {
		n.fail(w, badRequest("The thumbnail is no picture"))
		return true
	}
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: f.owner, Object: f.urn, Text: "thumbnail", Repeat: f.cover != nil})
	f.cover = data
	w.WriteHeader(http.StatusCreated)
	return true
}

// Cover is the picture that was brought for a video; nil: none.
func (n *Network) Cover(urn string) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	if f := n.files[urn]; f != nil {
		return f.cover
	}
	return nil
}
