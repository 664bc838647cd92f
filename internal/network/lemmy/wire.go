package lemmy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
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
	path   string // below /api/v3, or an address of the server where it begins with /pictrs
	query  url.Values
	body   any    // JSON
	data   []byte // or bytes of a type
	mime   string
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
	clock    *time.Time // is set to the server's own time, where it says
}

func (a ask) reads() bool { return a.method == "" || a.method == http.MethodGet }

// keys is what is kept, sealed, of an account.
type keys struct {
	Token string `json:"jwt"`
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Token == "" {
		return k, fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

// refusal is how a server says no.
type refusal struct {
	status int
	name   string // Lemmy's own word for it, where it gave one that we know
}

func (r *refusal) Error() string {
	return strings.TrimSpace("status " + strconv.Itoa(r.status) + " " + r.name)
}

func refused(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.name
	}
	return ""
}

// call makes a call in the name of the account and reads the answer into out.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) error {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return err
	}
	return d.send(ctx, conn.Base, k.Token, a, out)
}

func (d *Driver) send(ctx context.Context, base, token string, a ask, out any) error {
	request, err := a.request(ctx, base)
	if err != nil {
		return err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return err
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil && a.clock != nil {
		*a.clock = date
	}
	if response.Status < 200 || response.Status > 299 {
		return a.failed(response)
	}
	if out != nil && json.Unmarshal(response.Body, out) != nil {
		return a.unclear()
	}
	return nil
}

func (a ask) request(ctx context.Context, base string) (*http.Request, error) {
	address := base + a.path
	if !strings.HasPrefix(a.path, "/pictrs/") {
		address = base + "/api/v3" + a.path
	}
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
			return nil, fault.Wrap(fault.Internal, err, "writing a call to Lemmy")
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
	return request, nil
}

// doubt is the kind of a failure after which the write may have happened.
func (a ask) doubt() fault.Kind {
	if a.harmless || a.reads() {
		return fault.Unavailable
	}
	return fault.Uncertain
}

// unclear is an answer that is none.
func (a ask) unclear() error {
	return fault.Wrap(a.doubt(), errors.New("the answer is not what it should be"), "The server answered something we do not understand.")
}

// failed gives a refusal its kind; nothing of its words goes into the error.
func (a ask) failed(response *outward.Response) error {
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(response.Body, &said) // a page for people says nothing to us
	cause := &refusal{status: response.Status}
	status := response.Status
	if said.Error == "rate_limit_error" || status == http.StatusTooManyRequests {
		return fault.Wrap(fault.Throttled, cause, "The server asks us to slow down.").In(response.RetryAfter())
	}
	if v, known := verdicts()[said.Error]; known {
		cause.name = said.Error
		return fault.Wrap(v.kind, cause, "%s", v.text).WithHint("%s", v.hint).On(v.field)
	}
	switch {
	case status >= 500:
		return a.trouble(cause, response.RetryAfter())
	case status == http.StatusUnauthorized:
		return fault.Wrap(fault.Denied, cause, "The server does not accept our key any more.").WithHint("Connect the account again.")
	case status == http.StatusForbidden:
		return fault.Wrap(fault.Denied, cause, "The server does not allow this.").WithHint("Look into the account on the server itself.")
	case status == http.StatusNotFound, status == http.StatusGone:
		return fault.Wrap(fault.NotFound, cause, "The server does not have it any more.")
	case status == http.StatusRequestEntityTooLarge:
		return fault.Wrap(fault.Invalid, cause, "The server finds the file too big.").WithHint("Make it smaller.").On("media")
	case said.Error != "":
		// A word that we do not know may be of what comes after the post is there:
		// our own vote for it, the telling of other servers.
		return a.trouble(cause, 0)
	}
	return fault.Wrap(fault.Invalid, cause, "The server refuses this.").WithHint("Change it, or try on the server itself.")
}

func (a ask) trouble(cause error, after time.Duration) error {
	e := fault.Wrap(a.doubt(), cause, "The server is out of order.")
	if e.Kind == fault.Unavailable {
		e = e.In(after)
	}
	return e
}
