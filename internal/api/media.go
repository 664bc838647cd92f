package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// Media is an uploaded file.
type Media struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type" enum:"image/jpeg,image/png,image/webp,image/gif,video/mp4,video/quicktime,audio/mpeg,audio/mp4,audio/aac,audio/amr,audio/ogg,audio/wav,application/pdf,application/vnd.openxmlformats-officedocument.wordprocessingml.document,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/vnd.openxmlformats-officedocument.presentationml.presentation"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int64  `json:"bytes"`
	Alt    string `json:"alt"`
	Millis int64  `json:"millis,omitempty" doc:"How long a video lasts, in milliseconds; a sound, where it is known."`
}

// Alt describes a file for people who cannot see it.
type Alt struct {
	Alt string `json:"alt" maxLength:"10000"`
}

func (d *Door) media() {
	raw(d, route{id: "POST /media", name: "uploadMedia", verb: access.Compose, or: access.Reply, summary: "Upload a file",
		notes: "Images and videos are for posts and answers, documents too where a network takes them, sounds for answers alone, as far as networks take them. The type is read from the bytes. Where a photo was taken is removed from the file, and what a camera wrote about place and owner from MP4 and QuickTime files; pixels and colour profiles stay as they are."}, func(op *huma.Operation) {
		takes(op, "multipart/form-data", &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": {Type: huma.TypeString, Format: "binary"},
			"alt":  {Type: huma.TypeString, MaxLength: new(mostAlt)},
		}})
		gives(op, http.StatusOK, "application/json", d.schema(typeOf[Media]()))
	}, d.upload)
	raw(d, route{id: "GET /media/{id}", name: "getMedia", verb: access.Read, summary: "The file itself"}, func(op *huma.Operation) {
		for _, t := range slices.Concat(media.Types(), media.Videos(), media.Sounds(), media.Documents()) {
			if op.Responses["200"] == nil {
				gives(op, http.StatusOK, t, nil)
			}
			op.Responses["200"].Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
	}, d.file)
	write(d, route{id: "PATCH /media/{id}", name: "describeMedia", verb: access.Compose, summary: "Describe a file"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *with[Alt]) (Media, error) {
			m, err := media.Describe(ctx, tx, by.Workspace, in.ID, in.Body.Alt)
			return mediaOf(m), err
		})
	d.subtitles()
}

const mostAlt = 10_000

func mediaOf(m media.Media) Media {
	return Media{m.ID, m.Name, m.Type, m.Width, m.Height, m.Bytes, m.Alt, m.Millis}
}

// upload streams the file of a form into the blob store; no more of it than a
// few kilobytes is ever in memory.
func (d *Door) upload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	r.Body = http.MaxBytesReader(w, r.Body, media.MaxVideo+1<<20)
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Hour)) // a slow line is no reason to give up
	form, err := r.MultipartReader()
	if err != nil {
		return problem(http.StatusUnsupportedMediaType, "This is not an upload.", "Send multipart/form-data with the file as “file”.")
	}
	u := uploading{door: d, by: by}
	if err := u.read(r.Context(), form); err != nil {
		u.undo(r.Context())
		return err
	}
	var kept media.Media
	if err := store.Do(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = media.Keep(ctx, tx, by, u.file, u.name, u.alt)
		return err
	}); err != nil {
		if !fault.Is(err, fault.Uncertain) {
			u.undo(r.Context())
		}
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(mediaOf(kept))
}

type uploading struct {
	door *Door
	by   access.Actor
	file media.File
	name string
	alt  string
}

func (u *uploading) read(ctx context.Context, form *multipart.Reader) error {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return sent(err)
		}
		switch part.FormName() {
		case "alt":
			text, err := io.ReadAll(io.LimitReader(part, 4*mostAlt+1))
			if err != nil {
				return sent(err)
			}
			if len(text) > 4*mostAlt || !clean(string(text)) {
				return fault.New(fault.Invalid, "The description is too long, or not text.").On("alt").WithHint("At most %d characters.", mostAlt)
			}
			u.alt = string(text)
		case "file":
			if u.file.ID != "" {
				return fault.New(fault.Invalid, "There are two files.").On("file").WithHint("Send one at a time.")
			}
			u.name = part.FileName()
			if u.file, err = media.Take(ctx, u.door.House.Blobs, u.by.Workspace, part); err != nil {
				return sent(err)
			}
		default:
			return fault.New(fault.Invalid, "There is no field “%.50s” here.", part.FormName()).On(part.FormName()).WithHint("Send “file” and “alt”.")
		}
	}
	if u.file.ID == "" {
		return fault.New(fault.Invalid, "There is no file.").On("file").WithHint("Send it as “file”.")
	}
	return nil
}

// undo takes a stored file away that nothing will name.
func (u *uploading) undo(ctx context.Context) {
	if u.file.ID == "" {
		return
	}
	if err := u.door.House.Blobs.Delete(context.WithoutCancel(ctx), u.file.Key); err != nil {
		u.door.log.WarnContext(ctx, "a file without a name stays behind", "key", u.file.Key, "error", err)
	}
}

// sent tells what is wrong with a body from what is wrong with us.
func sent(err error) error {
	if _, ours := asFault(err); ours {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem(http.StatusRequestEntityTooLarge, "The request is too large.", "Make the picture smaller.")
	}
	return problem(http.StatusBadRequest, "The upload ended too early or is damaged.", "Try again.")
}

// file gives the bytes: to members of the workspace only, and in a form that no
// browser takes for a page.
func (d *Door) file(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	var m media.Media
	if err := store.View(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = media.Get(ctx, tx, by.Workspace, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	f, err := d.House.Blobs.Open(r.Context(), m.Key)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	h := w.Header()
	h.Set("Content-Type", m.Type)
	shown := "inline"
	if slices.Contains(media.Documents(), m.Type) {
		shown = "attachment" // to be kept, and opened elsewhere
	}
	h.Set("Content-Disposition", mime.FormatMediaType(shown, map[string]string{"filename": m.Name}))
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("ETag", `"`+strings.TrimSpace(m.Digest)+`"`)
	http.ServeContent(w, r, "", m.CreatedAt, f)
	return nil
}
