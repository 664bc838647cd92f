// Package mastodon is the driver of Mastodon and of the servers that speak its
// API: GoToSocial, Pleroma, Akkoma and others.
//
// Idempotency-Key is sent and never trusted: some servers ignore it, and it is
// forgotten after an hour. An unclear post is looked for among the account's
// own, and compared as the server would have shown it; one with files is known by
// them, beyond doubt.
package mastodon

import (
	_ "embed"
	"encoding/json"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

//go:embed facts.json
var factsJSON []byte

// Options have defaults for their zero values.
type Options struct {
	Now   func() time.Time
	Delay time.Duration // how long an accepted post may stay invisible; 0: as facts.json says
	// Mechanics is what whoever runs this house says in the place of facts.json.
	Mechanics json.RawMessage
}

// Driver speaks to Mastodon.
type Driver struct {
	out     *outward.Client
	options Options
	profile network.Profile
	mu      sync.Mutex
	roots   map[string]root // of threads, by server and status: asked for once
}

var (
	_ network.Revoker     = (*Driver)(nil)
	_ network.Authorizer  = (*Driver)(nil)
	_ network.Connector   = (*Driver)(nil)
	_ network.Checker     = (*Driver)(nil)
	_ network.Stepper     = (*Driver)(nil)
	_ network.Finder      = (*Driver)(nil)
	_ network.StepReplier = (*Driver)(nil)
	_ network.Replier     = (*Driver)(nil)
	_ network.Editor      = (*Driver)(nil)
	_ network.Pinner      = (*Driver)(nil)
	_ network.Deleter     = (*Driver)(nil)
	_ network.Liker       = (*Driver)(nil)
	_ network.Reposter    = (*Driver)(nil)
	_ network.Banner      = (*Driver)(nil)
	_ network.Muter       = (*Driver)(nil)
	_ network.Reader      = (*Driver)(nil)
	_ network.Decoder     = (*Driver)(nil)
	_ network.Sharer      = (*Driver)(nil)
	_ network.Measurer    = (*Driver)(nil)
	_ network.Insighter   = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{out: out, options: o, profile: network.Facts(factsJSON, o.Mechanics), roots: map[string]root{}}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "server", Label: "Server", Help: "Where your account lives, like mastodon.social.", Kind: "url", Required: true, Before: true},
		{Name: "token", Label: "Access token", Help: "Made on your server under Preferences → Development → New application, with the scopes read, write and follow.", Kind: "password", Secret: true, Required: true},
	}
	return d
}

// Name is "mastodon".
func (*Driver) Name() network.Name { return "mastodon" }

// Profile says what a server takes that says nothing else.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

func (d *Driver) now() time.Time { return d.options.Now().UTC() }

// moment reads a time; what is none is the zero time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return time.Time{}
	}
	return t.UTC()
}
