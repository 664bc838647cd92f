package pinterest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// keys is what is kept, sealed, of an account.
type keys struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Renew   time.Time `json:"renew,omitzero"` // the refresh token ends
	Scopes  string    `json:"scopes,omitempty"`
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and times alone
	}
	return secret.Text(data)
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Access == "" {
		return k, fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

// missing are the scopes that were not given; none where that is not known.
func (k keys) missing() []string {
	if k.Scopes == "" {
		return nil
	}
	given := k.given()
	return slices.DeleteFunc(strings.Split(scopes, ","), func(s string) bool { return slices.Contains(given, s) })
}

// granted is what an account lets us do with these keys.
func (k keys) granted() network.Granted { return network.Granted{Rights: k.given()} }

// given are the scopes that were given; none where that is not known.
func (k keys) given() []string {
	return strings.FieldsFunc(k.Scopes, func(r rune) bool { return r == ',' || r == ' ' })
}

// lacking names the scopes that were not given.
func lacking(missing []string) string {
	return "Connected, but these scopes are missing: " + strings.Join(missing, ", ") + "."
}

// ends is when a person must connect again; zero: not for long, or nobody knows. A
// key that is renewed ends with the one that renews it.
func (k keys) ends(renews bool) time.Time {
	switch {
	case k.Refresh == "" || !renews:
		return k.Until
	case k.Renew.IsZero() || k.Renew.After(k.Until):
		return k.Renew
	}
	return k.Until
}

// ask is one call.
type ask struct {
	method string // GET when empty
	path   string
	query  url.Values
	body   any       // JSON
	stream io.Reader // or JSON as it comes, of a length
	length int64
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
	// explain says what a no means for this call where that differs; nil: as usual.
	explain func(status, code int, message string) error
}

func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (time.Time, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return time.Time{}, err
	}
	conn.Meter.Take(network.Calls, 1)
	return d.send(ctx, k.Access, a, out)
}

func (d *Driver) send(ctx context.Context, token string, a ask, out any) (time.Time, error) {
	address := d.api + "/v5" + a.path
	if len(a.query) > 0 {
		address += "?" + a.query.Encode()
	}
	body := a.stream
	if a.body != nil {
		data, err := json.Marshal(a.body)
		if err != nil {
			return time.Time{}, fault.Wrap(fault.Internal, err, "writing a call to Pinterest")
		}
		body, a.length = bytes.NewReader(data), int64(len(data))
	}
	method := a.method
	if method == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return time.Time{}, fault.Wrap(fault.Internal, err, "making a call to Pinterest")
	}
	if body != nil {
		request.ContentLength = a.length
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	answer, err := d.out.Do(ctx, request)
	if err != nil {
		return time.Time{}, err
	}
	at := answer.At
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		at = date
	}
	if answer.Status == http.StatusForbidden || answer.Status == http.StatusUnauthorized {
		d.writes.forget(token)
	}
	if answer.Status >= 300 {
		return at, a.refusal(answer, method)
	}
	if out == nil {
		return at, nil
	}
	if !strings.HasPrefix(strings.TrimSpace(string(answer.Body)), "{") || json.Unmarshal(answer.Body, out) != nil {
		return at, a.misunderstood()
	}
	return at, nil
}

// misunderstood is for an answer that says yes in a way we do not understand.
func (a ask) misunderstood() error {
	kind := fault.Uncertain
	if a.harmless || a.method == "" || a.method == http.MethodGet {
		kind = fault.Unavailable
	}
	return fault.New(kind, "Pinterest answered something we do not understand.")
}

// said is what Pinterest says of a no.
type said struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// heard reads a no; what is of another type stays empty.
func heard(body []byte) (s said) {
	_ = json.Unmarshal(body, &s) // then nothing was said
	return s
}

func (a ask) refusal(r *outward.Response, method string) error {
	if a.explain != nil {
		s := heard(r.Body)
		if err := a.explain(r.Status, s.Code, s.Message); err != nil {
			return err
		}
	}
	return refusal(r, a.harmless || method == http.MethodGet)
}

// refusal says what Pinterest's no means.
func refusal(r *outward.Response, harmless bool) error {
	said := heard(r.Body)
	switch {
	case r.Status == http.StatusTooManyRequests:
		after := r.RetryAfter()
		if n, err := strconv.Atoi(r.Header.Get("X-RateLimit-Reset")); after == 0 && err == nil && n > 0 && n < 1<<20 {
			after = time.Duration(n) * time.Second
		}
		return fault.New(fault.Throttled, "Pinterest asks us to slow down.").In(after)
	case r.Status == http.StatusUnauthorized:
		return fault.New(fault.Denied, "Pinterest does not accept the key any more.").WithHint("Connect the account again.")
	case r.Status == http.StatusForbidden && said.Code == 29:
		return fault.New(fault.Throttled, "Pinterest takes us for a spammer for a while.").WithHint("Wait, and publish more slowly.").In(time.Hour)
	case r.Status == http.StatusForbidden:
		return fault.New(fault.Denied, "Pinterest does not allow this with our rights.").WithHint("Connect the account again and allow everything that Pinterest asks for: boards, pins and the account.")
	case r.Status == http.StatusNotFound:
		return fault.New(fault.NotFound, "Pinterest does not know this (any more).")
	case r.Status == http.StatusRequestTimeout || r.Status >= 500:
		kind := fault.Uncertain
		if harmless {
			kind = fault.Unavailable
		}
		return fault.New(kind, "Pinterest does not work at the moment.").In(r.RetryAfter())
	case said.Code == 2786:
		return fault.New(fault.Unavailable, "Pinterest is still working on the video.").In(15 * time.Second)
	}
	return fault.New(fault.Invalid, "Pinterest refuses this: %s", clip(said.Message, 200)).WithHint("Change it and try again.")
}

// clip keeps at most so many bytes of a text, whole signs of them that can be stored.
func clip(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
