package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"time"

	"golang.org/x/image/draw"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
)

// Files that were made to fit are kept for a while and made anew when they are wanted
// again: nothing is lost with one.
const (
	fitted     = "fitted/"
	fittedLife = 30 * 24 * time.Hour
	// fitPixels is the largest picture that is made to fit: decoded, it is two hundred
	// megabytes.
	fitPixels = 50_000_000
)

// FittedKey is where a file that was made to fit is kept; with .none at its end, why it
// could not be made.
func FittedKey(m Media, f Fitting) string {
	plan, err := json.Marshal(f)
	if err != nil {
		panic(err) // numbers and words
	}
	sum := sha256.Sum256(append([]byte(m.Digest+"\x00"), plan...))
	return fitted + m.Workspace + "/" + hex.EncodeToString(sum[:20])
}

// FitPicture makes a picture fit.
func FitPicture(ctx context.Context, blobs blob.Store, m Media, f Fitting) ([]byte, error) {
	if int64(m.Width)*int64(m.Height) > fitPixels {
		return nil, fault.New(fault.Invalid, "The picture is too large to be cropped here.").WithHint("Make it smaller, and attach it again.")
	}
	stored, err := blobs.Open(ctx, m.Key)
	if err != nil {
		return nil, err
	}
	defer stored.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(stored, MaxBytes))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "reading a picture")
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The picture cannot be read.").WithHint("Save it as JPEG, and attach it again.")
	}
	return f.encode(f.draw(upright(decoded, standing(data))))
}

// draw puts the piece that is kept onto a sheet of the size that is wanted.
func (f Fitting) draw(from image.Image) *image.RGBA {
	sheet := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	if f.Type == "image/jpeg" {
		draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // what is transparent
	}
	into, piece := sheet.Bounds(), from.Bounds()
	if f.Whole {
		draw.Draw(sheet, into, image.NewUniform(color.Black), image.Point{}, draw.Src)
		width, height := f.Width, f.Height
		if w := f.Height * piece.Dx() / piece.Dy(); w < width {
			width = w
		} else {
			height = f.Width * piece.Dy() / piece.Dx()
		}
		corner := image.Pt((f.Width-width)/2, (f.Height-height)/2)
		into = image.Rectangle{Min: corner, Max: corner.Add(image.Pt(width, height))}
	} else {
		corner := piece.Min.Add(image.Pt(f.X, f.Y))
		piece = image.Rectangle{Min: corner, Max: corner.Add(image.Pt(f.CropWidth, f.CropHeight))}.Intersect(piece)
	}
	draw.CatmullRom.Scale(sheet, into, from, piece, draw.Over, nil)
	return sheet
}

func (f Fitting) encode(sheet *image.RGBA) ([]byte, error) {
	var to bytes.Buffer
	if f.Type == "image/png" {
		if err := png.Encode(&to, sheet); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a picture")
		}
		if f.MaxBytes == 0 || int64(to.Len()) <= f.MaxBytes {
			return to.Bytes(), nil
		}
		return nil, tooHeavy()
	}
	for _, quality := range []int{90, 80, 70, 55, 40} {
		to.Reset()
		if err := jpeg.Encode(&to, sheet, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a picture")
		}
		if f.MaxBytes == 0 || int64(to.Len()) <= f.MaxBytes {
			return to.Bytes(), nil
		}
	}
	return nil, tooHeavy()
}

func tooHeavy() error {
	return fault.New(fault.Invalid, "The picture cannot be made small enough.").WithHint("Choose a simpler one, or save it as JPEG.")
}

// SweepFitted forgets files that were made to fit long ago.
func SweepFitted(ctx context.Context, blobs blob.Store, now time.Time) error {
	for f, err := range blobs.All(ctx) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(f.Key, fitted) && now.Sub(f.At) > fittedLife {
			if err := blobs.Delete(ctx, f.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
