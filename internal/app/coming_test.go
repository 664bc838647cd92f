package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Who begins to send and stops is answered and let go; who sends slowly is heard to the
// end, and an answer may take longer than any pause.
func TestABodyThatStopsComingHoldsNoConnection(t *testing.T) {
	const pause = 500 * time.Millisecond
	server := httptest.NewServer(coming(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
	}), pause))
	defer server.Close()
	begin := func(path string) net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: kith\r\nContent-Length: 20\r\n\r\nabc", path)
		return c
	}
	for _, path := range []string{"/refused", "/read"} {
		if _, err := io.ReadAll(begin(path)); err != nil {
			t.Errorf("%s: the connection is still held: %v", path, err)
		}
	}
	slow := begin("/slow")
	for range 17 {
		<-time.After(pause / 5)
		_, _ = slow.Write([]byte("d"))
	}
	answer := make([]byte, 512)
	if n, err := slow.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 200") {
		t.Errorf("who sends slowly hears %q, %v", answer[:n], err)
	}
}
