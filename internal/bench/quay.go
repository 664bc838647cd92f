package bench

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/facebook"
	"github.com/kithhq/kith/internal/sandbox/instagram"
	"github.com/kithhq/kith/internal/sandbox/linkedin"
	"github.com/kithhq/kith/internal/sandbox/pinterest"
	"github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/sandbox/youtube"
)

// quay is one way in which a pretended network takes large files.
type quay struct {
	*harbour
	name     string
	kind     string // of post; "": the plain one
	most     int    // bytes of a video that it takes
	form     bool   // files come in a form, which costs the network a look at each byte
	settings map[string]string
	options  map[string]string
	handed   func() []sandbox.Piece
	channel  string
	crossed  crossing
}

// harbour is a pretended network, with a watch that says when the first byte of a large
// file came and when the last.
type harbour struct {
	network string
	next    http.Handler
	url     string
	server  *http.Server

	mu          sync.Mutex
	first, last time.Time
}

// quaysOn puts the networks on a stage: X takes segments, YouTube a session that
// resumes, TikTok and Facebook pieces, Facebook's reels and Instagram one stream (the
// latter of at most 300 MB), LinkedIn parts at addresses of their own (of at most 500 MB
// together), and Pinterest a form. only: those by their names; none: all.
func quaysOn(ctx context.Context, stage *sandbox.Stage, only []string) ([]*quay, error) {
	const work = 100 * time.Millisecond
	bird := x.New(stage, x.Options{Plenty: true, Work: work})
	films := youtube.New(stage, youtube.Options{Units: 1e9, Processing: work})
	clips := tiktok.New(stage, tiktok.Options{Processing: work, Moderation: work})
	insta := instagram.New(stage, instagram.Options{Work: work})
	// As large as in the example of developers.facebook.com/docs/video-api/guides/publishing.
	pages := facebook.New(stage, facebook.Options{Work: work, Piece: 50 << 20})
	firms := linkedin.New(stage, linkedin.Options{Processing: work})
	pins := pinterest.New(stage, pinterest.Options{Processing: work})
	b, f, c, i := bird.Account("hirondelle", "Hirondelle"), films.AddChannel("Hirondelle", "hirondelle"), clips.Account("hirondelle", "Hirondelle"), insta.AddAccount("hirondelle", "Hirondelle")
	page, firm, pin := pages.AddPage("Hirondelle"), firms.AddPage("Hirondelle", firms.AddMember("Camille")), pins.Account("hirondelle", "Hirondelle")
	meta := &harbour{network: "facebook", next: pages.Handler()}
	none, paged := map[string]string{}, map[string]string{"page": page.ID, "token": page.Token}
	all := []*quay{
		{harbour: &harbour{network: "x", next: bird.Handler()}, name: "x", most: filmBytes, settings: map[string]string{"token": b.Token, "refresh": b.Refresh}, options: none, handed: bird.Handed},
		{harbour: &harbour{network: "youtube", next: films.Handler()}, name: "youtube", most: filmBytes,
			settings: map[string]string{"client": "700000000001-kith.apps.googleusercontent.com", "secret": "GOCSPX-app-secret", "token": f.Refresh}, //nolint:gosec // it opens a pretended network alone
			options:  map[string]string{"kids": "no"}, handed: films.Handed},
		{harbour: &harbour{network: "tiktok", next: clips.Handler()}, name: "tiktok", most: filmBytes, settings: map[string]string{"token": c.Token}, options: map[string]string{"privacy": "SELF_ONLY"}, handed: clips.Handed},
		{harbour: &harbour{network: "instagram", next: insta.Handler()}, name: "instagram", most: 300_000_000, settings: map[string]string{"token": i.PageToken}, options: none, handed: insta.Handed},
		{harbour: meta, name: "facebook", most: filmBytes, form: true, settings: paged, options: none, handed: pages.Handed},
		{harbour: meta, name: "facebook_reel", kind: "reel", most: filmBytes, settings: paged, options: none, handed: pages.Handed},
		{harbour: &harbour{network: "linkedin", next: firms.Handler()}, name: "linkedin", most: 500_000_000, settings: map[string]string{"token": firm.Token, "page": firm.Number}, options: none, handed: firms.Handed},
		{harbour: &harbour{network: "pinterest", next: pins.Handler()}, name: "pinterest", most: filmBytes, form: true, settings: map[string]string{"token": pin.Token}, options: map[string]string{"board": pin.Board}, handed: pins.Handed},
	}
	all = slices.DeleteFunc(all, func(q *quay) bool { return len(only) > 0 && !slices.Contains(only, q.name) })
	for _, q := range all {
		if q.server != nil {
			continue // two ways into one harbour
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		q.url = "http://" + l.Addr().String()
		q.server = &http.Server{Handler: q.harbour, ReadHeaderTimeout: 10 * time.Second}
		go q.server.Serve(l) //nolint:errcheck // it ends by Close
	}
	return all, nil
}

// ServeHTTP watches large bodies, and takes plain copies itself.
func (h *harbour) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const large = 100_000
	began := time.Now()
	switch r.URL.Path {
	case "/plain-copy":
		_, _ = sandbox.Receive(r.Body, 0) // the sender hears of it
	case "/plain-form":
		_, _ = sandbox.Receive(part(r), 0)
	default:
		h.next.ServeHTTP(w, r)
	}
	if r.ContentLength < large {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first.IsZero() {
		h.first = began
	}
	h.last = time.Now()
}

// watch gives how long the bytes took since it was asked last.
func (h *harbour) watch() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	took := h.last.Sub(h.first)
	h.first, h.last = time.Time{}, time.Time{}
	return took
}

// part is the file of a form, read as the pretended networks do.
func part(r *http.Request) io.Reader {
	_, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	file, err := multipart.NewReader(bufio.NewReaderSize(r.Body, 256<<10), args["boundary"]).NextPart()
	if err != nil {
		return r.Body
	}
	return file
}

// copy sends a film plainly, in a form where the network wants one.
func (q *quay) copy(ctx context.Context, f film) (time.Duration, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return 0, err
	}
	defer file.Close() //nolint:errcheck // only read
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, q.url+"/plain-copy", file)
	if err != nil {
		return 0, err
	}
	r.ContentLength = int64(f.size)
	if q.form {
		var text bytes.Buffer
		w := multipart.NewWriter(&text)
		if _, err := w.CreateFormFile("file", "film"); err != nil {
			return 0, err
		}
		before := text.Len()
		_ = w.Close() // into memory
		all := text.Bytes()
		r.URL.Path = "/plain-form"
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(all[:before]), file, bytes.NewReader(all[before:])))
		r.ContentLength += int64(len(all))
		r.Header.Set("Content-Type", w.FormDataContentType())
	}
	answer, err := (&http.Client{}).Do(r)
	if err != nil {
		return 0, err
	}
	_ = answer.Body.Close()
	return q.watch(), nil
}

// measure lets a film go out, with a plain copy before it and one after.
func (q *quay) measure(ctx context.Context, w *worker, f film) error {
	before, err := q.copy(ctx, f)
	if err != nil {
		return err
	}
	if err := w.process.forget(); err != nil {
		return err
	}
	if err := w.publish(ctx, q, f); err != nil {
		return err
	}
	took := q.watch()
	pieces := q.handed()
	if err := f.same(pieces); err != nil {
		return err
	}
	after, err := q.copy(ctx, f)
	if err != nil {
		return err
	}
	return q.crossed.add(w, f.size, len(pieces), took, (before+after)/2)
}
