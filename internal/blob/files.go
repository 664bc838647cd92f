package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/kithhq/kith/internal/fault"
)

// Files keeps files in a folder.
type Files struct{ root string }

var _ Store = (*Files)(nil)

// NewFiles makes the folder if it is missing.
func NewFiles(root string) (*Files, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The folder for files cannot be made.").WithHint("May this user write to the data folder?")
	}
	return &Files{root}, nil
}

func (f *Files) path(key string) string { return filepath.Join(f.root, filepath.FromSlash(key)) }

// Put writes beside the place and moves into it, so that a crash leaves a whole
// file or none.
func (f *Files) Put(ctx context.Context, key string, from io.Reader) (info Info, err error) {
	if err := refuse(key); err != nil {
		return Info{}, err
	}
	place := f.path(key)
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return Info{}, full(err)
	}
	half, err := os.CreateTemp(filepath.Dir(place), ".half-")
	if err != nil {
		return Info{}, full(err)
	}
	defer func() {
		if err != nil {
			_ = half.Close()
			_ = os.Remove(half.Name()) // half a file is none
		}
	}()
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(half, digest), reading{ctx, from})
	if err != nil {
		return Info{}, err
	}
	if err := errors.Join(half.Sync(), half.Close()); err != nil {
		return Info{}, full(err)
	}
	if err := os.Rename(half.Name(), place); err != nil {
		return Info{}, full(err)
	}
	// The folder may be new as well: up to the root, every name must last.
	for dir := filepath.Dir(place); ; dir = filepath.Dir(dir) {
		if err := syncFolder(dir); err != nil {
			return Info{}, err
		}
		if dir == filepath.Clean(f.root) {
			return Info{Key: key, Bytes: n, SHA256: hex.EncodeToString(digest.Sum(nil))}, nil
		}
	}
}

func full(err error) error {
	return fault.Wrap(fault.Unavailable, err, "The file could not be kept.").WithHint("Is the disk full?")
}

// reading stops a copy when its context ends.
type reading struct {
	ctx  context.Context //nolint:containedctx // io.Reader has no place for it
	from io.Reader
}

// Read reads on while the context lives.
func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

// syncFolder makes a new name in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a folder of ours
	if err != nil {
		return full(err)
	}
	defer d.Close() //nolint:errcheck // only synced
	if err := d.Sync(); err != nil {
		return full(err)
	}
	return nil
}

// Open opens a file for reading.
func (f *Files) Open(_ context.Context, key string) (File, error) {
	if err := refuse(key); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "This file is gone.")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "This file cannot be read.")
	}
	return file, nil
}

// Delete forgets a file.
func (f *Files) Delete(_ context.Context, key string) error {
	if err := refuse(key); err != nil {
		return err
	}
	if err := os.Remove(f.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Unavailable, err, "This file cannot be deleted.")
	}
	return nil
}

// All walks over the files; half-written ones are not files yet.
func (f *Files) All(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		err := filepath.WalkDir(f.root, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path != f.root {
				return nil // gone since its folder was read
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			if d.IsDir() || d.Name()[0] == '.' {
				return nil
			}
			stat, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			key, err := filepath.Rel(f.root, path)
			if err != nil {
				return err
			}
			if !yield(Info{Key: filepath.ToSlash(key), Bytes: stat.Size(), At: stat.ModTime()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Info{}, err)
		}
	}
}
