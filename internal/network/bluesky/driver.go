// Package bluesky is the driver of Bluesky and of every server that speaks the
// AT Protocol: XRPC, by the account's own consent (OAuth with DPoP) or with an app
// password.
//
// Record keys are chosen by us, from the key of the part: the same part always
// becomes the same record, so a repeated write changes nothing and Find knows
// beyond doubt. A record that is there already but differs is never overwritten.
// Files come before the record, a video by the network's video service, which
// works on it and brings it into the repository.
//
// Sessions of an app password are short-lived; the driver renews them and keeps them
// in memory, Check hands the newest keys back for keeping. Losing them costs one
// sign-in. The token that renews a consent is good once, and losing what it was
// changed for costs the consent: those keys are renewed through Conn.Renew alone.
package bluesky

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

//go:embed facts.json
var factsJSON []byte

// Options say where accounts are looked up; each zero value has a default.
type Options struct {
	Server    string // signs in who names no server: https://bsky.social
	Directory string // answers did:plc documents: https://plc.directory
	Video     string // works on videos: https://video.bsky.app
	Base      string // one address in the place of all these, for tests
	Now       func() time.Time
	Delay     time.Duration // how long an accepted post may stay invisible; 0: as facts.json says
	// Mechanics is what whoever runs this house says in the place of facts.json.
	Mechanics json.RawMessage
}

// Driver speaks to Bluesky.
type Driver struct {
	out      *outward.Client
	options  Options
	profile  network.Profile
	mu       sync.Mutex
	sessions map[string]*session
	nonces   nonces
	clocks   clocks
}

var (
	_ network.Connector   = (*Driver)(nil)
	_ network.Checker     = (*Driver)(nil)
	_ network.Stepper     = (*Driver)(nil)
	_ network.Finder      = (*Driver)(nil)
	_ network.StepReplier = (*Driver)(nil)
	_ network.Replier     = (*Driver)(nil)
	_ network.Deleter     = (*Driver)(nil)
	_ network.Pinner      = (*Driver)(nil)
	_ network.Closer      = (*Driver)(nil)
	_ network.Liker       = (*Driver)(nil)
	_ network.Reposter    = (*Driver)(nil)
	_ network.Hider       = (*Driver)(nil)
	_ network.Banner      = (*Driver)(nil)
	_ network.Muter       = (*Driver)(nil)
	_ network.Reader      = (*Driver)(nil)
	_ network.Decoder     = (*Driver)(nil)
	_ network.Measurer    = (*Driver)(nil)
	_ network.Insighter   = (*Driver)(nil)

	_ network.Authorizer   = (*Driver)(nil)
	_ network.Discoverable = (*Driver)(nil)
	_ network.Revoker      = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	o.Server = cmp.Or(o.Server, o.Base, "https://bsky.social")
	o.Directory = cmp.Or(o.Directory, o.Base, "https://plc.directory")
	o.Video = cmp.Or(o.Video, o.Base, "https://video.bsky.app")
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{out: out, options: o, profile: network.Facts(factsJSON, o.Mechanics), sessions: map[string]*session{}}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "handle", Label: "Handle", Help: "As it stands on your profile, like name.bsky.social.", Kind: "text", Required: true, Before: true},
		{Name: "password", Label: "App password", Help: "Made in Bluesky under Settings → Privacy and security → App passwords. Tick “allow access to direct messages” to answer those too.", Kind: "password", Secret: true, Required: true},
		{Name: "server", Label: "Server", Help: "Only if your account lives on a server of its own.", Kind: "url", Before: true},
	}
	return d
}

// Name is "bluesky".
func (*Driver) Name() network.Name { return "bluesky" }

// Profile says what Bluesky takes.
func (d *Driver) Profile() network.Profile { return d.profile }

// limits are those of the account, else the network's.
func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

func (d *Driver) now() time.Time { return d.options.Now().UTC() }

// stamp writes a time as the AT Protocol wants it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// moment reads a time; what is none is the zero time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return time.Time{}
	}
	return t.UTC()
}
