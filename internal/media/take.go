package media

import (
	"bufio"
	"context"
	"errors"
	"image"
	_ "image/gif"  // DecodeConfig knows GIF
	_ "image/jpeg" // JPEG
	_ "image/png"  // PNG
	"io"
	"net/http"
	"slices"
	"strings"

	_ "golang.org/x/image/webp" // and WebP

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
)

// What Kith keeps: more than any network takes.
const (
	MaxBytes  = 32 << 20 // of an image
	MaxVideo  = 2 << 30
	MaxFile   = 32 << 20 // of a sound or a document
	maxPixels = 100_000_000
	maxSide   = 30_000
)

// Types are the formats of images that Kith keeps.
func Types() []string { return []string{"image/jpeg", "image/png", "image/webp", "image/gif"} }

// Videos are the formats of videos that Kith keeps.
func Videos() []string { return []string{"video/mp4", "video/quicktime"} }

// kindOf says what a file is by its first bytes.
func kindOf(start []byte) string {
	if len(start) >= 12 && string(start[4:8]) == "ftyp" {
		switch brand := string(start[8:12]); {
		case brand == "qt  ":
			return "video/quicktime"
		case strings.HasPrefix(brand, "M4A"):
			return "audio/mp4"
		case slices.Contains([]string{"heic", "heix", "mif1", "msf1", "avif", "avis"}, brand):
			return "application/octet-stream" // pictures in the same box
		}
		return "video/mp4"
	}
	if kind := soundOf(start); kind != "" {
		return kind
	}
	return http.DetectContentType(start)
}

// filed says whether a type is kept as it is: sounds and documents.
func filed(kind string) bool { return slices.Contains(Sounds(), kind) || kind == pdf || kind == zipped }

// promising judges a file of so many bytes by its first ones.
func promising(start []byte, bytes int64) error {
	switch kind := kindOf(start); {
	case slices.Contains(Videos(), kind):
		return nil
	case filed(kind):
		if bytes > MaxFile {
			return fileTooLarge()
		}
	case !slices.Contains(Types(), kind):
		return notAnImage()
	case bytes > MaxBytes:
		return tooLarge()
	}
	return nil
}

// File is what Take has stored.
type File struct {
	ID     string
	Key    string // in the blob store
	Type   string
	Bytes  int64
	Width  int
	Height int
	Millis int64 // of a video
	Digest string
}

// Take streams an upload into the blob store and says what it is. Nothing is
// decoded but the header, so a small file that unfolds into a huge picture
// costs nothing. What is refused leaves nothing behind.
func Take(ctx context.Context, blobs blob.Store, workspace string, from io.Reader) (File, error) {
	head := bufio.NewReaderSize(from, 4096)
	start, err := head.Peek(512)
	if err != nil && len(start) == 0 {
		return File{}, fault.New(fault.Invalid, "The file is empty.").On("file").WithHint("Choose an image.")
	}
	f := File{ID: id.New(), Type: kindOf(start)}
	if slices.Contains(Videos(), f.Type) {
		return takeVideo(ctx, blobs, workspace, f, head)
	}
	if filed(f.Type) {
		return takeFile(ctx, blobs, workspace, f, head)
	}
	if !slices.Contains(Types(), f.Type) {
		return File{}, notAnImage()
	}
	f.Key = "media/" + workspace + "/" + f.ID
	counted := &counter{from: io.LimitReader(head, MaxBytes+1)}
	kept, err := blobs.Put(ctx, f.Key, clean(f.Type, counted))
	if err == nil { // what follows the picture is not kept, but belongs to what was sent
		if _, err = io.Copy(io.Discard, counted); err != nil {
			_ = blobs.Delete(context.WithoutCancel(ctx), f.Key) // an orphan is only room on the disk
		}
	}
	switch {
	case err != nil && counted.n > MaxBytes:
		return File{}, tooLarge()
	case counted.err != nil:
		return File{}, counted.err // the sender went away, or sent too much
	case errors.Is(err, errMalformed), errors.Is(err, io.ErrUnexpectedEOF):
		return File{}, notAnImage()
	case err != nil:
		return File{}, err
	}
	f.Bytes, f.Digest = kept.Bytes, kept.SHA256
	if err := f.measure(ctx, blobs, counted.n); err != nil {
		_ = blobs.Delete(context.WithoutCancel(ctx), f.Key) // an orphan is only room on the disk
		return File{}, err
	}
	return f, nil
}

func (f *File) measure(ctx context.Context, blobs blob.Store, read int64) error {
	if read > MaxBytes {
		return tooLarge()
	}
	stored, err := blobs.Open(ctx, f.Key)
	if err != nil {
		return err
	}
	defer stored.Close() //nolint:errcheck // it was only read
	shape, _, err := image.DecodeConfig(io.LimitReader(stored, MaxBytes))
	if err != nil || shape.Width < 1 || shape.Height < 1 {
		return notAnImage()
	}
	if shape.Width > maxSide || shape.Height > maxSide || shape.Width*shape.Height > maxPixels {
		return fault.New(fault.Invalid, "The picture is %d × %d pixels, which is too large.", shape.Width, shape.Height).On("file").
			WithHint("Make it smaller: no network takes more than a few thousand pixels on a side.")
	}
	f.Width, f.Height = shape.Width, shape.Height
	return nil
}

// takeVideo keeps a video. Only its header is looked at: how it is coded is for
// the networks to judge.
func takeVideo(ctx context.Context, blobs blob.Store, workspace string, f File, from io.Reader) (File, error) {
	f.Key = "media/" + workspace + "/" + f.ID
	counted := &counter{from: io.LimitReader(from, MaxVideo+1)}
	film := newMovie(counted)
	kept, err := blobs.Put(ctx, f.Key, film)
	switch {
	case counted.n > MaxVideo:
		err = tooLong()
	case counted.err != nil:
		err = counted.err // the sender went away, or sent too much
	case errors.Is(err, errNotMovie), err == nil && (film.width == 0 || film.height == 0 || film.seconds <= 0):
		err = fault.New(fault.Invalid, "This file is not a video that Kith knows, or it is damaged.").On("file").WithHint("Save it as MP4.")
	}
	if err != nil {
		_ = blobs.Delete(context.WithoutCancel(ctx), f.Key) // an orphan is only room on the disk
		return File{}, err
	}
	f.Bytes, f.Digest = kept.Bytes, kept.SHA256
	f.Width, f.Height, f.Millis = film.width, film.height, int64(film.seconds*1000)
	return f, nil
}

func tooLong() error {
	return fault.New(fault.Invalid, "The video is larger than %d MB.", MaxVideo>>20).On("file").WithHint("Make the video smaller.")
}

func tooLarge() error {
	return fault.New(fault.Invalid, "The file is larger than %d MB.", MaxBytes>>20).On("file").WithHint("Make the picture smaller.")
}

func notAnImage() error {
	return fault.New(fault.Invalid, "This file is none that Kith knows.").On("file").WithHint("Save a picture as JPEG, PNG, WebP or GIF, a film as MP4, a sound as MP3 or M4A, a document as PDF.")
}

type counter struct {
	from io.Reader
	n    int64
	err  error // that the source gave, but not its end
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF { //nolint:errorlint // Read gives io.EOF itself
		c.err = err
	}
	return n, err
}
