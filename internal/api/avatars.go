package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

func (d *Door) avatars() {
	raw(d, route{id: "GET /avatars/{id}", name: "getAvatar", verb: access.Read, summary: "The picture of a person's account or of a channel",
		notes: "Fetched from the network by Kith itself, made small and written anew. 404 where there is none, or none yet: show initials."},
		func(op *huma.Operation) {
			asks(op, "v")
			gives(op, http.StatusOK, "image/jpeg", &huma.Schema{Type: huma.TypeString, Format: "binary"})
			op.Responses["200"].Content["image/png"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}, d.avatar)
}

// avatarOf is our own address of a picture. It changes when the network names
// another picture, so that a browser may keep what it has.
func avatarOf(id, address string) string {
	if id == "" || address == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(address))
	return prefix + "/avatars/" + id + "?v=" + hex.EncodeToString(sum[:6])
}

// avatar gives a picture to members who may see whose it is. A browser is told
// to remember for a while also that there is none.
func (d *Door) avatar(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	h := w.Header()
	h.Set("Cache-Control", "private, max-age=300")
	var address string
	if err := store.View(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		address, err = view.Face(ctx, tx, by, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	picture, err := d.House.Faces.Show(r.Context(), by.Workspace, address)
	if errors.Is(err, flow.ErrFaceless) {
		h.Set("Cache-Control", "private, max-age=86400")
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(picture)
	h.Set("Content-Type", http.DetectContentType(picture)) // our own bytes: JPEG or PNG
	h.Set("Cache-Control", "private, max-age=86400")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(picture))
	return nil
}
