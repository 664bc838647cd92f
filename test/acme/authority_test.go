package acme

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/leaktest"
)

const (
	directory = wfe.DirectoryPath
	newOrder  = "/order-plz" // where Pebble takes orders
)

func TestMain(m *testing.M) {
	leaktest.Main(func() int {
		code, err := trusting(m.Run)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return code
	},
		leaktest.Stays("github.com/letsencrypt/pebble/v2/va.(*VAImpl).processTasks"), // it has no end
		leaktest.Stays("github.com/letsencrypt/pebble/v2/va.VAImpl.processTasks"))
}

// trusting runs tests in a process that believes the address of the authority, as an
// operator's machine does.
func trusting(run func() int) (code int, err error) {
	dir, err := os.MkdirTemp("", "kith-acme-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)                                 //nolint:errcheck // a folder for temporary files
	server := httptest.NewTLSServer(http.NotFoundHandler()) // all of them have the same certificate
	server.Close()
	file := filepath.Join(dir, "roots.pem")
	err = errors.Join(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600),
		os.Setenv("SSL_CERT_FILE", file), os.Setenv("PEBBLE_VA_NOSLEEP", "1"))
	if err != nil {
		return 0, err
	}
	return run(), nil
}

// authority gives certificates for [name], which leads to its door, and from there to a house.
type authority struct {
	server *httptest.Server
	ca     *ca.CAImpl
	door   net.Listener
	led    chan struct{} // closed once it leads to a house
	once   sync.Once
	house  atomic.Pointer[string]
	orders atomic.Int64
}

// open starts an authority whose certificates are good for so long.
func open(t *testing.T, validity time.Duration) *authority {
	t.Helper()
	listen := func() net.Listener {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	a := &authority{door: listen(), led: make(chan struct{})}
	var open sync.WaitGroup
	ctx := t.Context()
	open.Go(func() { a.pass(ctx, &open) })
	t.Cleanup(func() { _ = a.door.Close(); open.Wait() })

	names := &dns.Server{Listener: listen(), Handler: dns.HandlerFunc(resolve)}
	go names.ActivateAndServe() //nolint:errcheck // it ends by Shutdown
	t.Cleanup(func() { _ = names.Shutdown() })

	silent := log.New(io.Discard, "", 0)
	memory := db.NewMemoryStore()
	a.ca = ca.New(silent, memory, "", "ecdsa", 0, 1, map[string]ca.Profile{"only": {Description: "the only one", ValidityPeriod: uint64(validity.Seconds())}})
	proof := va.New(silent, 1, a.door.Addr().(*net.TCPAddr).Port, true, names.Listener.Addr().String(), memory)
	front := wfe.New(silent, memory, proof, a.ca, []string{"pebble.letsencrypt.org"}, true, false, 1, 1)
	handler := front.Handler()
	a.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Pebble refuses some good nonces, so that a client shows that it asks again: an order is one that was taken.
		said := &status{ResponseWriter: w}
		handler.ServeHTTP(said, r)
		if r.Method == http.MethodPost && r.URL.Path == newOrder && said.code == http.StatusCreated {
			a.orders.Add(1)
		}
	}))
	t.Cleanup(a.server.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections) // the house's side of it
	return a
}

// A status remembers with what an answer began.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// resolve says of every name that it is on this machine.
func resolve(w dns.ResponseWriter, asked *dns.Msg) {
	answer := new(dns.Msg).SetReply(asked)
	if q := asked.Question[0]; q.Qtype == dns.TypeA {
		answer.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1)}}
	}
	_ = w.WriteMsg(answer) // who has hung up asks again
}

// lead lets the name lead to a house.
func (a *authority) lead(to *app.App) {
	u, _ := url.Parse(to.URL()) // it is the address of a listener
	a.house.Store(&u.Host)
	a.once.Do(func() { close(a.led) })
}

// pass hands on what comes to the door, as port 443 of a server is handed on.
func (a *authority) pass(ctx context.Context, open *sync.WaitGroup) {
	for {
		in, err := a.door.Accept()
		if err != nil {
			return
		}
		open.Go(func() {
			defer in.Close()
			select {
			case <-a.led: // who comes early waits
			case <-ctx.Done():
				return
			}
			out, err := (&net.Dialer{}).DialContext(ctx, "tcp", *a.house.Load())
			if err != nil {
				return
			}
			defer out.Close()
			var both sync.WaitGroup
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				both.Go(func() {
					_, _ = io.Copy(way[1], way[0])
					_ = way[1].(*net.TCPConn).CloseWrite() // an end is handed on, too
				})
			}
			both.Wait()
		})
	}
}

// roots are what a browser must believe to believe this authority.
func (a *authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.ca.GetRootCert(0).Cert)
	return pool
}
