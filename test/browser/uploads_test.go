package browser_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/test/hand"
)

// A large film is attached while the line breaks again and again, and the page is left
// in the middle: it waits and says so, goes on by itself, and nothing is sent twice. The
// one who sends is the official client of the protocol.
func TestALargeFileSurvivesABadLine(t *testing.T) {
	h := open(t, false)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	p.enter(rehearse.Keeper)
	film := filepath.Join(t.TempDir(), "harbour.mp4")
	must(t, os.WriteFile(film, hand.Film(30, 1280, 720, 20_000_000), 0o600))
	line := func(cuts, age int) {
		t.Helper()
		eval[string](p, fmt.Sprintf("document.cookie = '%s=%d; path=/; max-age=%d'", lineCookie, cuts, age))
	}
	attach := func() {
		t.Helper()
		p.open("/publish/new")
		p.until("one may attach a file", "document.querySelector('main input[type=file]')")
		p.do(chromedp.SetUploadFiles(chromedp.CSS("main input[type=file]"), []string{film}, chromedp.NodeReady))
	}
	type came struct{ Begun, Bytes, Received int64 }
	uploads := func() (c came) {
		must(t, store.View(t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			c, err = store.One[came](ctx, tx, "select count(*), coalesce(max(bytes), 0), coalesce(max(received), 0) from upload")
			return err
		}))
		return c
	}
	line(1, 3600)
	attach()
	p.see(say("compose.fileWaits"))
	p.size(390, 780)
	if wide := p.wider(); len(wide) > 0 {
		t.Errorf("too wide: %v", wide)
	}
	eval[chromedp.Void](p, "document.querySelector('.sending').scrollIntoView({block: 'center'}); void 0")
	p.shot("upload-waits-390")
	p.size(1280, 900)
	attach() // the page is left, and the same file is chosen anew
	p.see(say("compose.fileWaits"))
	if got := uploads(); got.Begun != 1 || got.Received != 3_000_000 {
		t.Errorf("before it goes on: %+v", got)
	}
	line(2, 3600) // and breaks once more
	await(t, "it goes on", func() bool { return uploads().Received == 6_000_000 })
	line(0, 0)
	p.until("the film is there", "document.querySelector('main video')")
	p.gone(say("compose.fileWaits"))

	must(t, store.View(t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
		files, err := store.One[came](ctx, tx, "select count(*), max(bytes), min(bytes) from media")
		if got := uploads(); err == nil && (got.Begun != 1 || files.Begun != 1 || files.Bytes < 20_000_000 || got.Received != files.Bytes) {
			t.Errorf("uploads %+v, files %+v", got, files)
		}
		return err
	}))
	p.clean("favicon", "uploads")
}
