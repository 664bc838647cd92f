// Package push sends short messages to people's browsers, also when Kith is not
// open there: Web Push (RFC 8030), encrypted for the one browser (RFC 8291), in
// the name of this house (VAPID, RFC 8292). The push service in between belongs
// to the maker of the browser and reads nothing.
package push

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// Keys are those of this house: browsers subscribe to the public one.
type Keys struct {
	Public  string
	Private secret.Text
}

// NewKeys makes a pair of keys.
func NewKeys() (Keys, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return Keys{}, fault.Wrap(fault.Internal, err, "making keys for push")
	}
	return Keys{public, secret.Text(private)}, nil
}

// Browser is where a message goes, as the browser itself said.
type Browser struct {
	Endpoint string      `json:"endpoint"`
	P256DH   string      `json:"p256dh"`
	Auth     secret.Text `json:"-"`
}

// Check says whether this can be a browser: an https address, a point on the
// curve, and a secret of sixteen bytes.
func (b Browser) Check() error {
	wrong := fault.New(fault.Invalid, "This is no browser that messages can be sent to.").WithHint("Switch reminders off and on again on this device.")
	u, err := url.Parse(b.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(b.Endpoint) > 2048 {
		return wrong
	}
	point, err := decode(b.P256DH)
	if err != nil {
		return wrong
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return wrong
	}
	if auth, err := decode(b.Auth.Reveal()); err != nil || len(auth) != 16 {
		return wrong
	}
	return nil
}

func decode(s string) ([]byte, error) {
	s = strings.TrimRight(s, "=")
	if b, err := base64.RawURLEncoding.DecodeString(s); err == nil {
		return b, nil
	}
	return base64.RawStdEncoding.DecodeString(s)
}

// Message is what is shown.
type Message struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Href  string `json:"href"` // a path of this house
	Tag   string `json:"tag"`  // a later message of the same tag takes the place of the former
}

// Sender sends in the name of this house.
type Sender struct {
	Outside *outward.Client
	Keys    Keys
	Contact string // an address or a mail address at which the push service finds us
}

// lasts is how long a push service keeps a message for a browser that is away.
const lasts = 4 * time.Hour

// Send hands a message to a browser's push service. NotFound: the browser has
// unsubscribed, and is to be forgotten. A message may come twice: its tag makes
// one of the two.
func (s Sender) Send(ctx context.Context, to Browser, m Message) error {
	if err := to.Check(); err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing a message")
	}
	wire := &wire{ctx: outward.Repeatable(ctx), out: s.Outside}
	answer, err := webpush.SendNotificationWithContext(ctx, body, &webpush.Subscription{Endpoint: to.Endpoint,
		Keys: webpush.Keys{Auth: to.Auth.Reveal(), P256dh: to.P256DH}}, &webpush.Options{
		HTTPClient: wire, Subscriber: s.Contact, VAPIDPublicKey: s.Keys.Public, VAPIDPrivateKey: s.Keys.Private.Reveal(),
		TTL: int(lasts.Seconds()), Urgency: webpush.UrgencyHigh, RecordSize: 2048,
	})
	if wire.err != nil {
		return wire.err // with its kind
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The message could not be encrypted for this browser.")
	}
	_ = answer.Body.Close() // read already
	switch {
	case answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return fault.New(fault.NotFound, "This browser does not want messages any more.")
	case answer.StatusCode == http.StatusTooManyRequests:
		return fault.New(fault.Throttled, "The push service asks us to wait.").In(wire.after)
	case answer.StatusCode >= 500:
		return fault.New(fault.Unavailable, "The push service does not work at the moment.").In(wire.after)
	}
	return fault.New(fault.Denied, "The push service refuses this message.").WithHint("Switch reminders off and on again on that device.")
}

// wire lets the library speak through the one client of this house.
type wire struct {
	ctx   context.Context //nolint:containedctx // the library gives none with a request
	out   *outward.Client
	err   error
	after time.Duration
}

// Do sends a request.
func (w *wire) Do(request *http.Request) (*http.Response, error) {
	answer, err := w.out.Do(w.ctx, request)
	if err != nil {
		w.err = err
		return nil, err
	}
	w.after = answer.RetryAfter()
	return &http.Response{StatusCode: answer.Status, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(answer.Body))}, nil
}
