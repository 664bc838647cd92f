// Package facebook is the driver of Facebook Pages: the Graph API with the
// access token of a Page, and signed webhooks.
//
// A post goes out in acts: its files are handed over where nobody sees them, and one
// call makes it public. Graph knows no key of ours, so that call is never repeated
// blindly: the Page's own posts, comments or messages are listed and compared. Of a
// video, Graph itself says whether it is out: its number is the key.
//
// What happens is told twice, by webhook and by reading; both become the same
// body with the same key, so that it is recorded once.
//
// Tokens travel in the header or in the body of a request, never in its address.
package facebook

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

//go:embed facts.json
var factsJSON []byte

// Options say how Graph is reached; each zero value has a default.
type Options struct {
	GraphURL string // one address in the place of all of Meta's hosts
	Version  string // as facts.json says
	// The app at Meta, for proofs, webhooks and questions about tokens. A Page
	// works without, by reading alone.
	AppID     string
	AppSecret secret.Text
	Delay     time.Duration // how long an accepted post may stay invisible; 0: as facts.json says
	Now       func() time.Time
	// Mechanics is what whoever runs this house says in the place of facts.json.
	Mechanics json.RawMessage
}

// Driver speaks to Facebook.
type Driver struct {
	graph   *graph.Client
	films   *graph.Client // graph-video.facebook.com, which takes videos in pieces
	upload  string        // rupload.facebook.com, which takes them in one stream
	consent string        // www.facebook.com, where people are sent for their consent
	options Options
	profile network.Profile
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Stepper    = (*Driver)(nil)
	_ network.Subtitler  = (*Driver)(nil)
	_ network.Coverer    = (*Driver)(nil)
	_ network.Finder     = (*Driver)(nil)
	_ network.Replier    = (*Driver)(nil)
	_ network.Deleter    = (*Driver)(nil)
	_ network.Liker      = (*Driver)(nil)
	_ network.Hider      = (*Driver)(nil)
	_ network.Remover    = (*Driver)(nil)
	_ network.Banner     = (*Driver)(nil)
	_ network.Reader     = (*Driver)(nil)
	_ network.Decoder    = (*Driver)(nil)
	_ network.Knocker    = (*Driver)(nil)
	_ network.Measurer   = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
	_ network.Editor     = (*Driver)(nil)
	_ network.Pinner     = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
	_ network.Subscriber = (*Driver)(nil)
	_ network.Chooser    = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	at := func(host string) string {
		if o.GraphURL != "" {
			return strings.TrimSuffix(o.GraphURL, "/")
		}
		return "https://" + host
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{options: o, profile: network.Facts(factsJSON, o.Mechanics), upload: at("rupload.facebook.com"), consent: at("www.facebook.com")}
	if o.Version == "" {
		o.Version = d.profile.Version
	}
	client := graph.Client{Out: out, Base: at("graph.facebook.com"), Version: o.Version, App: network.App{ID: o.AppID, Secret: o.AppSecret}, Voice: voice()}
	films := client
	films.Base = at("graph-video.facebook.com")
	d.graph, d.films = &client, &films
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "page", Label: "Page", Help: "The number of your Page: on Facebook under About → Page transparency.", Kind: "text", Required: true},
		{Name: "token", Label: "Page access token", Help: "Made for this Page with your Meta app, with the permissions " + strings.Join(wanted(), ", ") + ".", Kind: "password", Secret: true, Required: true},
	}
	return d
}

// Name is "facebook".
func (*Driver) Name() network.Name { return "facebook" }

// Profile says what Facebook takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

func (d *Driver) now() time.Time { return d.options.Now().UTC() }

// wanted are the permissions that everything together needs.
func wanted() []string {
	return []string{"pages_read_engagement", "pages_read_user_content", "pages_manage_posts", "pages_manage_engagement",
		"pages_manage_metadata", "pages_messaging", "read_insights"}
}
