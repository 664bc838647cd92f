package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// ask is one call.
type ask struct {
	method string // GET when empty
	path   string
	query  url.Values
	body   any    // JSON
	data   []byte // or bytes of a type
	mime   string
	key    string // Idempotency-Key
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
}

// keys is what is kept, sealed, of an account.
type keys struct {
	Token string `json:"token"`
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Token == "" {
		return k, fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

// answered is what came back besides the body.
type answered struct {
	status int
	at     time.Time // by the server's clock, where it says
}

// refusal is how a server says no.
type refusal struct{ status int }

func (r *refusal) Error() string { return "status " + strconv.Itoa(r.status) }

// call makes a call in the name of the account and reads the answer into out.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (answered, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return answered{}, err
	}
	return d.send(ctx, conn.Base, k.Token, a, out)
}

func (d *Driver) send(ctx context.Context, base, token string, a ask, out any) (answered, error) {
	request, err := a.request(ctx, base)
	if err != nil {
		return answered{}, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return answered{}, err
	}
	got := answered{status: response.Status, at: response.At}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		got.at = date
	}
	if response.Status < 200 || response.Status > 299 {
		return got, a.failed(response, got.at)
	}
	if out != nil {
		if err := json.Unmarshal(response.Body, out); err != nil {
			return got, a.unclear()
		}
	}
	return got, nil
}

func (a ask) request(ctx context.Context, base string) (*http.Request, error) {
	address := base + a.path
	if len(a.query) > 0 {
		address += "?" + a.query.Encode()
	}
	method, body, mime := a.method, io.Reader(nil), a.mime
	if method == "" {
		method = http.MethodGet
	}
	switch {
	case a.data != nil:
		body = bytes.NewReader(a.data)
	case a.body != nil:
		data, err := json.Marshal(a.body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to Mastodon")
		}
		body, mime = bytes.NewReader(data), "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The address of the server is not valid.").On("server")
	}
	if mime != "" {
		request.Header.Set("Content-Type", mime)
	}
	if a.key != "" {
		request.Header.Set("Idempotency-Key", a.key)
	}
	return request, nil
}

// doubt is the kind of a failure after which the write may have happened.
func (a ask) doubt() fault.Kind {
	if a.harmless || a.method == "" || a.method == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

// unclear is an answer that is none.
func (a ask) unclear() error {
	return fault.Wrap(a.doubt(), errors.New("the answer is not what it should be"), "The server answered something we do not understand.")
}

// failed gives a refusal its kind; nothing of its words goes into the error.
func (a ask) failed(response *outward.Response, now time.Time) error {
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(response.Body, &said) // a page for people says nothing to us
	cause := &refusal{response.Status}
	switch status := response.Status; {
	case status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, cause, "The server asks us to slow down.").In(pause(response, now))
	case strings.Contains(said.Error, "not finished processing"):
		return fault.Wrap(fault.Unavailable, cause, "The server is still working on the file.").In(10 * time.Second)
	case status >= 500:
		e := fault.Wrap(a.doubt(), cause, "The server is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case status == http.StatusUnauthorized:
		return fault.Wrap(fault.Denied, cause, "The server does not accept our key any more.").WithHint("Make a new access token on the server and connect the account again.")
	case status == http.StatusForbidden && strings.Contains(said.Error, "scope"):
		return fault.Wrap(fault.Denied, cause, "Our key may not do this.").WithHint("Make an access token with the scopes read, write and follow and connect the account again.")
	case status == http.StatusForbidden:
		return fault.Wrap(fault.Denied, cause, "The server does not allow this.").WithHint("Look into the account on the server itself: it may be limited, or the person may have blocked it.")
	case status == http.StatusNotFound, status == http.StatusGone:
		return fault.Wrap(fault.NotFound, cause, "The server does not have it any more.")
	case status == http.StatusRequestEntityTooLarge, strings.Contains(said.Error, "file size"):
		return fault.Wrap(fault.Invalid, cause, "The server finds the file too big.").WithHint("Make it smaller.").On("media")
	case strings.Contains(said.Error, "limit of"), strings.Contains(said.Error, "too long"):
		return fault.Wrap(fault.Invalid, cause, "The server finds the text too long.").WithHint("Shorten it, and check the account so that Kith learns the server's limits.").On("text")
	}
	return fault.Wrap(fault.Invalid, cause, "The server refuses this.").WithHint("Change it, or try on the server itself.")
}

// pause reads how long the server wants us to wait.
func pause(response *outward.Response, now time.Time) time.Duration {
	if after := response.RetryAfter(); after > 0 {
		return after
	}
	reset := moment(response.Header.Get("X-RateLimit-Reset"))
	if reset.IsZero() {
		return 0
	}
	return min(max(reset.Sub(now), time.Second), 25*time.Hour)
}

var idSign = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`) //nolint:gochecknoglobals // compiled once

// at makes the path of a thing, whose id may come from anywhere.
func at(kind, id, verb string) (string, error) {
	if !idSign.MatchString(id) {
		return "", fault.New(fault.NotFound, "The server does not have it.")
	}
	path := "/api/v1/" + kind + "/" + id
	if verb != "" {
		path += "/" + verb
	}
	return path, nil
}
