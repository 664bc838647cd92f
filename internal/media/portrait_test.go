package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/blob"
)

func TestAPortraitIsTheMiddleMadeSmall(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 900, 300)) // red on both sides, green in the middle
	for y := range 300 {
		for x := range 900 {
			m.Set(x, y, color.RGBA{255, 0, 0, 255})
			if x >= 300 && x < 600 {
				m.Set(x, y, color.RGBA{0, 255, 0, 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	small, err := Portrait(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil || got.Bounds() != image.Rect(0, 0, portraitSide, portraitSide) {
		t.Fatal(err)
	}
	for _, at := range []image.Point{{2, 2}, {80, 80}, {157, 157}} {
		if r, g, _, _ := got.At(at.X, at.Y).RGBA(); r > 0x3000 || g < 0xc000 {
			t.Errorf("at %v it is %v", at, got.At(at.X, at.Y))
		}
	}
	if len(small) > 10_000 {
		t.Errorf("%d bytes", len(small))
	}
}

// A portrait ends by itself, what failed is not asked for at once, and the former
// picture serves while its network is away.
func TestAPortraitIsKeptForAWhile(t *testing.T) {
	blobs, err := blob.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := t.Context(), time.Now()
	known := func(at time.Time) (string, bool) {
		t.Helper()
		p, fresh, err := KnownPortrait(ctx, blobs, "w", "https://a.example/1", at)
		if err != nil {
			t.Fatal(err)
		}
		return string(p), fresh
	}
	keep := func(picture string, at time.Time) {
		t.Helper()
		if err := KeepPortrait(ctx, blobs, "w", "https://a.example/1", []byte(picture), at); err != nil {
			t.Fatal(err)
		}
	}
	if p, fresh := known(now); p != "" || fresh {
		t.Errorf("%q %v", p, fresh)
	}
	keep("", now)
	if p, fresh := known(now); p != "" || !fresh {
		t.Errorf("what failed is asked for again at once: %q %v", p, fresh)
	}
	if _, fresh := known(now.Add(noPortraitLife)); fresh {
		t.Error("what failed is never asked for again")
	}
	keep("a face", now)
	if p, fresh := known(now); p != "a face" || !fresh {
		t.Errorf("%q %v", p, fresh)
	}
	later := now.Add(portraitLife)
	if p, fresh := known(later); p != "a face" || fresh {
		t.Errorf("after a while: %q %v", p, fresh)
	}
	keep("", later)
	if p, fresh := known(later); p != "a face" || !fresh {
		t.Errorf("while its network is away: %q %v", p, fresh)
	}
	if p, _, _ := KnownPortrait(ctx, blobs, "other", "https://a.example/1", now); p != nil {
		t.Error("another workspace knows it")
	}
	if _, err := Take(ctx, blobs, "w", bytes.NewReader(photo(t))); err != nil {
		t.Fatal(err)
	}
	left := func(at time.Time) (n int) {
		t.Helper()
		if err := SweepPortraits(ctx, blobs, at); err != nil {
			t.Fatal(err)
		}
		for _, err := range blobs.All(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	if n := left(now.Add(time.Minute)); n != 4 {
		t.Errorf("%d files are left of four that are in use", n)
	}
	if n := left(now.Add(2 * noPortraitLife)); n != 2 {
		t.Errorf("%d files are left where failures have ended", n)
	}
	if n := left(now.Add(3 * portraitLife)); n != 1 {
		t.Errorf("%d files are left: an upload is not a portrait", n)
	}
}

func FuzzPortrait(f *testing.F) {
	f.Add(photo(f))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if shape, _, err := image.DecodeConfig(bytes.NewReader(in)); err == nil && shape.Width*shape.Height > 1<<16 {
			return // slow, and no other than small ones
		}
		out, err := Portrait(in)
		if err != nil {
			return
		}
		shape, kind, err := image.DecodeConfig(bytes.NewReader(out))
		if err != nil || shape.Width != portraitSide || shape.Height != portraitSide || kind != "jpeg" && kind != "png" {
			t.Fatalf("%v %s %v", shape, kind, err)
		}
	})
}

// What a network does not have is not asked for again on the same day, as what failed is
// after an hour.
func TestAPictureThatIsNotThereIsAskedForTheNextDay(t *testing.T) {
	blobs, err := blob.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const address = "https://a.example/1"
	key := func(at time.Time) string { return portraitKey("w", address, at, goneLife, ".gone") }
	now := time.Now().Truncate(time.Second)
	for key(now) == key(now.Add(-time.Second)) { // a day of this address begins
		now = now.Add(time.Second)
	}
	if err := KeepFaceless(t.Context(), blobs, "w", address, now); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{"w 1s": true, "w 23h": true, "w 24h": false, "other 1s": false} {
		workspace, after, _ := strings.Cut(at, " ")
		d, err := time.ParseDuration(after)
		if err != nil {
			t.Fatal(err)
		}
		picture, fresh, err := KnownPortrait(t.Context(), blobs, workspace, address, now.Add(d))
		gone, also := Faceless(t.Context(), blobs, workspace, address, now.Add(d))
		if err := errors.Join(err, also); err != nil || picture != nil || fresh != want || gone != want {
			t.Errorf("%s: asked for again %v, gone %v, %v", at, !fresh, gone, err)
		}
	}
	if err := SweepPortraits(t.Context(), blobs, time.Now().Add(25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for f, err := range blobs.All(t.Context()) {
		t.Errorf("%s is left, %v", f.Key, err)
	}
}
