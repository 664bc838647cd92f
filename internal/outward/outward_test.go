package outward_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func client(t *testing.T, change ...func(*outward.Options)) *outward.Client {
	t.Helper()
	o := outward.Options{Allow: []string{"127.0.0.0/8", "localhost"}, Timeout: time.Minute}
	for _, f := range change {
		f(&o)
	}
	c, err := outward.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	var from io.Reader
	if body != "" {
		from = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, url, from)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// peer answers each connection as it is told, with nothing between.
func peer(t *testing.T, serve func(n int64, c net.Conn)) (url string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = new(atomic.Int64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := connections.Add(1)
			serve(n, c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String(), connections
}

func read(c net.Conn) string {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return ""
	}
	body, _ := io.ReadAll(r.Body)
	return string(body)
}

func TestAFailureSaysWhetherTheRequestMayHaveArrived(t *testing.T) {
	// A port that was given up is soon another test's; this one is handed out to nobody.
	const nobody = "http://127.0.0.1:1"

	cutBefore, _ := peer(t, func(_ int64, c net.Conn) {
		_ = c.(*net.TCPConn).SetLinger(0)
		_, _ = io.CopyN(io.Discard, c, 10_000) // the middle of a large body
	})
	unanswered, _ := peer(t, func(_ int64, c net.Conn) { read(c) })
	half, _ := peer(t, func(_ int64, c net.Conn) {
		read(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")
	})
	nonsense, _ := peer(t, func(_ int64, c net.Conn) { read(c); _, _ = io.WriteString(c, "secret-answer\r\n\r\n") })
	var arrived atomic.Int64
	slow, _ := peer(t, func(_ int64, c net.Conn) {
		read(c)
		arrived.Add(1)
		_, _ = io.Copy(io.Discard, c)
	})

	large := strings.Repeat("secret-body ", 1<<20)
	for _, x := range []struct {
		name, method, url, body string
		repeatable              bool
		want                    fault.Kind
	}{
		{"refused", "POST", nobody, "secret-body", false, fault.Unavailable},
		{"refused", "GET", nobody, "", false, fault.Unavailable},
		{"no such host", "POST", "http://no-such-host.invalid", "secret-body", false, fault.Unavailable},
		{"not TLS", "POST", strings.Replace(nonsense, "http:", "https:", 1), "secret-body", false, fault.Unavailable},
		{"cut in the middle", "POST", cutBefore, large, false, fault.Uncertain},
		{"cut in the middle", "PUT", cutBefore, large, false, fault.Uncertain},
		{"cut in the middle, harmless", "PUT", cutBefore, large, true, fault.Unavailable},
		{"no answer", "POST", unanswered, "secret-body", false, fault.Uncertain},
		{"no answer", "POST", unanswered, "", false, fault.Uncertain},
		{"no answer", "DELETE", unanswered, "", false, fault.Uncertain},
		{"no answer", "PATCH", unanswered, "secret-body", false, fault.Uncertain},
		{"no answer", "GET", unanswered, "", false, fault.Unavailable},
		{"no answer, harmless", "POST", unanswered, "secret-body", true, fault.Unavailable},
		{"half an answer", "POST", half, "secret-body", false, fault.Uncertain},
		{"half an answer", "GET", half, "", false, fault.Unavailable},
		{"nonsense", "POST", nonsense, "secret-body", false, fault.Uncertain},
		{"nonsense", "GET", nonsense, "", false, fault.Unavailable},
		{"slow", "POST", slow, "secret-body", false, fault.Uncertain},
		{"slow", "GET", slow, "", false, fault.Unavailable},
	} {
		t.Run(x.name+" "+x.method, func(t *testing.T) {
			ctx := t.Context()
			if x.repeatable {
				ctx = outward.Repeatable(ctx)
			}
			ask := func(timeout time.Duration) error {
				r := request(t, x.method, x.url+"/secret-path?key=secret-query", x.body)
				if x.name != "no such host" {
					r.Header.Set("Authorization", "Bearer secret-header")
				}
				_, err := client(t, func(o *outward.Options) { o.Timeout = timeout }).Do(ctx, r)
				return err
			}
			var err error
			if x.name == "slow" {
				// On a busy machine it may be over before it was sent: so until it has arrived.
				for timeout, before := 300*time.Millisecond, arrived.Load(); arrived.Load() == before && timeout < time.Minute; timeout *= 2 {
					err = ask(timeout)
				}
			} else {
				err = ask(20 * time.Second)
			}
			if err == nil || fault.KindOf(err) != x.want {
				t.Fatalf("want %v: %v", x.want, err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells: %v", err)
			}
		})
	}
}

// A connection that was used before dies just when the next request is written
// to it. net/http would send that request again.
func TestARequestOnADeadConnectionIsNotSentTwice(t *testing.T) {
	for _, key := range []bool{false, true} {
		for _, body := range []string{"", "body"} {
			heard := new(atomic.Int64)
			url, connections := peer(t, func(_ int64, c net.Conn) {
				in := bufio.NewReader(c)
				for first := true; ; first = false {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					heard.Add(1)
					if !first || (key && r.Method == "POST" && r.Header.Get("Idempotency-Key") != "k") {
						return // heard, and gone without an answer
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			c := client(t)
			if _, err := c.Do(t.Context(), request(t, "GET", url, "")); err != nil {
				t.Fatal(err)
			}
			r := request(t, "POST", url, body)
			if key {
				r.Header.Set("Idempotency-Key", "k")
			}
			_, err := c.Do(t.Context(), r)
			if !fault.Is(err, fault.Uncertain) {
				t.Errorf("key %v body %q: %v", key, body, err)
			}
			if heard.Load() != 2 || connections.Load() != 1 {
				t.Errorf("key %v body %q: heard %d requests on %d connections, want 2 on 1", key, body, heard.Load(), connections.Load())
			}
		}
	}
}

// The other side closed the idle connection long ago: nobody is hurt.
func TestAClosedIdleConnectionIsReplaced(t *testing.T) {
	closed := make(chan struct{}, 1)
	heard := new(atomic.Int64)
	url, _ := peer(t, func(n int64, c net.Conn) {
		if read(c) != "" {
			heard.Add(1)
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		_ = c.Close()
		closed <- struct{}{}
	})
	c := client(t)
	raced, answered := 0, int64(0)
	for range 20 {
		_, err := c.Do(t.Context(), request(t, "POST", url, "body"))
		switch {
		case err == nil:
			answered++
			<-closed
		case fault.Is(err, fault.Uncertain), fault.Is(err, fault.Unavailable):
			raced++ // with the closing: written to nobody, or found closed before
		default:
			t.Fatal(err)
		}
	}
	if raced > 10 {
		t.Errorf("%d of 20 were not sent", raced)
	}
	if n := heard.Load(); n != answered {
		t.Errorf("%d were heard, %d answered", n, answered)
	}
}

func TestThePrivateNetworkIsOutOfReach(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	c := client(t, func(o *outward.Options) { o.Allow = nil })
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1.2.3"} {
		_, err := c.Do(t.Context(), request(t, "GET", "http://"+host+":"+port, ""))
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", host, err)
		}
	}
	redirect := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusFound))
	defer redirect.Close()
	c = client(t, func(o *outward.Options) { o.Allow = []string{redirect.Listener.Addr().String()} })
	if _, err := c.Do(t.Context(), request(t, "GET", redirect.URL, "")); !fault.Is(err, fault.Denied) {
		t.Errorf("by redirect: %v", err)
	}
}

func TestRedirectsKeepKeysAtHome(t *testing.T) {
	var got http.Header
	far := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer far.Close()
	near := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/far":
			http.Redirect(w, r, far.URL, http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			got = r.Header
		}
	}))
	defer near.Close()
	c := client(t)
	ask := func(method, path string) (*outward.Response, error) {
		r := request(t, method, near.URL+path, "")
		for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "Accept"} {
			r.Header.Set(name, "v")
		}
		return c.Do(t.Context(), r)
	}
	for _, path := range []string{"/near", "/far"} {
		answer, err := c.Do(outward.Direct(t.Context()), request(t, "GET", near.URL+path, ""))
		if err != nil || answer.Status != http.StatusFound || got != nil {
			t.Errorf("straight to %s: %+v, %v", path, answer, err)
		}
	}
	if _, err := ask("GET", "/near"); err != nil || got.Get("Authorization") != "v" {
		t.Errorf("%v %v", err, got)
	}
	if _, err := ask("GET", "/far"); err != nil || got.Get("Authorization")+got.Get("Cookie")+got.Get("X-Api-Key") != "" || got.Get("Accept") != "v" {
		t.Errorf("%v %v", err, got)
	}
	if _, err := ask("GET", "/loop"); !fault.Is(err, fault.Invalid) {
		t.Errorf("loop: %v", err)
	}
	if r, err := ask("POST", "/far"); err != nil || r.Status != http.StatusFound {
		t.Errorf("a POST was redirected: %v", err)
	}

	down := httptest.NewTLSServer(http.RedirectHandler(near.URL+"/end", http.StatusFound))
	defer down.Close()
	roots := x509.NewCertPool()
	roots.AddCert(down.Certificate())
	c = client(t, func(o *outward.Options) { o.Roots = roots })
	if _, err := c.Do(t.Context(), request(t, "GET", down.URL, "")); !fault.Is(err, fault.Denied) {
		t.Errorf("https to http: %v", err)
	}
	c = client(t)
	if _, err := c.Do(t.Context(), request(t, "POST", down.URL, "x")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an unknown certificate: %v", err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 4<<20))
	_ = z.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	}))
	defer server.Close()
	c := client(t, func(o *outward.Options) { o.MaxBody = 1 << 20 })
	if _, err := c.Do(t.Context(), request(t, "GET", server.URL, "")); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if _, err := c.Do(t.Context(), request(t, "POST", server.URL, "x")); !fault.Is(err, fault.Uncertain) {
		t.Errorf("%v", err)
	}
}

