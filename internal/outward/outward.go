package outward

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Options say how the outside is spoken to; each zero value has a default.
type Options struct {
	// Allow names hosts ("mastodon.lan"), hosts with a port ("localhost:8080")
	// and ranges ("10.0.0.0/8") that are exempt from the address guard.
	Allow []string
	// Within speaks to nobody but those whom Allow names, and asks no server for other names.
	Within    bool
	PerHost   Pace
	Timeout   time.Duration // a whole Do; for Open: until the header, and each write (30 s)
	MaxBody   int64         // of an answer that Do reads (8 MiB)
	UserAgent string
	Now       func() time.Time
	Roots     *x509.CertPool // nil: the system's
	// Heard is told of each request, for whoever counts: on whose behalf, how it went and
	// how long it took until the answer began.
	Heard func(whose, result string, took time.Duration)
}

// Client speaks to the outside; one is shared by everyone.
type Client struct {
	options   Options
	whose     string
	guard     *guard
	paces     *paces
	transport *http.Transport
}

// Response is an answer, whatever its status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time
}

// Stream is an answer that is read while it comes. Close it.
type Stream struct {
	Status int
	Header http.Header
	Body   io.ReadCloser
	At     time.Time
}

// New makes a client.
func New(o Options) (*Client, error) {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 8 << 20
	}
	if o.UserAgent == "" {
		o.UserAgent = "Kith"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	g, err := newGuard(o.Allow)
	if err != nil {
		return nil, err
	}
	d := newDialer(g, o)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &Client{
		options: o, guard: g, paces: newPaces(o.PerHost, o.Timeout),
		transport: &http.Transport{
			Proxy:                  nil, // a proxy would dial for us, behind the guard
			DialContext:            d.plain,
			DialTLSContext:         d.secure,
			Protocols:              protocols,
			MaxIdleConns:           256,
			MaxIdleConnsPerHost:    128,
			IdleConnTimeout:        30 * time.Second, // before the other side tires of it
			ResponseHeaderTimeout:  o.Timeout,
			MaxResponseHeaderBytes: 256 << 10,
		},
	}, nil
}

// For gives the same client to somebody whose requests are counted under a name.
func (c *Client) For(whose string) *Client {
	named := *c
	named.whose = whose
	return &named
}

// Close ends the connections that are idle.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

type repeatableMark struct{}

// Repeatable marks a request as harmless when it happens twice, so that its
// failure is never Uncertain. The caller knows that the network sees to it.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableMark{}, true)
}

type directMark struct{}

// Direct marks a request whose answer must come from its very address: a redirect is
// given as it is, and not followed.
func Direct(ctx context.Context) context.Context {
	return context.WithValue(ctx, directMark{}, true)
}

// Do sends a request and reads the whole answer, MaxBody at most.
func (c *Client) Do(ctx context.Context, request *http.Request) (*Response, error) {
	if err := c.ready(ctx, request); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	answer, err := c.follow(ctx, request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // read or given up; nothing is left to learn
	host := request.URL.Host
	body, err := io.ReadAll(io.LimitReader(answer.Body, c.options.MaxBody+1))
	switch {
	case err != nil:
		return nil, broken(afterwards(ctx, request.Method), err, "%s stopped in the middle of its answer.", host)
	case int64(len(body)) > c.options.MaxBody:
		kind := fault.Invalid // the next time it would be as long
		if !repeatable(ctx, request.Method) {
			kind = fault.Uncertain
		}
		return nil, fault.New(kind, "The answer of %s is longer than %d bytes.", host, c.options.MaxBody)
	}
	return &Response{Status: answer.StatusCode, Header: answer.Header, Body: body, At: c.options.Now()}, nil
}

// Open sends a request, as large as it may be, and gives the answer as it
// comes: for uploads, downloads and event streams. The context lives as long as
// the stream; Timeout holds until the header is there. Nothing bounds the size. What is
// said about something that was sent (an upload) must be there within another Timeout.
func (c *Client) Open(ctx context.Context, request *http.Request) (*Stream, error) {
	if err := c.ready(ctx, request); err != nil {
		return nil, err
	}
	if request.Header.Get("Accept-Encoding") == "" {
		// What is compressed comes in lumps, and a stream of events must not.
		request = request.Clone(ctx)
		request.Header.Set("Accept-Encoding", "identity")
	}
	ctx, stop := context.WithCancel(ctx)
	answer, err := c.follow(ctx, request) //nolint:bodyclose // the caller closes the Stream, and the body with it
	if err != nil {
		stop()
		return nil, err
	}
	body := &stream{ReadCloser: answer.Body, host: request.URL.Host, kind: afterwards(ctx, request.Method), stop: stop}
	if request.Body != nil && request.Body != http.NoBody {
		late := time.AfterFunc(c.options.Timeout, stop)
		body.stop = func() { late.Stop(); stop() }
	}
	return &Stream{Status: answer.StatusCode, Header: answer.Header, Body: body, At: c.options.Now()}, nil
}

// stream gives the errors of a body their kind.
type stream struct {
	io.ReadCloser
	host string
	kind fault.Kind
	stop func()
}

// Close ends the stream.
func (s *stream) Close() error {
	s.stop()
	return s.ReadCloser.Close()
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // a reader gives io.EOF itself
		err = broken(s.kind, err, "%s stopped in the middle of its answer.", s.host)
	}
	return n, err
}

// ready refuses what must not be sent at all.
func (c *Client) ready(ctx context.Context, request *http.Request) error {
	err := c.sendable(ctx, request)
	if err != nil && request.Body != nil {
		_ = request.Body.Close() // as net/http does with a request it refuses
	}
	return err
}

func (c *Client) sendable(ctx context.Context, request *http.Request) error {
	u := request.URL
	switch {
	case store.InTx(ctx) || store.InTx(request.Context()):
		return fault.New(fault.Internal, "speaking to the network inside a transaction")
	case u == nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return fault.New(fault.Invalid, "This is not a web address.").
			WithHint("It starts with https:// and a host name.")
	case u.User != nil:
		return fault.New(fault.Invalid, "The web address carries a password.").
			WithHint("Leave out what stands before the @.")
	case u.Scheme == "http" && !c.guard.exempt(u.Host) &&
		(request.Header.Get("Authorization") != "" || request.Header.Get("Cookie") != ""):
		return fault.New(fault.Denied, "The key is not sent to %s unencrypted.", u.Host).
			WithHint("Use an address that starts with https://.")
	}
	return nil
}

// RetryAfter gives how long the answer asks to wait, 0 when it does not say.
func (r *Response) RetryAfter() time.Duration { return RetryAfter(r.Header, r.At) }

// RetryAfter reads the header field of that name: seconds, or a date.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
