package flow

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/film"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// fit makes the files of a publication fit what its network takes, outside of any
// transaction. What cannot be made says why, and is not tried again.
func (h *House) fit(ctx context.Context, job *jobs.Job, args fitArgs) error {
	p, all, err := h.planOf(ctx, args.Workspace, args.Publication)
	if fault.Is(err, fault.NotFound) {
		all, err = nil, nil // it is gone
	}
	if err != nil {
		return err
	}
	for i := range all {
		one := &all[i]
		if one.State != HandedWorking {
			continue
		}
		if err := h.found(ctx, one); err != nil {
			return err
		}
		if one.State != HandedWorking {
			continue
		}
		if err := h.fitOne(ctx, one.Media, one.Fit); err != nil {
			return err
		}
	}
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", p.PostID)
		return jobs.Settle(ctx, tx, job)
	})
}

func (h *House) fitOne(ctx context.Context, m media.Media, f media.Fitting) error {
	key := media.FittedKey(m, f)
	var made io.Reader
	var cause error
	if m.Millis == 0 {
		var picture []byte
		picture, cause = media.FitPicture(ctx, h.Blobs, m, f)
		made = bytes.NewReader(picture)
	} else {
		dir, err := os.MkdirTemp("", "kith-film-")
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "making a folder for a video")
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
		var file *os.File
		if file, cause = h.fitFilm(ctx, m, f, dir); cause == nil {
			defer file.Close() //nolint:errcheck // it was only read
			made = file
		}
	}
	if fault.Is(cause, fault.Invalid) {
		text, hint := fault.Shown(cause)
		h.Log.InfoContext(ctx, "a file could not be made to fit", "media", m.ID, "error", cause)
		key, made, cause = key+".none", bytes.NewReader([]byte(text+"\n"+hint)), nil
	}
	if cause != nil {
		return cause
	}
	_, err := h.Blobs.Put(ctx, key, made)
	return err
}

// fitFilm makes a video fit by the program of this machine, which wants files.
func (h *House) fitFilm(ctx context.Context, m media.Media, f media.Fitting, dir string) (*os.File, error) {
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to.mp4")
	if h.Film.There() { // else it says so
		if err := h.copyOut(ctx, m.Key, from); err != nil {
			return nil, err
		}
	}
	lasts := float64(m.Millis) / 1000
	if f.Seconds > 0 {
		lasts = f.Seconds
	}
	err := h.Film.Make(ctx, from, to, film.Cut{X: f.X, Y: f.Y, CropWidth: f.CropWidth, CropHeight: f.CropHeight, Whole: f.Whole,
		Width: f.Width, Height: f.Height, Seconds: f.Seconds, Lasts: lasts, MaxBytes: f.MaxBytes})
	if err != nil {
		return nil, err
	}
	return os.Open(to)
}

func (h *House) copyOut(ctx context.Context, key, to string) (err error) {
	stored, err := h.Blobs.Open(ctx, key)
	if err != nil {
		return err
	}
	defer stored.Close() //nolint:errcheck // it was only read
	file, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "writing a video")
	}
	if _, err = io.Copy(file, stored); err != nil {
		_ = file.Close() // the first error counts
		return fault.Wrap(fault.Unavailable, err, "writing a video")
	}
	return file.Close()
}
