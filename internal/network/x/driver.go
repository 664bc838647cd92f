// Package x is the driver of X: its API v2 in the name of an account that let
// us in, and signed webhooks of its Activity API.
//
// X knows no key of ours, so nothing is repeated blindly: after an unclear call
// the account's own posts or messages are listed and compared. A post with files
// is known beyond doubt by the keys of its files. That X refuses a text as said
// already is taken as a sign to look, never as an answer.
//
// What happens is told twice, by webhook and by reading; both become the same
// body with the same key, so that it is recorded once.
//
// X is paid by what is read: lists are asked for what is new, and people who
// liked, reposted or followed only when a count has changed.
package x

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/text"
)

//go:embed facts.json
var factsJSON []byte

// Options have defaults for their zero values.
type Options struct {
	Mechanics json.RawMessage // what an admin said in the place of our facts
	Delay     time.Duration   // how long an accepted post may stay invisible; 0: as facts.json says
	Base      string          // one address in the place of api.x.com and x.com
	Now       func() time.Time
}

// Driver speaks to X.
type Driver struct {
	out     *outward.Client
	options Options
	profile network.Profile
	api     string // where calls go
	site    string // where people go
}

var (
	_ network.Connector      = (*Driver)(nil)
	_ network.Revoker        = (*Driver)(nil)
	_ network.Authorizer     = (*Driver)(nil)
	_ network.Checker        = (*Driver)(nil)
	_ network.Stepper        = (*Driver)(nil)
	_ network.Finder         = (*Driver)(nil)
	_ network.StepReplier    = (*Driver)(nil)
	_ network.Replier        = (*Driver)(nil)
	_ network.Editor         = (*Driver)(nil)
	_ network.Deleter        = (*Driver)(nil)
	_ network.Liker          = (*Driver)(nil)
	_ network.Reposter       = (*Driver)(nil)
	_ network.Hider          = (*Driver)(nil)
	_ network.Muter          = (*Driver)(nil)
	_ network.MessageBlocker = (*Driver)(nil)
	_ network.Reader         = (*Driver)(nil)
	_ network.Decoder        = (*Driver)(nil)
	_ network.Knocker        = (*Driver)(nil)
	_ network.Subscriber     = (*Driver)(nil)
	_ network.Measurer       = (*Driver)(nil)
	_ network.Insighter      = (*Driver)(nil)
	_ network.Quoter         = (*Driver)(nil)
	_ network.Chooser        = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{out: out, options: o, profile: network.Facts(factsJSON, o.Mechanics), api: "https://api.x.com", site: "https://x.com"}
	if base := strings.TrimSuffix(o.Base, "/"); base != "" {
		d.api, d.site = base, base
	}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "token", Label: "Access token", Help: "Of OAuth 2.0, made for this account with the scopes " + strings.Join(wanted(), ", ") + ". It lasts two hours.", Kind: "password", Secret: true, Required: true},
		{Name: "refresh", Label: "Refresh token", Help: "Came with the access token; with it Kith renews the access by itself.", Kind: "password", Secret: true},
	}
	d.profile.App = []network.Field{
		{Name: "id", Label: "Client ID", Help: "In the developer console under Keys and tokens → OAuth 2.0.", Kind: "text", Required: true},
		{Name: "secret", Label: "Client secret", Help: "Beside the client ID. It signs webhooks too.", Kind: "password", Secret: true, Required: true},
		{Name: bearer, Label: "App-only bearer token", Help: "For webhooks and for the count of what was read. Without it, Kith asks X regularly.", Kind: "password", Secret: true},
	}
	return d
}

// bearer is the name of the app's own token among the app's extras.
const bearer = "bearer"

// Name is "x".
func (*Driver) Name() network.Name { return "x" }

// Profile says what X takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

func (d *Driver) now() time.Time { return d.options.Now().UTC() }

// wanted are the scopes that everything together needs.
func wanted() []string {
	return []string{"tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "follows.read", "like.read", "like.write",
		"mute.read", "mute.write", "dm.read", "dm.write", "media.write", "offline.access"}
}

// number is what ids are on X: they may come from anywhere and go into paths.
var number = text.OnlyOf("0-9", 1, 19) //nolint:gochecknoglobals // a table

// moment reads a time as X writes one; what is none is the zero time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 2006 || t.Year() > 9998 {
		return time.Time{}
	}
	return t.UTC()
}

// made is when an id was given away: ids of X carry their time.
func made(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	const begun, bits = 1288834974657, 22
	if err != nil || n < 1<<bits {
		return time.Time{}
	}
	return time.UnixMilli(n>>bits + begun).UTC()
}

// later says whether an id was given away after another.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}