func TestAHostIsNotAskedTooFast(t *testing.T) {
	c := client(t, func(o *outward.Options) {
		o.Allow, o.PerHost, o.Timeout = nil, outward.Pace{PerSecond: 0.001, Burst: 1}, time.Minute
	})
	ask := func() error {
		_, err := c.Do(t.Context(), request(t, "GET", "http://10.0.0.1", ""))
		return err
	}
	if err := ask(); !fault.Is(err, fault.Denied) {
		t.Fatal(err)
	}
	if err := ask(); !fault.Is(err, fault.Throttled) || fault.After(err) < time.Minute {
		t.Fatal(err)
	}
}

func TestATransactionDoesNotWaitForTheNetwork(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	c := client(t)
	err := store.Do(t.Context(), db, func(ctx context.Context, _ *store.Tx) error {
		_, err := c.Do(ctx, request(t, "GET", "http://127.0.0.1:1", ""))
		return err
	})
	if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "transaction") {
		t.Fatal(err)
	}
}

func TestKeysDoNotTravelInTheOpen(t *testing.T) {
	c := client(t)
	r := request(t, "GET", "http://example.com", "")
	r.Header.Set("Authorization", "Bearer x")
	if _, err := c.Do(t.Context(), r); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
	for _, bad := range []string{"ftp://example.com", "https://", "https://a:b@example.com", "/x"} {
		if _, err := c.Do(t.Context(), request(t, "GET", bad, "")); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestAStreamIsReadWhileItComes(t *testing.T) {
	nexts, gone := make([]chan string, 10), make(chan struct{}, 10)
	for n := range nexts {
		nexts[n] = make(chan string)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		for {
			select {
			case line := <-nexts[n]:
				_, _ = io.WriteString(w, line)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				gone <- struct{}{}
				return
			}
		}
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var s *outward.Stream
	err := context.DeadlineExceeded
	var next chan string
	timeout := 100 * time.Millisecond
	for n := 0; err != nil && n < len(nexts); n++ { // a busy machine may be slower than that
		timeout, next = 2*timeout, nexts[n]
		c := client(t, func(o *outward.Options) { o.Timeout = timeout })
		s, err = c.Open(ctx, request(t, "GET", server.URL+"?n="+strconv.Itoa(n), ""))
	}
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(s.Body)
	<-time.After(timeout * 3 / 2) // longer than Timeout: a stream may be silent
	for range 3 {
		next <- "event\n"
		if line, err := in.ReadString('\n'); line != "event\n" {
			t.Fatal(line, err)
		}
	}
	cancel()
	if _, err := in.ReadString('\n'); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	<-gone
	_ = s.Body.Close()
}

func TestRetryAfterIsUnderstood(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "99999999999999": 0,
		"Sun, 22 Nov 2026 12:00:30 GMT": 30 * time.Second, "Sun, 22 Nov 2026 11:00:30 GMT": 0,
	} {
		if got := outward.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
