package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"

	"context"
)

// photo is a JPEG as a phone writes it: EXIF with orientation and a place, XMP
// with a place, and a second picture after the end.
func photo(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	m.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	full := append([]byte{0xff, 0xd8}, segment(0xe1, exif())...)
	full = append(full, segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x exif:GPSLatitude='48,51.5N'/>"))...)
	full = append(full, plain[2:]...)
	return append(full, append([]byte("second picture"), plain...)...)
}

func segment(mark byte, body []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, mark}, uint16(len(body)+2))
	return append(head, body...)
}

// exif is a big-endian TIFF block: orientation 6, and a GPS directory.
func exif() []byte {
	be := binary.BigEndian
	b := []byte("MM\x00*\x00\x00\x00\x08")
	entry := func(tag, kind uint16, count, value uint32) {
		b = be.AppendUint16(be.AppendUint16(b, tag), kind)
		b = be.AppendUint32(be.AppendUint32(b, count), value)
	}
	b = be.AppendUint16(b, 2)
	entry(0x0112, 3, 1, 6<<16) // orientation
	entry(0x8825, 4, 1, 38)    // GPS directory at 38
	b = be.AppendUint32(b, 0)
	b = be.AppendUint16(b, 2)
	entry(1, 2, 2, uint32('N')<<24) // latitude reference
	entry(2, 5, 3, 68)              // latitude: three rationals at 68
	b = be.AppendUint32(b, 0)
	for _, n := range []uint32{48, 1, 51, 1, 305499, 10000} {
		b = be.AppendUint32(b, n)
	}
	return append([]byte("Exif\x00\x00"), b...)
}

func TestAPhotoKeepsItsTurnAndLosesItsPlace(t *testing.T) {
	in := photo(t)
	for name, from := range map[string]io.Reader{"at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in))} {
		out, err := io.ReadAll(scrub(from))
		if err != nil {
			t.Fatal(name, err)
		}
		latitude := binary.BigEndian.AppendUint32(nil, 305499)
		if bytes.Contains(out, latitude) || bytes.Contains(out, []byte("GPS")) || bytes.Contains(out, []byte("second picture")) {
			t.Errorf("%s: the place is still there", name)
		}
		if !bytes.Contains(out, []byte{0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6}) {
			t.Errorf("%s: the orientation is gone", name)
		}
		want, err := jpeg.Decode(bytes.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(name, err)
		}
		if !bytes.Equal(want.(*image.YCbCr).Y, got.(*image.YCbCr).Y) {
			t.Errorf("%s: the picture changed", name)
		}
		twice, err := io.ReadAll(scrub(bytes.NewReader(out)))
		if err != nil || !bytes.Equal(out, twice) {
			t.Errorf("%s: scrubbing twice differs: %v", name, err)
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add(photo(f))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0, 0xff, 0xff, 0xd9})
	f.Add(append([]byte{0xff, 0xd8}, segment(0xe1, []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff"))...))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := io.ReadAll(scrub(bytes.NewReader(in)))
		if len(out) > len(in) {
			t.Fatalf("%d bytes became %d", len(in), len(out))
		}
		if err != nil {
			if !errors.Is(err, errMalformed) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatal(err)
			}
			return
		}
		twice, err := io.ReadAll(scrub(bytes.NewReader(out)))
		if err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("scrubbing twice differs: %v", err)
		}
	})
}

func TestAPictureThatUnfoldsIsRefused(t *testing.T) {
	blobs, err := blob.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	bomb := b.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 29_999)
	binary.BigEndian.PutUint32(bomb[20:], 29_999)
	// The checksum of the header no longer fits; a real bomb's would.
	copy(bomb[29:], checksum(bomb[12:29]))
	_, err = Take(t.Context(), blobs, "w", bytes.NewReader(bomb))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "29999 × 29999") {
		t.Fatal(err)
	}
	for info, err := range blobs.All(t.Context()) {
		t.Error("left behind:", info.Key, err)
	}
}

func TestANameIsOnlyAName(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\temp\plage.jpg`: "plage.jpg", "": "image", "..": "..", "a\"\r\nb": "ab", "/": "image", strings.Repeat("é", 200): strings.Repeat("é", 100), "\xff": "image",
	} {
		if got := called(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAFileBelongsToItsWorkspace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var m Media
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			m, err = Keep(ctx, tx, access.Actor{User: "u", Workspace: "w"}, File{ID: "f", Key: "media/w/f", Type: "image/png", Bytes: 9, Width: 1, Height: 1}, "a.png", " A ")
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := Get(ctx, tx, "x", m.ID); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			got, err := Get(ctx, tx, "w", m.ID)
			if got != m || got.Alt != "A" {
				t.Errorf("%+v", got)
			}
			return err
		})
	})
}
