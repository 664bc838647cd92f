package outward

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync"
	"time"
)

var (
	errSealed = errors.New("the request was given up")
	errWithin = errors.New("nothing is spoken to but what was named")
)

// conn counts what is handed to a connection, above TLS: that is how a failure
// knows whether the request can have been received.
type conn struct {
	net.Conn
	stall   time.Duration // the longest a single write may take
	mu      sync.Mutex
	written int64
	sealed  bool
}

// Write counts before it writes: what failed half-way may have arrived.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if c.sealed {
		c.mu.Unlock()
		return 0, errSealed
	}
	c.written += int64(len(p))
	c.mu.Unlock()
	if err := c.SetWriteDeadline(time.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *conn) count() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.written
}

// seal ends writing and gives what was written until then.
func (c *conn) seal() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sealed = true
	return c.written
}

// attempt follows one request over the connections it is given: more than one
// when a connection turned out dead before anything was written.
type attempt struct {
	mu   sync.Mutex
	on   *conn
	from int64
	sent bool
}

func (a *attempt) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.on != nil && a.on.count() > a.from {
			a.sent = true
		}
		a.on, _ = info.Conn.(*conn)
		if a.on == nil {
			a.sent = true // never so: every connection is ours; if it were, be careful
			return
		}
		a.from = a.on.count()
	}})
}

// received says whether anything of the request can have arrived, and makes
// sure that nothing more will.
func (a *attempt) received() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sent || (a.on != nil && a.on.seal() > a.from)
}

type dialer struct {
	guard           *guard
	guarded, exempt *net.Dialer
	tls             *tls.Config
	stall           time.Duration
	within          bool
}

func newDialer(g *guard, o Options) *dialer {
	const connect = 10 * time.Second
	return &dialer{
		guard:   g,
		guarded: &net.Dialer{Timeout: connect, Control: g.control},
		exempt:  &net.Dialer{Timeout: connect},
		tls:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots, NextProtos: []string{"http/1.1"}},
		stall:   o.Timeout,
		within:  o.Within,
	}
}

func (d *dialer) raw(ctx context.Context, network, address string) (net.Conn, error) {
	if d.guard.exempt(address) {
		return d.exempt.DialContext(ctx, network, address)
	}
	if d.within {
		return nil, errWithin
	}
	return d.guarded.DialContext(ctx, network, address)
}

func (d *dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.raw(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, stall: d.stall}, nil
}

func (d *dialer) secure(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	c, err := d.raw(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := d.tls.Clone()
	config.ServerName = host
	t := tls.Client(c, config)
	shake, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := t.HandshakeContext(shake); err != nil {
		_ = c.Close() // the handshake failed; that is what is told
		return nil, err
	}
	return &conn{Conn: t, stall: d.stall}, nil
}
