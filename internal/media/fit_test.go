package media_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
)

func TestAFileIsMadeToFitByWhatIsWrongWithIt(t *testing.T) {
	const upright = 9.0 / 16
	pictures := network.ImageLimit{MaxBytes: 1000, MaxWidth: 1080, MinAspect: upright, MaxAspect: upright, Types: []string{"image/jpeg", "image/png"}}
	films := network.VideoLimit{MaxBytes: 1000, MinSeconds: 5, MaxSeconds: 60, MaxWidth: 1080, MinAspect: upright, MaxAspect: upright, Types: []string{"video/mp4"}}
	l := network.MediaLimit{MaxItems: 1, Image: pictures, Video: films}
	photo := media.Media{Type: "image/jpeg", Bytes: 900, Width: 1080, Height: 1920}
	film := media.Media{Type: "video/mp4", Bytes: 900, Width: 1080, Height: 1920, Millis: 30_000}
	of := func(m media.Media, change func(m *media.Media)) media.Media { change(&m); return m }
	for name, c := range map[string]struct {
		m       media.Media
		at      media.Focus
		because string
		never   string
		want    media.Fitting // of what it becomes, its sides and what is kept
	}{
		"a picture that fits":      {m: photo, want: media.Fitting{Type: "image/jpeg", CropWidth: 1080, CropHeight: 1920, Width: 1080, Height: 1920}},
		"one pixel more":           {m: of(photo, func(m *media.Media) { m.Height = 1921 }), want: media.Fitting{Type: "image/jpeg", CropWidth: 1080, CropHeight: 1921, Width: 1080, Height: 1921}},
		"another type":             {m: of(photo, func(m *media.Media) { m.Type = "image/webp" }), because: "type", want: media.Fitting{Type: "image/jpeg", CropWidth: 1080, CropHeight: 1920, Width: 1080, Height: 1920}},
		"a PNG stays one":          {m: of(photo, func(m *media.Media) { m.Type, m.Width, m.Height = "image/png", 2160, 3840 }), because: "width", want: media.Fitting{Type: "image/png", CropWidth: 2160, CropHeight: 3840, Width: 1080, Height: 1920}},
		"too heavy":                {m: of(photo, func(m *media.Media) { m.Bytes = 1001 }), because: "bytes", want: media.Fitting{Type: "image/jpeg", CropWidth: 1080, CropHeight: 1920, Width: 1080, Height: 1920}},
		"the middle of a flat one": {m: of(photo, func(m *media.Media) { m.Width, m.Height = 1600, 900 }), because: "shape", want: media.Fitting{Type: "image/jpeg", X: 547, CropWidth: 506, CropHeight: 900, Width: 506, Height: 900}},
		"the right of a flat one":  {m: of(photo, func(m *media.Media) { m.Width, m.Height = 1600, 900 }), at: media.Focus{X: 1}, because: "shape", want: media.Fitting{Type: "image/jpeg", X: 1094, CropWidth: 506, CropHeight: 900, Width: 506, Height: 900}},
		"all of a flat one":        {m: of(photo, func(m *media.Media) { m.Width, m.Height = 1080, 540 }), at: media.Focus{Whole: true}, because: "shape", want: media.Fitting{Type: "image/jpeg", Whole: true, CropWidth: 1080, CropHeight: 540, Width: 1080, Height: 1920}},
		"the top of a tall one":    {m: of(photo, func(m *media.Media) { m.Width, m.Height = 900, 3200 }), at: media.Focus{Y: 0}, because: "shape", want: media.Fitting{Type: "image/jpeg", CropWidth: 900, CropHeight: 1600, Width: 900, Height: 1600}},
		"a film that fits":         {m: film, want: media.Fitting{Type: "video/mp4", CropWidth: 1080, CropHeight: 1920, Width: 1080, Height: 1920}},
		"a long one":               {m: of(film, func(m *media.Media) { m.Millis = 90_000 }), because: "seconds", want: media.Fitting{Type: "video/mp4", Seconds: 60, CropWidth: 1080, CropHeight: 1920, Width: 1080, Height: 1920}},
		"sides are even":           {m: of(film, func(m *media.Media) { m.Width, m.Height = 641, 361 }), because: "shape", want: media.Fitting{Type: "video/mp4", X: 219, CropWidth: 203, CropHeight: 361, Width: 204, Height: 362}},
		"a short one":              {m: of(film, func(m *media.Media) { m.Millis = 3_000 }), never: "short"},
		"a document":               {m: of(film, func(m *media.Media) { m.Type = "application/pdf" }), never: "none"},
	} {
		if c.at == (media.Focus{}) && name != "the top of a tall one" {
			c.at = media.Middle()
		}
		got := media.FitFor(c.m, l, c.at)
		if strings.Join(got.Because, " ") != c.because || got.Never != c.never {
			t.Errorf("%s: because of %v, never %q", name, got.Because, got.Never)
		}
		if got.Never != "" {
			continue
		}
		if got.MaxBytes != 1000 {
			t.Errorf("%s: at most %d bytes", name, got.MaxBytes)
		}
		got.Because, got.MaxBytes = nil, 0
		if w := c.want; got.Type != w.Type || got.X != w.X || got.Y != w.Y || got.CropWidth != w.CropWidth || got.CropHeight != w.CropHeight || got.Width != w.Width || got.Height != w.Height ||
			got.Whole != w.Whole || got.Seconds != w.Seconds {
			t.Errorf("%s becomes %+v, not %+v", name, got, w)
		}
	}
	if f := media.FitFor(photo, network.MediaLimit{Video: films}, media.Middle()); f.Never != "none" {
		t.Errorf("a picture where there are none: %+v", f)
	}
}

