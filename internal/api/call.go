package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/team"
)

// call is one request, as the guards know it.
type call struct {
	id      string
	from    string // address of the caller
	lang    string // what answers are said in
	actor   access.Actor
	caller  team.Caller
	header  http.Header // of the answer
	request team.Request
	body    hash.Hash // of all that has been read of the body
}

type callKey struct{}

// callOf gives the request that a context belongs to.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{header: http.Header{}, lang: "en"}
}

// repeated gives the write as its sender named it; ok is false when they did not.
func (c *call) repeated() (r team.Request, ok bool) {
	if c.request.Key == "" || c.actor.User == "" {
		return r, false
	}
	r = c.request
	sum := c.body.Sum(nil)
	r.Digest += " " + hex.EncodeToString(sum)
	return r, true
}

// digest knows texts again.
func digest(all ...string) string {
	h := sha256.New()
	for _, text := range all {
		one := sha256.Sum256([]byte(text))
		_, _ = h.Write(one[:]) // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashing reads a body and digests it on the way.
type hashing struct {
	io.ReadCloser
	into hash.Hash
}

func (h hashing) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	_, _ = h.into.Write(p[:n]) // a hash never fails
	return n, err
}

// digested lets a request with an Idempotency-Key know itself again.
func (c *call) digested(r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return
	}
	c.body = sha256.New()
	c.request = team.Request{Key: key, Digest: r.Method + " " + r.URL.RequestURI()}
	r.Body = hashing{r.Body, c.body}
}
