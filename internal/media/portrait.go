package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/image/draw"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
)

// Pictures of people, as networks hand them out.
const (
	PortraitBytes  = 5 << 20 // of what a network gives
	portraitPixels = 2200 * 2200
	portraitSide   = 160
	portraitLife   = 7 * 24 * time.Hour // then it is asked for again
	noPortraitLife = time.Hour          // then a picture that failed is
	goneLife       = 24 * time.Hour     // then one that its network does not have
	portraits      = "avatars/"
)

// Portrait makes a small square picture of what a network handed out. Nothing of
// the foreign bytes passes through: they are decoded, and the picture is written
// anew, without whatever else was in them.
func Portrait(from []byte) ([]byte, error) {
	none := func() ([]byte, error) {
		return nil, fault.New(fault.Invalid, "This file is not an image that Kith knows.")
	}
	if len(from) > PortraitBytes || !slices.Contains(Types(), http.DetectContentType(from)) {
		return none()
	}
	shape, _, err := image.DecodeConfig(bytes.NewReader(from))
	if err != nil || shape.Width < 1 || shape.Height < 1 || shape.Width > maxSide || shape.Height > maxSide || shape.Width*shape.Height > portraitPixels {
		return none()
	}
	picture, _, err := image.Decode(bytes.NewReader(from))
	if err != nil {
		return none()
	}
	small := image.NewRGBA(image.Rect(0, 0, portraitSide, portraitSide))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, middle(picture.Bounds()), draw.Src, nil)
	var to bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&to, small, &jpeg.Options{Quality: 85})
	} else {
		err = png.Encode(&to, small)
	}
	return to.Bytes(), err
}

// middle is the largest square in the middle of a picture.
func middle(of image.Rectangle) image.Rectangle {
	side := min(of.Dx(), of.Dy())
	from := of.Min.Add(image.Pt((of.Dx()-side)/2, (of.Dy()-side)/2))
	return image.Rectangle{Min: from, Max: from.Add(image.Pt(side, side))}
}

// A portrait is kept under a name made of its address and of a span of time, so
// that it ends by itself and no file is ever changed. Spans begin at another
// moment for each address: they are not all asked for at once.
func portraitKey(workspace, address string, at time.Time, life time.Duration, end string) string {
	sum := sha256.Sum256([]byte(address))
	shift := time.Duration(binary.BigEndian.Uint32(sum[16:])) * time.Second % life
	return portraits + workspace + "/" + hex.EncodeToString(sum[:16]) + "-" + strconv.FormatInt(at.Add(shift).UnixNano()/int64(life), 10) + end
}

// KnownPortrait gives the portrait of an address as it was kept. fresh says that
// it need not be asked for again now, also when there is none: its network has
// just refused it.
func KnownPortrait(ctx context.Context, blobs blob.Store, workspace, address string, now time.Time) (picture []byte, fresh bool, err error) {
	if picture, err = whole(ctx, blobs, portraitKey(workspace, address, now, portraitLife, "")); picture != nil || err != nil {
		return picture, true, err
	}
	failed, err := blobs.Open(ctx, portraitKey(workspace, address, now, noPortraitLife, ".none"))
	switch {
	case err == nil:
		fresh = true
		_ = failed.Close() // it holds nothing
	case !fault.Is(err, fault.NotFound):
		return nil, false, err
	}
	if !fresh {
		if fresh, err = Faceless(ctx, blobs, workspace, address, now); err != nil {
			return nil, false, err
		}
	}
	picture, err = whole(ctx, blobs, portraitKey(workspace, address, now.Add(-portraitLife), portraitLife, ""))
	return picture, fresh, err
}

// Faceless says whether the network has lately said that there is no picture at an
// address: it is not asked again for a day.
func Faceless(ctx context.Context, blobs blob.Store, workspace, address string, now time.Time) (bool, error) {
	said, err := blobs.Open(ctx, portraitKey(workspace, address, now, goneLife, ".gone"))
	switch {
	case fault.Is(err, fault.NotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, said.Close()
}

// KeepFaceless keeps that the network has no picture at an address.
func KeepFaceless(ctx context.Context, blobs blob.Store, workspace, address string, now time.Time) error {
	_, err := blobs.Put(ctx, portraitKey(workspace, address, now, goneLife, ".gone"), bytes.NewReader(nil))
	return err
}

func whole(ctx context.Context, blobs blob.Store, key string) ([]byte, error) {
	f, err := blobs.Open(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return io.ReadAll(io.LimitReader(f, PortraitBytes))
}

// KeepPortrait keeps a portrait; an empty one says that there is none for now.
func KeepPortrait(ctx context.Context, blobs blob.Store, workspace, address string, picture []byte, now time.Time) error {
	key := portraitKey(workspace, address, now, portraitLife, "")
	if len(picture) == 0 {
		key = portraitKey(workspace, address, now, noPortraitLife, ".none")
	}
	_, err := blobs.Put(ctx, key, bytes.NewReader(picture))
	return err
}

// SweepPortraits forgets those that nobody will be shown any more.
func SweepPortraits(ctx context.Context, blobs blob.Store, now time.Time) error {
	for f, err := range blobs.All(ctx) {
		if err != nil {
			return err
		}
		life := 2 * portraitLife
		switch {
		case strings.HasSuffix(f.Key, ".none"):
			life = noPortraitLife
		case strings.HasSuffix(f.Key, ".gone"):
			life = goneLife
		}
		if !strings.HasPrefix(f.Key, portraits) || now.Sub(f.At) < life {
			continue
		}
		if err := blobs.Delete(ctx, f.Key); err != nil {
			return err
		}
	}
	return nil
}
