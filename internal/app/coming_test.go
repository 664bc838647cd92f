package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Who begins to send and stops is answered and let go; who sends slowly is heard to the
// end, and an answer may take longer than any pause. In a bubble of its own time, on
// lines within the process: a busy machine pauses, too.
func TestABodyThatStopsComingHoldsNoConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pause = 30 * time.Second
		answered := make(chan struct{})
		server := &http.Server{Handler: coming(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/refused":
				http.Error(w, "no", http.StatusUnauthorized) // without a look at what comes
				return
			case "/slow":
				data, err := io.ReadAll(r.Body)
				if err != nil || len(data) != 20 {
					t.Errorf("%d bytes came: %v", len(data), err)
				}
				select {
				case <-r.Context().Done():
					t.Error("the request ended before its answer")
				case <-time.After(3 * pause):
				}
			default:
				if _, err := io.ReadAll(r.Body); err == nil {
					t.Error("all came")
				}
			}
		}), pause)}
		lines := make(within)
		go func() { defer close(answered); _ = server.Serve(lines) }()
		defer func() { _ = server.Close(); <-answered }()
		begin := func(path string) net.Conn {
			t.Helper()
			here, there := net.Pipe()
			t.Cleanup(func() { _ = here.Close() })
			lines <- there
			_, _ = fmt.Fprintf(here, "POST %s HTTP/1.1\r\nHost: kith\r\nContent-Length: 20\r\n\r\nabc", path)
			return here
		}
		for _, path := range []string{"/refused", "/read"} {
			began := time.Now()
			_, err := io.ReadAll(begin(path))
			if took := time.Since(began); err != nil || took > 2*pause {
				t.Errorf("%s: the connection was held for %v: %v", path, took, err)
			}
		}
		slow := begin("/slow")
		for range 17 {
			<-time.After(pause / 5 * 4)
			_, _ = slow.Write([]byte("d"))
		}
		answer := make([]byte, 512)
		if n, err := slow.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 200") {
			t.Errorf("who sends slowly hears %q, %v", answer[:n], err)
		}
	})
}

// within listens to lines within the process.
type within chan net.Conn

func (w within) Accept() (net.Conn, error) {
	if c, open := <-w; open {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (w within) Close() error   { close(w); return nil }
func (w within) Addr() net.Addr { return &net.IPAddr{} }
