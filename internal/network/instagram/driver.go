// Package instagram is the driver of Instagram for professional accounts: the
// Graph API with the login of Facebook (through the Page an account is linked to)
// and with the login of Instagram itself.
//
// A post is made ready in a container that nobody sees, and published by one call.
// The container is the key: its status PUBLISHED proves that the post exists,
// EXPIRED and ERROR that it does not. FINISHED proves nothing by itself, because
// a status may lag behind; then our recent posts are listed and compared.
//
// What happens is told twice, by webhook and by reading; both become the same
// body with the same key, so that it is recorded once.
//
// Tokens travel in the header or the body of a request. Only the two calls that
// exchange and renew a token of Instagram's login take it in the address, because
// that is the one way they are documented.
package instagram

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/outward"
)

//go:embed facts.json
var factsJSON []byte

// Options say how Instagram is reached; each zero value has a default.
type Options struct {
	Base  string        // one address in the place of all of Meta's hosts
	Delay time.Duration // how long an accepted post may stay invisible; 0: as facts.json says
	Now   func() time.Time
	// Mechanics is what whoever runs this house says in the place of facts.json.
	Mechanics json.RawMessage
}

// Driver speaks to Instagram.
type Driver struct {
	facebook  *graph.Client // graph.facebook.com
	instagram *graph.Client // graph.instagram.com
	out       *outward.Client
	hosts     hosts
	now       func() time.Time
	profile   network.Profile
}

// hosts are where else there is something to ask.
type hosts struct {
	upload, token            string // rupload.facebook.com, api.instagram.com
	facebookPage, instagramP string // where people are sent for their consent
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Stepper    = (*Driver)(nil)
	_ network.Finder     = (*Driver)(nil)
	_ network.Replier    = (*Driver)(nil)
	_ network.Liker      = (*Driver)(nil)
	_ network.Deleter    = (*Driver)(nil)
	_ network.Hider      = (*Driver)(nil)
	_ network.Closer     = (*Driver)(nil)
	_ network.Remover    = (*Driver)(nil)
	_ network.Banner     = (*Driver)(nil)
	_ network.Reader     = (*Driver)(nil)
	_ network.Decoder    = (*Driver)(nil)
	_ network.Knocker    = (*Driver)(nil)
	_ network.Measurer   = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
	_ network.Quoter     = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
	_ network.Subscriber = (*Driver)(nil)
	_ network.Chooser    = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	at := func(host string) string {
		if o.Base != "" {
			return strings.TrimSuffix(o.Base, "/")
		}
		return "https://" + host
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{out: out, profile: network.Facts(factsJSON, o.Mechanics), now: func() time.Time { return o.Now().UTC() }}
	version := d.profile.Version
	d.facebook = &graph.Client{Out: out, Base: at("graph.facebook.com"), Version: version, Voice: voice()}
	d.instagram = &graph.Client{Out: out, Base: at("graph.instagram.com"), Version: version, Voice: voice(), Unproven: true}
	d.hosts = hosts{at("rupload.facebook.com"), at("api.instagram.com"), at("www.facebook.com"), at("www.instagram.com")}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "token", Label: "Access token", Help: "Either the token of the Page that the account is linked to (it begins with EAA), or the account's own token of Instagram's login (it begins with IG).", Kind: "password", Secret: true, Required: true},
	}
	d.profile.App = []network.Field{
		{Name: "login", Label: "Login", Help: "“facebook”: accounts are connected through the Page they are linked to, and videos are uploaded from here. “instagram”: no Page is needed, and Instagram fetches videos from this house.", Kind: "text", Default: "facebook"},
	}
	return d
}

// Name is "instagram".
func (*Driver) Name() network.Name { return "instagram" }

// Profile says what Instagram takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}
