// Package tiktok is the driver of TikTok: videos and photos by the Content Posting
// API, their numbers by the Display API, and, for business accounts that have a
// token of it, comments by TikTok API for Business.
//
// # What is public
//
// A video is asked about (creator_info), announced (init), handed over piece by
// piece, worked on by TikTok, and then it is there. Announcing it shows nothing:
// what was announced and never handed over is never seen, so a lost answer to init
// is simply asked again. The last piece is the act after which it will be seen. Its
// publish_id is known by then: Find asks for it, and what TikTok says of the bytes
// that came proves whether the last piece arrived. The same piece put twice to the
// same address makes one post, never two.
//
// Photos have no such grace: the one call that names their addresses (content/init)
// also gives the publish_id. If its answer is lost there is no key, and lists show
// public posts alone, some days late: what is found there is ours, what is not found
// proves nothing, and a person is asked.
//
// # Two APIs, two keys
//
// TikTok for Developers knows no comments. TikTok API for Business does, with an app and
// a page of consent of its own (extend.go) and another id of the same account, which
// its webhooks name. They tell where something was said and not by whom, so that it is
// asked for at once (fetch.go). Of mentions they tell who and where, hours late, to apps
// that TikTok lets in; lists have them too, and know people by their handles (mention.go).
// All that is known of that half comes from other people's
// descriptions; facts.json marks it as uncertain.
package tiktok

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/text"
)

//go:embed facts.json
var factsJSON []byte

// Options say how TikTok is reached; each zero value has a default.
type Options struct {
	Mechanics json.RawMessage // what an admin said in the place of our facts
	Base      string          // one address in place of all hosts
	Delay     time.Duration   // how long an accepted post may stay out of lists; 0: as facts.json says
	Now       func() time.Time
}

// Driver speaks to TikTok.
type Driver struct {
	out     *outward.Client
	api     string // https://open.tiktokapis.com
	biz     string // https://business-api.tiktok.com
	web     string // https://www.tiktok.com
	own     bool   // another address stands in for all of TikTok's
	now     func() time.Time
	profile network.Profile
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
	_ network.Revoker    = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Stepper    = (*Driver)(nil)
	_ network.Finder     = (*Driver)(nil)
	_ network.Replier    = (*Driver)(nil)
	_ network.Deleter    = (*Driver)(nil)
	_ network.Liker      = (*Driver)(nil)
	_ network.Hider      = (*Driver)(nil)
	_ network.Pinner     = (*Driver)(nil)
	_ network.Reader     = (*Driver)(nil)
	_ network.Decoder    = (*Driver)(nil)
	_ network.Knocker    = (*Driver)(nil)
	_ network.Signer     = (*Driver)(nil)
	_ network.Subscriber = (*Driver)(nil)
	_ network.Fetcher    = (*Driver)(nil)
	_ network.Extender   = (*Driver)(nil)
	_ network.Measurer   = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
	_ network.Chooser    = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	d := &Driver{out: out, api: "https://open.tiktokapis.com", biz: "https://business-api.tiktok.com", web: "https://www.tiktok.com", now: o.Now, profile: network.Facts(factsJSON, o.Mechanics)}
	if o.Base != "" {
		d.api, d.own = strings.TrimSuffix(o.Base, "/"), true
		d.biz, d.web = d.api, d.api
	}
	if d.now == nil {
		d.now = time.Now
	}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = append([]network.Field{
		{Name: "token", Label: "Access token", Help: "Made with your app at developers.tiktok.com. Connecting by consent is better: this one ends after hours.", Kind: "password", Secret: true, Required: true},
	}, businessFields()...)
	d.profile.App = []network.Field{
		{Name: "id", Label: "Client key", Help: "On developers.tiktok.com, on the page of your app under Credentials.", Kind: "text", Required: true},
		{Name: "secret", Label: "Client secret", Help: "Beside the client key. It also signs TikTok's webhooks.", Kind: "password", Secret: true, Required: true},
		{Name: businessApp, Label: "App ID at TikTok API for Business", Help: "For comments: on business-api.tiktok.com under My Apps → App Detail → Basic Information.", Kind: "text"},
		{Name: businessSecret, Label: "App secret at TikTok API for Business", Help: "Beside that app ID. It also signs what TikTok tells of comments.", Kind: "password", Secret: true},
		{Name: businessAuthorize, Label: "Authorization URL at TikTok API for Business", Help: "On the same page: “TikTok account holder authorization URL”, as a whole. It is there once the app has the permission TikTok Accounts.", Kind: "text"},
	}
	return d
}

// Our app at TikTok API for Business, in App.Extra.
const (
	businessApp    = "business_app_id"
	businessSecret = "business_app_secret"
	// businessAuthorize is made by the portal and known to nobody else.
	businessAuthorize = "business_authorize_url"
)

// businessFields are for comments where TikTok cannot send people back to this house: it
// takes only https addresses without a port. Everybody else presses “Connect comments”.
func businessFields() []network.Field {
	return []network.Field{
		{Name: "business_id", Label: "Business ID", Help: "For comments, where TikTok cannot send you back to this Kith: the open_id that TikTok API for Business gave with its token. Otherwise leave it empty, and press “Connect comments” afterwards.", Kind: "text"},
		{Name: "business_token", Label: "Business access token", Help: "Its access token. It ends after a day unless it can be renewed.", Kind: "password", Secret: true},
		{Name: "business_refresh", Label: "Business refresh token", Help: "Its refresh token, so that Kith renews it.", Kind: "password", Secret: true},
	}
}

// Name is "tiktok".
func (*Driver) Name() network.Name { return "tiktok" }

// Profile says what TikTok takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

var (
	number = text.OnlyOf("0-9", 1, 32)                       //nolint:gochecknoglobals // a table
	ticket = text.OnlyOf("A-Za-z0-9_.~-", 1, 64)             //nolint:gochecknoglobals // a table
	person = text.OnlyOf("A-Za-z0-9_.-", 1, 128)             //nolint:gochecknoglobals // a table
	handle = regexp.MustCompile(`^[\p{L}\p{N}_.]+$`)         //nolint:gochecknoglobals // compiled once; counting classes of this size takes a megabyte
	host   = regexp.MustCompile(`(^|\.)tiktok(apis)?\.com$`) //nolint:gochecknoglobals // compiled once
)
