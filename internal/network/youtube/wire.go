package youtube

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
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/text"
)

// ask is one call to one of Google's APIs.
type ask struct {
	method string // GET when empty
	path   string // "/youtube/v3/videos"
	host   string // "" is the Data API's
	query  url.Values
	body   any    // JSON
	raw    []byte // in its place, of the type that header says
	header http.Header
	kind   string // what the answer calls itself; "": it has no body
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
}

// call makes a call in the name of a channel and reads its answer into out.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (*outward.Response, error) {
	k, err := d.current(ctx, conn, "")
	if err != nil {
		return nil, err
	}
	response, err := d.send(ctx, k.Access, a, out)
	if response != nil {
		conn.Meter.Take(network.Calls, d.cost(a))
	}
	if response == nil || response.Status != http.StatusUnauthorized || k.Refresh == "" {
		return response, err
	}
	// A refused key did nothing: once more with a new one.
	if k, err = d.current(ctx, conn, k.Access); err != nil {
		return nil, err
	}
	if response, err = d.send(ctx, k.Access, a, out); response != nil {
		conn.Meter.Take(network.Calls, d.cost(a))
	}
	return response, err
}

// cost is how many units of the project's quota a call takes, also one that is refused;
// the Analytics API has a quota of its own.
func (d *Driver) cost(a ask) int {
	_, resource, data := strings.Cut(a.path, "/youtube/v3")
	if !data || a.host != "" {
		return 0
	}
	return d.profile.Costs(a.verb()+" "+resource, a.verb())
}

// send makes a call with a key. The answer is nil when there was none.
func (d *Driver) send(ctx context.Context, access string, a ask, out any) (*outward.Response, error) {
	request, err := d.request(ctx, a)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+access)
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return nil, err
	}
	if response.Status < 200 || response.Status > 299 {
		return response, d.failed(a, response)
	}
	if a.kind == "" {
		return response, nil
	}
	var said struct {
		Kind string `json:"kind"`
	}
	// What does not call itself what was asked for proves nothing.
	if json.Unmarshal(response.Body, &said) != nil || said.Kind != a.kind || out != nil && json.Unmarshal(response.Body, out) != nil {
		return response, a.misunderstood()
	}
	return response, nil
}

func (d *Driver) request(ctx context.Context, a ask) (*http.Request, error) {
	address := d.api + a.path
	if a.host != "" {
		address = a.host + a.path
	}
	if len(a.query) > 0 {
		address += "?" + a.query.Encode()
	}
	body := io.Reader(nil)
	if a.body != nil {
		data, err := json.Marshal(a.body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to YouTube")
		}
		body = bytes.NewReader(data)
	}
	if a.raw != nil {
		body = bytes.NewReader(a.raw)
	}
	request, err := http.NewRequestWithContext(ctx, a.verb(), address, body)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to YouTube")
	}
	for name, values := range a.header {
		request.Header[name] = values
	}
	if a.body != nil {
		request.Header.Set("Content-Type", "application/json; charset=UTF-8")
	}
	return request, nil
}

func (a ask) verb() string {
	if a.method == "" {
		return http.MethodGet
	}
	return a.method
}

// doubt is the kind of a failure after which the write may have happened.
func (a ask) doubt() fault.Kind {
	if a.harmless || a.verb() == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

func (a ask) misunderstood() error {
	return fault.Wrap(a.doubt(), errors.New("the answer is not what it should be"), "YouTube answered something we do not understand.")
}

// list is a page of anything.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"nextPageToken"`
}

// walk reads a list page by page until take has enough, there is no more, or a
// number of pages was read. whole says that nothing is left that take had wanted.
func walk[T any](ctx context.Context, d *Driver, conn network.Conn, a ask, pages int, take func([]T) (enough bool)) (whole bool, err error) {
	query := url.Values{}
	for name, values := range a.query {
		query[name] = values
	}
	for range pages {
		a.query = query
		var got list[T]
		if _, err := d.call(ctx, conn, a, &got); err != nil {
			return false, err
		}
		if take(got.Items) || got.Next == "" {
			return true, nil
		}
		query.Set("pageToken", got.Next)
	}
	return false, nil
}

// clip makes a text from outside safe and at most n bytes long.
func clip(s string, n int) string {
	s = text.Clean(s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// pause is how long an answer asks to wait, a day at most.
func pause(response *outward.Response) time.Duration {
	return min(response.RetryAfter(), 24*time.Hour)
}

// printable says that a text is one word of plain signs: a key, an id.
func printable(s string, most int) bool {
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
