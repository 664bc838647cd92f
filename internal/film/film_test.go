package film_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/film"
)

// A machine without ffmpeg says so; with it, a film is cut to the piece that was chosen,
// and what is no film is refused in words.
func TestAFilmIsMadeToFit(t *testing.T) {
	to := filepath.Join(t.TempDir(), "to.mp4")
	if err := (film.Maker{}).Make(context.Background(), "from", to, film.Cut{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without ffmpeg: %v", err)
	}
	maker := film.Find()
	if !maker.There() {
		return // this machine is one of those without
	}
	from := filepath.Join("..", "rehearse", "pictures", "shelf.mp4")
	for name, c := range map[string]film.Cut{
		"a piece of two seconds": {X: 100, CropWidth: 202, CropHeight: 360, Width: 180, Height: 320, Seconds: 2, Lasts: 2, MaxBytes: 2_000_000},
		"all of it, with bars":   {Whole: true, CropWidth: 640, CropHeight: 360, Width: 180, Height: 320},
	} {
		if err := maker.Make(t.Context(), from, to, c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made, err := os.ReadFile(to)
		if err != nil || len(made) < 1000 || string(made[4:8]) != "ftyp" || !bytes.Contains(made, []byte("moov")) || bytes.Index(made, []byte("moov")) > bytes.Index(made, []byte("mdat")) {
			t.Errorf("%s: %d bytes, %v", name, len(made), err)
		}
	}
	if err := maker.Make(t.Context(), from, to, film.Cut{CropWidth: 202, CropHeight: 360, Width: 180, Height: 320, MaxBytes: 10}); !fault.Is(err, fault.Invalid) {
		t.Errorf("one that cannot be small enough: %v", err)
	}
	list := filepath.Join(t.TempDir(), "list.mp4")
	secret := filepath.Join(t.TempDir(), "secret.txt")
	for path, text := range map[string]string{secret: "what nobody may read", list: "#EXTM3U\n#EXTINF:1,\nfile://" + secret + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := maker.Make(t.Context(), list, to, film.Cut{CropWidth: 2, CropHeight: 2, Width: 2, Height: 2})
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || strings.Contains(text+hint, "nobody") || hint == "" {
		t.Errorf("a list that says it is a film: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := maker.Make(ctx, from, to, film.Cut{CropWidth: 202, CropHeight: 360, Width: 180, Height: 320}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("stopped: %v", err)
	}
}
