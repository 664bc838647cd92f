// Package rest is what drivers of plain JSON interfaces share on the wire: a call
// with a token in its header, a body of JSON, of a form or of a file that is read
// as it is sent, and an answer of JSON. It knows no network: each driver says
// itself what a refusal means to the people who use it.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// Ask is one call.
type Ask struct {
	Method string // GET when empty
	Path   string
	Query  url.Values
	Body   any        // JSON
	Form   url.Values // or a form
	Stream *Stream    // or bytes, sent as they are read
	Basic  [2]string  // name and word instead of a token
	Header map[string]string
	// Harmless: happening twice is as good as once, so a lost answer is no doubt.
	Harmless bool
}

// Stream is a body of a known length, read while it is sent.
type Stream struct {
	Body  io.Reader
	Bytes int64
	Type  string
}

// Doubt is the kind of a failure after which the write may have happened.
func (a Ask) Doubt() fault.Kind {
	if a.Harmless || a.Method == "" || a.Method == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

// Server is who is asked, in one network's words.
type Server struct {
	Out  *outward.Client
	Base string // without a slash at the end
	// Failed gives a refusal its kind; now is the server's own time where it tells.
	Failed func(a Ask, response *outward.Response, now time.Time) error
	// Strange is the error for an answer that is none.
	Strange func(a Ask) error
	// Sign puts on a request what shows who asks, in the place of a token; nil: nothing.
	Sign func(*http.Request) error
	// Heard is told of every answer from an address, whatever its status; it may be nil.
	Heard func(at *url.URL, header http.Header)
}

// ErrStrange is why an answer is none.
var ErrStrange = errors.New("the answer is not what it should be")

// Answered is what came back besides the body.
type Answered struct {
	Status int
	At     time.Time // by the server's clock, where it says, in whole seconds
	Heard  time.Time // by ours
}

// Send makes a call, with a token unless it is "", and reads the answer into out.
func (s Server) Send(ctx context.Context, token string, a Ask, out any) (Answered, error) {
	request, err := a.request(ctx, s.Base)
	if err != nil {
		return Answered{}, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if s.Sign != nil {
		if err := s.Sign(request); err != nil {
			return Answered{}, err
		}
	}
	if a.Harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := s.carry(ctx, a, request)
	if err != nil {
		return Answered{}, err
	}
	if s.Heard != nil {
		s.Heard(request.URL, response.Header)
	}
	got := Answered{Status: response.Status, At: response.At, Heard: response.At}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		got.At = date
	}
	if response.Status < 200 || response.Status > 299 {
		return got, s.Failed(a, response, got.At)
	}
	if out != nil && json.Unmarshal(response.Body, out) != nil {
		return got, s.Strange(a)
	}
	return got, nil
}

// carry sends a request; what is long is given all the time that it takes.
func (s Server) carry(ctx context.Context, a Ask, request *http.Request) (*outward.Response, error) {
	if a.Stream == nil {
		return s.Out.Do(ctx, request)
	}
	answer, err := s.Out.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // read or given up; nothing is left to learn
	const most = 1 << 20
	body, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return nil, err
	}
	return &outward.Response{Status: answer.Status, Header: answer.Header, Body: body, At: answer.At}, nil
}

func (a Ask) request(ctx context.Context, base string) (*http.Request, error) {
	address := base + a.Path
	if len(a.Query) > 0 {
		address += "?" + a.Query.Encode()
	}
	method, body, mime := a.Method, io.Reader(nil), ""
	if method == "" {
		method = http.MethodGet
	}
	switch {
	case a.Stream != nil:
		body, mime = a.Stream.Body, a.Stream.Type
	case a.Form != nil:
		body, mime = strings.NewReader(a.Form.Encode()), "application/x-www-form-urlencoded"
	case a.Body != nil:
		data, err := json.Marshal(a.Body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call")
		}
		body, mime = bytes.NewReader(data), "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The address of the server is not valid.").On("server")
	}
	if a.Stream != nil {
		request.ContentLength = a.Stream.Bytes
	}
	if mime != "" {
		request.Header.Set("Content-Type", mime)
	}
	for name, value := range a.Header {
		request.Header.Set(name, value)
	}
	if a.Basic[0] != "" {
		request.SetBasicAuth(a.Basic[0], a.Basic[1])
	}
	return request, nil
}