// halves is a picture with a red left and a blue right half.
func halves(width, height int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{255, 0, 0, 255}
			if x >= width/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func TestThePieceThatIsKeptIsTheOneThatWasChosen(t *testing.T) {
	blobs, err := blob.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var jpg, turned bytes.Buffer
	if err := jpeg.Encode(&jpg, halves(200, 100), nil); err != nil {
		t.Fatal(err)
	}
	// The same, and to be turned a quarter to the right: the left comes to the top.
	turned.Write(jpg.Bytes()[:2])
	turned.Write([]byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"))
	turned.Write(jpg.Bytes()[2:])
	var clear bytes.Buffer
	if err := png.Encode(&clear, image.NewRGBA(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	l := network.MediaLimit{Image: network.ImageLimit{MaxBytes: 1 << 20, MinAspect: 0.5, MaxAspect: 0.5, MaxWidth: 30, Types: []string{"image/jpeg"}}}
	for name, c := range map[string]struct {
		data []byte
		at   media.Focus
		want string // red, blue, black, white: of its middle, and of its top
	}{
		"the left":        {jpg.Bytes(), media.Focus{X: 0}, "red red"},
		"the right":       {jpg.Bytes(), media.Focus{X: 1}, "blue blue"},
		"all, with bars":  {jpg.Bytes(), media.Focus{Whole: true}, "both black"},
		"turned":          {turned.Bytes(), media.Middle(), "blue red"},
		"what is nothing": {clear.Bytes(), media.Middle(), "white white"},
	} {
		f, err := media.Take(context.Background(), blobs, "w", bytes.NewReader(c.data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := media.Media{Workspace: "w", Type: f.Type, Key: f.Key, Digest: f.Digest, Bytes: f.Bytes, Width: f.Width, Height: f.Height}
		plan := media.FitFor(m, l, c.at)
		if name == "turned" && (f.Width != 100 || f.Height != 200 || slices.Contains(plan.Because, "shape")) {
			t.Errorf("turned, it is %d × %d: %+v", f.Width, f.Height, plan)
		}
		data, err := media.FitPicture(context.Background(), blobs, m, plan)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p, kind, err := image.Decode(bytes.NewReader(data))
		if err != nil || kind != "jpeg" || p.Bounds().Dx() != plan.Width || p.Bounds().Dy() != plan.Height || plan.Width > 30 {
			t.Fatalf("%s: %s of %v (%v)", name, kind, p.Bounds(), err)
		}
		at := func(x, y int) string {
			r, g, b, _ := p.At(x, y).RGBA()
			switch {
			case r > 50_000 && g > 50_000:
				return "white"
			case r > 40_000 && b < 20_000:
				return "red"
			case b > 40_000 && r < 20_000:
				return "blue"
			case r+g+b < 20_000:
				return "black"
			}
			return "both"
		}
		if got := at(plan.Width/2, plan.Height/2) + " " + at(plan.Width/2, 2); got != c.want {
			t.Errorf("%s is %s, not %s", name, got, c.want)
		}
	}
	large := media.Media{Width: 30_000, Height: 3_000}
	if _, err := media.FitPicture(context.Background(), blobs, large, media.Fitting{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("one that is too large: %v", err)
	}
}
