package networktest

import (
	"io"
	"net/http"
	"sync"
)

// Request is one request as the network got it.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                []byte
	// The network is done with it, whether or not its answer arrived.
	Over bool
}

// Front stands before the network: it remembers the requests and can answer in
// the network's place.
type Front struct {
	mu       sync.Mutex
	requests []*Request
	instead  func(w http.ResponseWriter, r *http.Request) bool
	next     http.Handler
}

func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// It is there before it is answered: whoever has the answer finds it.
	request := &Request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header, nil, false}
	f.mu.Lock()
	f.requests = append(f.requests, request)
	instead := f.instead
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		request.Over = true
	}()
	if r.Body != nil {
		r.Body = &remembered{r.Body, f, request}
	}
	if instead != nil && instead(w, r) {
		return
	}
	f.next.ServeHTTP(w, r)
}

// remembered is a body that is remembered as far as the network reads it.
type remembered struct {
	io.ReadCloser
	front   *Front
	request *Request
}

func (h *remembered) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.front.mu.Lock()
	defer h.front.mu.Unlock()
	h.request.Body = append(h.request.Body, p[:n]...)
	return n, err
}

// Next is the network behind.
func (f *Front) Next() http.Handler { return f.next }

// Requests are those that came so far, each with what was read of its body.
func (f *Front) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]Request, len(f.requests))
	for i, r := range f.requests {
		all[i] = *r
	}
	return all
}

// Instead lets a function answer; where it gives false the network does. Nil
// takes it away.
func (f *Front) Instead(answer func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instead = answer
}
