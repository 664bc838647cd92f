// Package linkedin is the driver of LinkedIn: members and organization Pages,
// through the versioned API under /rest.
//
// LinkedIn knows no key of ours, so nothing is repeated blindly: after an unclear
// call our own posts or comments are listed and compared. That the same words are
// refused for some minutes is evidence that they are there, and no more.
//
// What happens on a Page is told twice, by webhook and by asking for the same
// notifications; both become the same body with the same key. Of what happens to
// members LinkedIn tells programs nothing.
//
// Tokens travel in the header Authorization or in the body of a request, and to
// addresses of LinkedIn alone.
package linkedin

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

//go:embed facts.json
var factsJSON []byte

// Options say how LinkedIn is reached; each zero value has a default.
type Options struct {
	Mechanics json.RawMessage // what an admin said in the place of our facts
	Delay     time.Duration   // how long an accepted post may stay invisible; 0: as facts.json says
	Base      string          // one address in place of all of LinkedIn's
	Now       func() time.Time
}

// Driver speaks to LinkedIn.
type Driver struct {
	out      *outward.Client
	options  Options
	profile  network.Profile
	api, www string
}

var (
	_ network.Connector   = (*Driver)(nil)
	_ network.Authorizer  = (*Driver)(nil)
	_ network.Checker     = (*Driver)(nil)
	_ network.Stepper     = (*Driver)(nil)
	_ network.Finder      = (*Driver)(nil)
	_ network.StepReplier = (*Driver)(nil)
	_ network.Replier     = (*Driver)(nil)
	_ network.Editor      = (*Driver)(nil)
	_ network.Deleter     = (*Driver)(nil)
	_ network.Remover     = (*Driver)(nil)
	_ network.Liker       = (*Driver)(nil)
	_ network.Closer      = (*Driver)(nil)
	_ network.Reader      = (*Driver)(nil)
	_ network.Decoder     = (*Driver)(nil)
	_ network.Knocker     = (*Driver)(nil)
	_ network.Subscriber  = (*Driver)(nil)
	_ network.Measurer    = (*Driver)(nil)
	_ network.Insighter   = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{out: out, options: o, profile: network.Facts(factsJSON, o.Mechanics), api: "https://api.linkedin.com", www: "https://www.linkedin.com"}
	if o.Base != "" {
		d.profile = d.profile.Elsewhere(o.Mechanics)
		d.api = strings.TrimSuffix(o.Base, "/")
		d.www = d.api
	}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "token", Label: "Access token", Help: "Made with the token generator of your LinkedIn app, with all its permissions.", Kind: "password", Secret: true, Required: true},
		{Name: "page", Label: "Page", Help: "The number of your Page, from the address of its administration. Leave it empty for your own profile.", Kind: "text"},
	}
	d.profile.App = []network.Field{
		{Name: "id", Label: "Client ID", Help: "On the page Auth of your LinkedIn app.", Kind: "text", Required: true},
		{Name: "secret", Label: "Client secret", Help: "On the page Auth of your LinkedIn app.", Kind: "password", Secret: true, Required: true},
		{Name: extraAccess, Label: "Access", Help: "Write “community” if LinkedIn has approved your app for the Community Management API, which Pages need; “share” if it has Share on LinkedIn and Sign In with LinkedIn, which are for your own profile.", Kind: "text", Default: accessCommunity},
		{Name: extraApplication, Label: "Number of the app", Help: "From the address of your app in the developer portal. It is needed to be told of comments at once.", Kind: "text"},
	}
	return d
}

// Name is "linkedin".
func (*Driver) Name() network.Name { return "linkedin" }

// Profile says what LinkedIn takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

func (d *Driver) now() time.Time { return d.options.Now().UTC() }

// theirs says whether an address is LinkedIn's own, so that it may have a token
// or a file of ours.
func (d *Driver) theirs(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	if d.options.Base != "" {
		base, err := url.Parse(d.api)
		return err == nil && u.Scheme == base.Scheme && u.Host == base.Host
	}
	host := u.Hostname()
	return u.Scheme == "https" && u.Port() == "" && (host == "linkedin.com" || strings.HasSuffix(host, ".linkedin.com"))
}

// moment reads a time in milliseconds; what is none is the zero time.
func moment(ms int64) time.Time {
	if ms <= 0 || ms > 253_370_764_800_000 { // the year 9999
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
