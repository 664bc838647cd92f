package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// Upload is a file on its way here.
type Upload struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Bytes    int64  `json:"bytes" doc:"Announced."`
	Received int64  `json:"received" doc:"Where to go on."`
}

// The protocol of resumable uploads that is spoken here: https://tus.io, its core,
// creation and termination.
const (
	tus       = "1.0.0"
	tusOctets = "application/offset+octet-stream"
)

func (d *Door) uploads() {
	with := func(op *huma.Operation, headers ...*huma.Param) {
		for _, h := range headers {
			h.In, h.Schema = "header", &huma.Schema{Type: huma.TypeString, MaxLength: new(2000)}
		}
		op.Parameters = append(op.Parameters, headers...)
	}
	none := func(op *huma.Operation, status int) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Headers: map[string]*huma.Param{
			"Upload-Offset": {Schema: &huma.Schema{Type: huma.TypeInteger}, Description: "Where to go on."}}}
	}
	raw(d, route{id: "POST /uploads", name: "beginUpload", verb: access.Compose, or: access.Reply, summary: "Begin a large upload",
		notes: "For files that a line may break under: what came stays, and one goes on from there. It speaks tus 1.0.0 (core, creation, termination); when all has come, finish it. What nobody goes on with is forgotten after two days."}, func(op *huma.Operation) {
		with(op, &huma.Param{Name: "Upload-Length", Required: true, Description: "Bytes of the whole file."},
			&huma.Param{Name: "Upload-Metadata", Description: "“filename” and its name in Base64, as tus writes it."})
		gives(op, http.StatusCreated, "application/json", d.schema(typeOf[Upload]()))
	}, tusSpoken(d.beginUpload))
	raw(d, route{id: "HEAD /uploads/{id}", name: "getUpload", verb: access.Compose, or: access.Reply, summary: "Where an upload stands"}, func(op *huma.Operation) { none(op, http.StatusOK) },
		tusSpoken(func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
			u, err := d.House.Upload(r.Context(), by, r.PathValue("id"))
			if err == nil {
				stands(w.Header(), u)
				w.WriteHeader(http.StatusOK)
			}
			return err
		}))
	raw(d, route{id: "PATCH /uploads/{id}", name: "continueUpload", verb: access.Compose, or: access.Reply, summary: "Go on with an upload",
		notes: "What came is kept, even if the line breaks in the middle."}, func(op *huma.Operation) {
		with(op, &huma.Param{Name: "Upload-Offset", Required: true, Description: "The first byte that is sent: where the upload stands."})
		takes(op, tusOctets, &huma.Schema{Type: huma.TypeString, Format: "binary"})
		none(op, http.StatusNoContent)
	}, tusSpoken(d.continueUpload))
	raw(d, route{id: "DELETE /uploads/{id}", name: "stopUpload", verb: access.Compose, or: access.Reply, summary: "Stop an upload and forget what came"}, func(op *huma.Operation) {
		op.Responses["204"] = &huma.Response{Description: http.StatusText(http.StatusNoContent)}
	}, tusSpoken(func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		err := d.House.GiveUp(r.Context(), by, r.PathValue("id"))
		if err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
		return err
	}))
	way(d, route{id: "POST /uploads/{id}/finish", name: "finishUpload", verb: access.Compose, or: access.Reply, summary: "Make a file of an upload that has come whole",
		notes: "Doing it again gives the same file."},
		func(ctx context.Context, by access.Actor, in *byID) (Media, error) {
			m, err := d.House.Finish(ctx, by, in.ID)
			return mediaOf(m), err
		})
}

// tusSpoken refuses a version of the protocol that is not spoken, and says ours.
func tusSpoken(do func(w http.ResponseWriter, r *http.Request, by access.Actor) error) func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		w.Header().Set("Tus-Resumable", tus)
		if v := r.Header.Get("Tus-Resumable"); v != "" && v != tus {
			w.Header().Set("Tus-Version", tus)
			return problem(http.StatusPreconditionFailed, "This version of tus is not spoken here.", "Speak "+tus+".")
		}
		return do(w, r, by)
	}
}

func stands(h http.Header, u media.Upload) {
	h.Set("Upload-Offset", strconv.FormatInt(u.Received, 10))
	h.Set("Upload-Length", strconv.FormatInt(u.Bytes, 10))
}

// bytesIn reads a number of bytes from a header.
func bytesIn(h http.Header, name string) (int64, error) {
	n, err := strconv.ParseInt(h.Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "“%s” is missing, or no number of bytes.", name).On(name).WithHint("Send it as a header.")
	}
	return n, nil
}

func (d *Door) beginUpload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	n, err := bytesIn(r.Header, "Upload-Length")
	if err != nil {
		return err
	}
	var u media.Upload
	if err := store.Do(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = media.Announce(ctx, tx, by, filename(r.Header.Get("Upload-Metadata")), n)
		return err
	}); err != nil {
		return err
	}
	stands(w.Header(), u)
	w.Header().Set("Location", prefix+"/uploads/"+u.ID)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(Upload{u.ID, u.Name, u.Bytes, u.Received})
}

// filename is what tus' metadata call the file: pairs of a word and Base64, with
// commas between them.
func filename(metadata string) string {
	for pair := range strings.SplitSeq(metadata, ",") {
		word, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if name, err := base64.StdEncoding.DecodeString(value); err == nil && word == "filename" && clean(string(name)) {
			return string(name)
		}
	}
	return ""
}

func (d *Door) continueUpload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if _, err := d.House.Upload(r.Context(), by, r.PathValue("id")); err != nil {
		return err
	}
	if kind := r.Header.Get("Content-Type"); kind != tusOctets {
		return problem(http.StatusUnsupportedMediaType, "This is not a piece of an upload.", "Send it as "+tusOctets+".")
	}
	start, err := bytesIn(r.Header, "Upload-Offset")
	if err != nil {
		return err
	}
	u, err := d.House.Append(r.Context(), by, r.PathValue("id"), start, r.Body)
	if u.ID != "" {
		stands(w.Header(), u)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}
