// Package graph is the grammar that Meta's networks share: calls with a token in
// the header, lists in pages, refusals by their codes, what is known of a token,
// and signed webhooks. It knows none of these networks: each driver says in its
// own [Voice] what a refusal means to the people who use it.
//
// Graph knows no key of ours, so a write whose answer was lost is Uncertain;
// what may happen twice without harm is marked so.
package graph

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// Client speaks to one host of Graph in one network's voice.
type Client struct {
	Out     *outward.Client
	Base    string      // https://graph.facebook.com, without a slash at the end
	Version string      // v25.0; "" for hosts that have none
	App     network.App // of the options; the app of a connection comes before it
	Voice   Voice
	// Unproven hosts take no proof that a token is used by its app.
	Unproven bool
}

// Ask is one call.
type Ask struct {
	Method string // GET when empty
	Path   string // without the version: "123/feed"
	Query  url.Values
	Form   url.Values
	JSON   any // instead of a form
	File   *File
	App    network.App // in whose name; the zero App is that of the client
	// Harmless: happening twice is as good as once, so a lost answer is no doubt.
	Harmless bool
}

// AppOf gives our app at Meta: the one of a connection, else that of the client;
// the zero App where there is none, or half of one.
func (c *Client) AppOf(of network.App) network.App {
	if !of.Known() {
		of = c.App
	}
	if of.ID == "" || of.Secret == "" {
		return network.App{}
	}
	return of
}

// Send makes a call with a token, reads its answer into out and gives its moment.
func (c *Client) Send(ctx context.Context, token string, a Ask, out any) (time.Time, error) {
	proof := ""
	if !c.Unproven {
		proof = Proof(token, c.AppOf(a.App))
	}
	address := c.Base + "/"
	if c.Version != "" {
		address += c.Version + "/"
	}
	request, err := a.request(ctx, address+a.Path, proof)
	if err != nil {
		return time.Time{}, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if a.Harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := c.exchange(ctx, a, request)
	if err != nil {
		return time.Time{}, err
	}
	return response.At, c.Read(a, response, out)
}

// exchange sends a request and reads what is answered. What may be large takes the time
// that the line needs.
func (c *Client) exchange(ctx context.Context, a Ask, request *http.Request) (*outward.Response, error) {
	if a.File == nil || a.File.Open == nil {
		return c.Out.Do(ctx, request)
	}
	answer, err := c.Out.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // read or given up
	data, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	return &outward.Response{Status: answer.Status, Header: answer.Header, Body: data, At: answer.At}, nil
}

// Read reads an answer into out, or gives the refusal its kind.
func (c *Client) Read(a Ask, response *outward.Response, out any) error {
	var said struct {
		Error *Refusal `json:"error"`
	}
	readable := json.Unmarshal(response.Body, &said) == nil
	if response.Status != http.StatusOK || said.Error != nil {
		if said.Error == nil {
			said.Error = &Refusal{}
		}
		said.Error.Status = response.Status
		return c.Voice.failed(a, response, said.Error)
	}
	if out != nil && (!readable || json.Unmarshal(response.Body, out) != nil) {
		return c.Misunderstood(a)
	}
	return nil
}

// Misunderstood is the error for an answer that is none.
func (c *Client) Misunderstood(a Ask) error { return c.Voice.misunderstood(a) }

// Proof shows that a token is used by its app. It is worth nothing without it.
func Proof(token string, app network.App) string {
	if app.Secret == "" {
		return ""
	}
	m := hmac.New(sha256.New, []byte(app.Secret.Reveal()))
	m.Write([]byte(token))
	return hex.EncodeToString(m.Sum(nil))
}

// doubt is the kind of a failure after which the write may have happened.
func (a Ask) doubt() fault.Kind {
	if a.Harmless || a.Method == "" || a.Method == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

func (v Voice) misunderstood(a Ask) error {
	return fault.Wrap(a.doubt(), errors.New("the answer is not what it should be"), "%s answered something we do not understand.", v.Network)
}
