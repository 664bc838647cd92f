package api

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/view"
)

// harmless are the types of a stranger's file that a browser may show; all others are
// handed over as bytes to be kept.
func harmless() []string {
	return []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/3gpp", "audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"}
}

// attachmentMost is how much of one is passed on.
const attachmentMost = 128 << 20

func (d *Door) attachments() {
	raw(d, route{id: "GET /messages/{id}/media/{n}", name: "getAttachment", verb: access.Read, summary: "A file that came in with a message",
		notes: "Where the network gives it to nobody but us: an attachment then has this address. It stays on the network, and may be gone there."},
		func(op *huma.Operation) {
			for _, kind := range append(harmless(), "application/octet-stream") {
				if op.Responses["200"] == nil {
					gives(op, http.StatusOK, kind, nil)
				}
				op.Responses["200"].Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
			}
		}, d.attachment)
}

// attachmentOf is where a member's browser finds a file: at the network, or here.
func attachmentOf(m view.Message, n int, a network.Attachment) Attachment {
	switch {
	case a.File != "":
		a.URL = prefix + "/media/" + a.File
	case strings.HasPrefix(a.URL, network.Closed):
		a.URL = prefix + "/messages/" + m.ID + "/media/" + strconv.Itoa(n)
	}
	return Attachment{a.Type, a.URL, a.Alt, a.File, a.Name}
}

func (d *Door) attachment(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return fault.New(fault.NotFound, "There is no such file.")
	}
	file, err := d.House.Attachment(r.Context(), by, r.PathValue("id"), n)
	if err != nil {
		return err
	}
	defer file.Body.Close() //nolint:errcheck // read or given up; nothing is left to learn
	kind := file.Type
	h := w.Header()
	if !slices.Contains(harmless(), kind) {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "file"}))
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, max-age=3600")
	_, _ = io.Copy(w, io.LimitReader(file.Body, attachmentMost)) // the status is out: who reads it notices
	return nil
}
