package app

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// bodyPause is how long a request may pause in the middle of what it brings.
const bodyPause = 30 * time.Second

// coming ends requests whose body stops coming: whoever only begins to send holds no
// connection, whoever sends slowly may take as long as it takes.
func coming(next http.Handler, pause time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &body{ReadCloser: r.Body, control: http.NewResponseController(w), pause: pause}
			b.wait(time.Now())
			r.Body = b
		}
		next.ServeHTTP(w, r)
	})
}

// body moves the deadline while something comes, and takes it away at the end: an
// answer may take longer.
type body struct {
	io.ReadCloser
	control *http.ResponseController
	pause   time.Duration
	last    time.Time
}

func (b *body) wait(now time.Time) {
	b.last = now
	_ = b.control.SetReadDeadline(now.Add(b.pause)) // a connection without deadlines is in tests alone
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch now := time.Now(); {
	case errors.Is(err, io.EOF):
		_ = b.control.SetReadDeadline(time.Time{}) // as above
	case n > 0 && now.Sub(b.last) > b.pause/10:
		b.wait(now)
	}
	return n, err
}
