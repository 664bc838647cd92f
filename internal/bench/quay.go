package bench

import (
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/instagram"
	"github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/sandbox/youtube"
)

// quay is a pretended network where large files arrive, with a watch that says
// when the first byte of one came and when the last.
type quay struct {
	name     string
	url      string
	most     int // bytes of a video that it takes
	settings map[string]string
	options  map[string]string
	handed   func() []sandbox.Piece
	channel  string
	crossed  crossing
	server   *http.Server
	next     http.Handler

	mu          sync.Mutex
	first, last time.Time
}

// quaysOn puts the networks on a stage: X takes segments, YouTube a session that
// resumes, TikTok pieces, and Instagram one stream, of at most 300 MB.
func quaysOn(ctx context.Context, stage *sandbox.Stage) ([]*quay, error) {
	const work = 100 * time.Millisecond
	bird := x.New(stage, x.Options{Plenty: true, Work: work})
	films := youtube.New(stage, youtube.Options{Units: 1e9, Processing: work})
	clips := tiktok.New(stage, tiktok.Options{Processing: work, Moderation: work})
	insta := instagram.New(stage, instagram.Options{Work: work})
	b, f, c, i := bird.Account("hirondelle", "Hirondelle"), films.AddChannel("Hirondelle", "hirondelle"), clips.Account("hirondelle", "Hirondelle"), insta.AddAccount("hirondelle", "Hirondelle")
	all := []*quay{
		{name: "x", most: filmBytes, settings: map[string]string{"token": b.Token, "refresh": b.Refresh}, options: map[string]string{}, handed: bird.Handed, next: bird.Handler()},
		{name: "youtube", most: filmBytes, settings: map[string]string{"client": "700000000001-kith.apps.googleusercontent.com", "secret": "GOCSPX-app-secret", "token": f.Refresh}, //nolint:gosec // it opens a pretended network alone
			options: map[string]string{"kids": "no"}, handed: films.Handed, next: films.Handler()},
		{name: "tiktok", most: filmBytes, settings: map[string]string{"token": c.Token}, options: map[string]string{"privacy": "SELF_ONLY"}, handed: clips.Handed, next: clips.Handler()},
		{name: "instagram", most: 300_000_000, settings: map[string]string{"token": i.PageToken}, options: map[string]string{}, handed: insta.Handed, next: insta.Handler()},
	}
	for _, q := range all {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		q.url = "http://" + l.Addr().String()
		q.server = &http.Server{Handler: q, ReadHeaderTimeout: 10 * time.Second}
		go q.server.Serve(l) //nolint:errcheck // it ends by Close
	}
	return all, nil
}

// ServeHTTP watches large bodies, and takes plain copies itself.
func (q *quay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const large = 100_000
	began := time.Now()
	if r.URL.Path == "/plain-copy" {
		_, _ = sandbox.Receive(r.Body, 0) // the sender hears of it
	} else {
		q.next.ServeHTTP(w, r)
	}
	if r.ContentLength < large {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.first.IsZero() {
		q.first = began
	}
	q.last = time.Now()
}

// watch gives how long the bytes took since it was asked last.
func (q *quay) watch() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	took := q.last.Sub(q.first)
	q.first, q.last = time.Time{}, time.Time{}
	return took
}

// copy sends a film plainly.
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
