package api

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/subtitle"
	"github.com/kithhq/kith/internal/view"
)

// Subtitles are those of a video in one language.
type Subtitles struct {
	Lang  string    `json:"lang" doc:"A language tag (BCP 47) in its usual form: fr, pt-BR."`
	Name  string    `json:"name" doc:"Of the file, as its owner called it."`
	Cues  int64     `json:"cues" doc:"How many subtitles there are."`
	Bytes int       `json:"bytes" doc:"As WebVTT, in which they are kept."`
	At    time.Time `json:"at"`
}

// Covered is what became of the cover of a video that is out.
type Covered struct {
	MediaID string `json:"media_id" doc:"The video."`
	State   string `json:"state" enum:"due,there,failed"`
	Error   string `json:"error" say:""`
	Hint    string `json:"hint" say:""`
}

// Subtitled is what became of the subtitles of a video on a network.
type Subtitled struct {
	MediaID string `json:"media_id"`
	Lang    string `json:"lang"`
	State   string `json:"state" enum:"due,there,failed" doc:"due: they are on their way. failed: the video is out without them."`
	Error   string `json:"error" say:""`
	Hint    string `json:"hint" say:""`
}

type spoken struct {
	ID   string `path:"id" maxLength:"64"`
	Lang string `path:"lang" maxLength:"64"`
}

func (s spoken) about() string { return s.ID }

func (d *Door) subtitles() {
	read(d, route{id: "GET /media/{id}/subtitles", name: "listSubtitles", verb: access.Read, summary: "The subtitles of a video, by language"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Page[Subtitles], error) {
			if _, err := seenFile(ctx, tx, by, in.ID); err != nil {
				return Page[Subtitles]{}, err
			}
			all, err := media.Subtitles(ctx, tx, by.Workspace, in.ID)
			return Page[Subtitles]{Items: each(all, subtitlesOf)}, err
		})
	raw(d, route{id: "PUT /media/{id}/subtitles/{lang}", name: "putSubtitles", verb: access.Compose, keyed: true, summary: "Give a video subtitles in a language",
		notes: "SRT or WebVTT, in UTF-8, UTF-16 or Latin-1, of at most 1 MB; what is wrong is said with its line. They take the place of those that the language had, and go wherever the video goes, in the form that each network takes."}, func(op *huma.Operation) {
		takes(op, "multipart/form-data", &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}})
		gives(op, http.StatusOK, "application/json", d.schema(typeOf[Subtitles]()))
	}, d.subtitle)
	raw(d, route{id: "GET /media/{id}/subtitles/{lang}", name: "getSubtitles", verb: access.Read, summary: "The subtitles themselves",
		notes: "As WebVTT, or as SRT where format says so."}, func(op *huma.Operation) {
		asks(op, "format")
		for _, kind := range []string{"text/vtt", "application/x-subrip"} {
			if op.Responses["200"] == nil {
				gives(op, http.StatusOK, kind, nil)
			}
			op.Responses["200"].Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		}
	}, d.subtitleFile)
	write(d, route{id: "DELETE /media/{id}/subtitles/{lang}", name: "deleteSubtitles", verb: access.Compose, summary: "Take the subtitles of a language away"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *spoken) (nothing, error) {
			if err := view.SeesFile(ctx, tx, by, in.ID); err != nil {
				return nothing{}, err
			}
			if err := media.DropSubtitle(ctx, tx, by.Workspace, in.ID, in.Lang); err != nil {
				return nothing{}, err
			}
			return nothing{}, d.House.Recount(ctx, tx, by.Workspace, in.ID)
		})
	way(d, route{id: "POST /publications/{id}/subtitles", name: "subtitlePublication", verb: access.Schedule, audit: "publication.subtitle", summary: "Bring the subtitles that a published video lacks",
		notes: "Those that failed, and those that were added since; only where the network takes them once the video is out. The video stays as it is."},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Subtitle(ctx, by, in.ID))
		})
	way(d, route{id: "POST /publications/{id}/covers", name: "coverPublication", verb: access.Schedule, audit: "publication.cover", summary: "Bring the covers that a published video was refused, once more",
		notes: "Only where the network takes them once the video is out. The video stays as it is."},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Cover(ctx, by, in.ID))
		})
}

func subtitlesOf(s media.Subtitle) Subtitles {
	return Subtitles{s.Lang, s.Name, s.Cues, len(s.Body), s.CreatedAt.UTC()}
}

// subtitle takes the file of a form.
func (d *Door) subtitle(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	r.Body = http.MaxBytesReader(w, r.Body, subtitle.MaxBytes+1<<20)
	form, err := r.MultipartReader()
	if err != nil {
		return problem(http.StatusUnsupportedMediaType, "This is not an upload.", "Send multipart/form-data with the file as “file”.")
	}
	part, err := form.NextPart()
	if err != nil {
		return sent(err)
	}
	if part.FormName() != "file" {
		return fault.New(fault.Invalid, "There is no file.").On("file").WithHint("Send it as “file”.")
	}
	data, err := io.ReadAll(io.LimitReader(part, subtitle.MaxBytes+1))
	if err != nil {
		return sent(err)
	}
	lang, err := subtitle.Lang(r.PathValue("lang"))
	if err != nil {
		return err
	}
	var kept Subtitles
	if err := store.View(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		_, err := seenFile(ctx, tx, by, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	file, err := subtitle.Read(data)
	if err != nil {
		return err
	}
	if err := store.Do(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, _, err = once(ctx, tx, by, digest(string(data), part.FileName()), func() (Subtitles, error) {
			s, err := media.KeepSubtitle(ctx, tx, by, r.PathValue("id"), lang, part.FileName(), file)
			if err == nil {
				err = d.House.Recount(ctx, tx, by.Workspace, s.MediaID)
			}
			return subtitlesOf(s), err
		})
		return err
	}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(kept)
}

// subtitleFile gives subtitles in the form that is asked for.
func (d *Door) subtitleFile(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	format, kind := subtitle.VTT, "text/vtt; charset=utf-8"
	if r.URL.Query().Get("format") == subtitle.SRT {
		format, kind = subtitle.SRT, "application/x-subrip; charset=utf-8"
	}
	var s media.Subtitle
	if err := store.View(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := view.SeesFile(ctx, tx, by, r.PathValue("id")); err != nil {
			return err
		}
		s, err = media.GetSubtitle(ctx, tx, by.Workspace, r.PathValue("id"), r.PathValue("lang"))
		return err
	}); err != nil {
		return err
	}
	text, err := network.Subtitle{Lang: s.Lang, VTT: s.Body}.As(format)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": s.Lang + "." + format}))
	h.Set("Cache-Control", "private, no-cache")
	_, err = io.WriteString(w, text)
	return err
}
