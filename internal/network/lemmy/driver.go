// Package lemmy is the driver of Lemmy: version 3 of its HTTP API, as servers of
// the line 0.19 speak it.
//
// A post lives in a community, which is chosen for each post. Lemmy keeps no key
// of ours, so an unclear post is looked for among the account's own and compared
// as the server would have shown it: it takes what counts clicks out of links.
//
// The password signs in once and is not kept; what is kept is the session that
// the server gave, which lasts until somebody ends it.
package lemmy

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

// Driver speaks to Lemmy.
type Driver struct {
	out     *outward.Client
	options Options
	profile network.Profile
	mu      sync.Mutex
	tongues map[string]map[string]int64 // by server: languages and their numbers there, asked for once
}

var (
	_ network.Connector = (*Driver)(nil)
	_ network.Checker   = (*Driver)(nil)
	_ network.Publisher = (*Driver)(nil)
	_ network.Finder    = (*Driver)(nil)
	_ network.Replier   = (*Driver)(nil)
	_ network.Editor    = (*Driver)(nil)
	_ network.Deleter   = (*Driver)(nil)
	_ network.Liker     = (*Driver)(nil)
	_ network.Hider     = (*Driver)(nil)
	_ network.Banner    = (*Driver)(nil)
	_ network.Muter     = (*Driver)(nil)
	_ network.Pinner    = (*Driver)(nil)
	_ network.Closer    = (*Driver)(nil)
	_ network.Reader    = (*Driver)(nil)
	_ network.Decoder   = (*Driver)(nil)
	_ network.Measurer  = (*Driver)(nil)
	_ network.Insighter = (*Driver)(nil)
	_ network.Chooser   = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{out: out, options: o, profile: network.Facts(factsJSON, o.Mechanics), tongues: map[string]map[string]int64{}}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "server", Label: "Server", Help: "Where your account lives, like lemmy.world.", Kind: "url", Required: true},
		{Name: "username", Label: "Username or email", Help: "As you sign in there.", Kind: "text", Required: true},
		{Name: "password", Label: "Password", Help: "It signs in once and is not kept; Kith keeps the session, which you can end on the server by changing the password.", Kind: "password", Secret: true, Required: true},
		{Name: "code", Label: "Code of the second factor", Help: "The six digits of your authenticator, if the account asks for them.", Kind: "text"},
	}
	return d
}

// Name is "lemmy".
func (*Driver) Name() network.Name { return "lemmy" }

// Profile says what a server takes that says nothing else.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

func (d *Driver) now() time.Time { return d.options.Now().UTC() }
