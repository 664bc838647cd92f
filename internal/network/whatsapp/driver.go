// Package whatsapp is the driver of WhatsApp for businesses: the Cloud API, on
// which people write to a phone number of ours and we answer.
//
// Everything comes by webhook and is told once; there is no list to read it from
// again. An answer has no key by which the network would recognise it, and none
// can be looked for; but our own key goes along as opaque data and comes back in
// the statuses, which prove that it is there (network.Receipt).
//
// People are known by the id that Meta gives a business for each of them; their
// number is how they are addressed where it is told, which it is not of people
// who go by a username.
package whatsapp

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/outward"
)

//go:embed facts.json
var factsJSON []byte

// Options say how WhatsApp is reached; each zero value has a default.
type Options struct {
	Base  string        // one address in the place of all of Meta's hosts
	Delay time.Duration // how long what was accepted may stay unseen; 0: as facts.json says
	Now   func() time.Time
	// Mechanics is what whoever runs this house says in the place of facts.json.
	Mechanics json.RawMessage
}

// Driver speaks to WhatsApp.
type Driver struct {
	graph   *graph.Client
	out     *outward.Client
	consent string // where people are sent
	files   string // the one host that may hear our key for a file; "" for Meta's
	now     func() time.Time
	profile network.Profile
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Replier    = (*Driver)(nil)
	_ network.Liker      = (*Driver)(nil)
	_ network.Banner     = (*Driver)(nil)
	_ network.Decoder    = (*Driver)(nil)
	_ network.Knocker    = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
	_ network.Subscriber = (*Driver)(nil)
	_ network.Opener     = (*Driver)(nil)
	_ network.Templater  = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	d := &Driver{out: out, profile: network.Facts(factsJSON, o.Mechanics), now: time.Now}
	if o.Now != nil {
		d.now = o.Now
	}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	base := "https://graph.facebook.com"
	d.consent = "https://www.facebook.com"
	if o.Base != "" {
		base = strings.TrimSuffix(o.Base, "/")
		d.consent = base
		if u, err := url.Parse(base); err == nil {
			d.files = u.Host
		}
	}
	d.graph = &graph.Client{Out: out, Base: base, Version: d.profile.Version, Voice: voice()}
	d.profile.Fields = []network.Field{
		{Name: "token", Label: "Access token", Help: "Of a system user in the business settings of Meta, with the permissions whatsapp_business_messaging and whatsapp_business_management. One that never expires is best.", Kind: "password", Secret: true, Required: true},
		{Name: "phone", Label: "Phone number ID", Help: "A long number, not the phone number itself. It stands in the app's console under WhatsApp → API setup.", Kind: "text", Required: true},
		{Name: "account", Label: "WhatsApp Business Account ID", Help: "It stands in the same place.", Kind: "text", Required: true},
	}
	d.profile.App = []network.Field{
		{Name: "config", Label: "Configuration ID", Help: "Of Facebook Login for Business, where it is used: then it says what is asked. Leave it empty for the plain login.", Kind: "text"},
	}
	return d
}

// Name is "whatsapp".
func (*Driver) Name() network.Name { return "whatsapp" }

// Profile says what WhatsApp takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}
