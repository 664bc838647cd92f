package tiktok_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

// puts are the pieces that were handed over.
func puts(w *networktest.World) (all []string) {
	for _, r := range w.Front.Requests() {
		if r.Method == http.MethodPut {
			all = append(all, r.Header.Get("Content-Range"))
			if len(r.Header["Authorization"]) > 0 {
				all = append(all, "with a key")
			}
		}
	}
	return all
}

func TestAVideoGoesInPieces(t *testing.T) {
	for size, want := range map[int][]string{
		2000:       {"bytes 0-1999/2000"},
		5_242_879:  {"bytes 0-5242878/5242879"},
		5_242_880:  {"bytes 0-5242879/5242880"},
		10_000_000: {"bytes 0-9999999/10000000"},
		10_000_001: {"bytes 0-10000000/10000001"},
		20_000_000: {"bytes 0-9999999/20000000", "bytes 10000000-19999999/20000000"},
		20_000_001: {"bytes 0-9999999/20000001", "bytes 10000000-20000000/20000001"},
	} {
		w := networktest.NewWorld(t, harness(quick(), nil))
		part := w.Part("piece by piece")
		part.Media = []network.Media{film(size)}
		if _, err := w.Send(part); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got := puts(w); !slices.Equal(got, want) {
			t.Errorf("%d bytes went as %v", size, got)
		}
	}
}

func TestAVideoIsWholeThoughAPieceIsForgotten(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	part := w.Part("piece by piece")
	part.Media = []network.Media{film(40_000_001)}
	_, n, err := w.SendForgetting(part)
	if made := w.Ledger(sandbox.Publish); err != nil || n == 0 || len(made) != 1 {
		t.Errorf("%d pieces were forgotten: %v, and the ledger has %+v", n, err, made)
	}
}

func TestAnAddressThatEndsBeginsAnew(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	part := w.Part("interrupted for hours")
	part.Media = []network.Media{film(20_000_001)}
	part = until(t, w, part, "upload")
	part = step(t, w, part) // one piece is there
	if part.Step.Done != 10_000_000 || part.Step.Total != 20_000_001 || !part.Step.Public {
		t.Fatalf("%+v", part.Step)
	}
	w.Stage.Clock.Advance(2 * time.Hour)
	w.Restart()
	for part.Step.Name != "shown" {
		part = step(t, w, part)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts", n)
	}
	if got := puts(w); len(got) != 3 || got[1] != "bytes 0-9999999/20000001" {
		t.Errorf("the pieces were %v", got)
	}
}

func TestAPieceIsGoneOnWithWhereTikTokIs(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	part := w.Part("the record is behind")
	part.Media = []network.Media{film(20_000_001)}
	part = until(t, w, part, "upload")
	behind := part
	_ = step(t, w, part) // it arrives, and nobody writes that down
	for behind.Step.Name != "shown" {
		behind = step(t, w, behind)
	}
	if got := puts(w); len(got) != 3 || got[0] != got[1] || got[2] != "bytes 10000000-20000000/20000001" {
		t.Errorf("the pieces were %v", got)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestAStoreElsewhereGetsNothing(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/post/publish/video/init/" {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"data":{"publish_id":"v_pub_file~v2-1.7","upload_url":"https://tiktokapis.com.example.org/upload/"},"error":{"code":"ok"}}`)) // the client sees to it
		return true
	})
	if _, err := w.Send(w.Part("to a stranger")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if got := puts(w); len(got) != 0 {
		t.Errorf("the pieces were %v", got)
	}
}

func TestWhatWasGivenUpIsCertainlyNotThere(t *testing.T) {
	w := networktest.NewWorld(t, harness(slow(), nil))
	part := w.Part("no film")
	part.Media = []network.Media{networktest.File("video/mp4", []byte(strings.Repeat("not a film ", 100)), 720, 1280, "")}
	part = until(t, w, part, "upload")
	before := part
	_ = step(t, w, part) // it arrives, and nobody writes that down
	w.Stage.Clock.Advance(time.Minute)
	look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, before, before.At)
	if err != nil || !look.Keyed || !look.Complete || look.Exact != nil {
		t.Fatalf("the look is %+v, %v", look, err)
	}
	for range 10 {
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, before)
		if fault.Is(err, fault.Invalid) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		did.Step.Since = before.Step.Since
		before.Step = did.Step
		w.Stage.Clock.Advance(did.Wait)
	}
	t.Error("nobody is told")
}
