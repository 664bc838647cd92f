package outward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// repeatable says whether a request that may have arrived may be sent again.
func repeatable(ctx context.Context, method string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return ctx.Value(repeatableMark{}) != nil
}

// afterwards is the kind of a failure after the request can have arrived.
func afterwards(ctx context.Context, method string) fault.Kind {
	if repeatable(ctx, method) {
		return fault.Unavailable
	}
	return fault.Uncertain
}

// follow sends a request and follows its redirects.
func (c *Client) follow(ctx context.Context, request *http.Request) (*http.Response, error) {
	request = request.Clone(ctx)
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", c.options.UserAgent)
	}
	neverTwice(request)
	bare := request.Body == nil || request.Body == http.NoBody
	for hop := 0; ; hop++ {
		answer, err := c.once(ctx, request)
		if err != nil {
			return nil, err
		}
		reading := request.Method == "" || request.Method == http.MethodGet || request.Method == http.MethodHead
		if !reading || !bare || !redirects(answer) || ctx.Value(directMark{}) != nil {
			return answer, nil
		}
		// So little is read that the connection can be used again.
		_, _ = io.CopyN(io.Discard, answer.Body, 4<<10)
		_ = answer.Body.Close()
		if hop == 5 {
			return nil, fault.New(fault.Invalid, "%s sends us from one address to the next.", request.URL.Host)
		}
		if request, err = c.next(ctx, request, answer.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
}

func redirects(answer *http.Response) bool {
	switch answer.StatusCode {
	case 301, 302, 303, 307, 308:
		return answer.Header.Get("Location") != ""
	}
	return false
}

// next makes the request that a redirect asks for.
func (c *Client) next(ctx context.Context, from *http.Request, location string) (*http.Request, error) {
	to, err := from.URL.Parse(location)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s sends us to something that is no address.", from.URL.Host)
	}
	if from.URL.Scheme == "https" && to.Scheme != "https" {
		return nil, fault.New(fault.Denied, "%s sends us to an unencrypted address.", from.URL.Host)
	}
	request := from.Clone(ctx)
	request.URL, request.Host = to, ""
	if !sameOrigin(from.URL, to) {
		request.Header = http.Header{}
		for _, name := range []string{"Accept", "Accept-Encoding", "Accept-Language", "Range", "User-Agent"} {
			if values := from.Header.Values(name); len(values) > 0 {
				request.Header[name] = values
			}
		}
	}
	return request, c.sendable(ctx, request)
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// neverTwice takes from net/http what lets it repeat a request on its own:
// the way to read the body again, and the header field by which it recognizes
// a POST as repeatable. The field is kept, under a spelling that only the other
// side understands: names of fields do not distinguish case.
func neverTwice(request *http.Request) {
	request.GetBody = nil
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := request.Header[name]; ok {
			delete(request.Header, name)
			request.Header[strings.ToLower(name)] = values
		}
	}
}

// once sends a request over one connection, and tells how it went.
func (c *Client) once(ctx context.Context, request *http.Request) (*http.Response, error) {
	began := time.Now()
	answer, err := c.send(ctx, request)
	if c.options.Heard != nil {
		c.options.Heard(c.whose, result(answer, err), time.Since(began))
	}
	c.tell(ctx, answer)
	return answer, err
}

// result is one word for how a request went.
func result(answer *http.Response, err error) string {
	switch fault.KindOf(err) {
	case fault.Throttled:
		return "paced"
	case fault.Uncertain:
		return "unclear"
	}
	switch {
	case err != nil:
		return "unreached"
	case answer.StatusCode == http.StatusTooManyRequests:
		return "throttled"
	case answer.StatusCode >= 500:
		return "broken"
	case answer.StatusCode >= 400:
		return "refused"
	}
	return "ok"
}

func (c *Client) send(ctx context.Context, request *http.Request) (*http.Response, error) {
	host := request.URL.Host
	if !c.guard.exempt(host) {
		if err := c.paces.wait(ctx, host); err != nil {
			if request.Body != nil {
				_ = request.Body.Close() // as the transport would have done
			}
			return nil, err
		}
	}
	var a attempt
	answer, err := c.transport.RoundTrip(request.WithContext(a.trace(ctx)))
	if err == nil {
		return answer, nil
	}
	received := a.received()
	switch {
	case errors.Is(err, errWithin):
		return nil, fault.New(fault.Denied, "%s is outside, and nothing leaves here.", host).
			WithHint("In a rehearsal there are only the networks of the rehearsal.")
	case errors.Is(err, errGuard):
		return nil, fault.New(fault.Denied, "%s is not an address of the public internet.", host).
			WithHint("If it is yours, an operator can allow this host.")
	case !received:
		cause := quiet(err)
		if errors.Is(cause, errUnknown) {
			cause = errUnheard // such as a connection that was found closed
		}
		return nil, fault.Wrap(fault.Unavailable, cause, "%s cannot be reached.", host)
	case repeatable(ctx, request.Method):
		return nil, broken(fault.Unavailable, err, "%s does not answer.", host)
	}
	return nil, broken(fault.Uncertain, err, "%s did not answer, but may have heard us.", host)
}

// broken makes an error whose cause gives nothing away.
func broken(kind fault.Kind, cause error, text string, args ...any) error {
	return fault.Wrap(kind, quiet(cause), text, args...)
}

var (
	errUnknown = errors.New("the other side does not speak HTTP as it should")
	errUnheard = errors.New("the connection broke before anything was sent")
)

// quiet keeps causes that are known to speak of connections only. Others may
// quote what was sent or received: a malformed answer is quoted by net/http.
func quiet(err error) error {
	var (
		op          *net.OpError
		dns         *net.DNSError
		errno       syscall.Errno
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		verifyError *tls.CertificateVerificationError
	)
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, errSealed} {
		if errors.Is(err, known) {
			return known
		}
	}
	switch {
	case errors.As(err, &dns):
		return dns
	case errors.As(err, &op):
		return op
	case errors.As(err, &errno):
		return errno
	case errors.As(err, &verifyError), errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		return errors.New("the certificate is not valid for this host")
	case errors.As(err, &record):
		return errors.New("the other side does not speak TLS")
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return errors.New("too slow")
	}
	return errUnknown
}
