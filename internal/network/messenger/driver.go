// Package messenger is the driver of Messenger for Pages: the conversations that
// people have with a Page.
//
// It is a guest of Facebook: the same app, the same webhook address, the same Pages
// and the same ids of people. What is private and comes to Facebook's address names
// this network; what it looks like is [graph.Talk].
//
// Messenger knows no key of ours, so nothing is repeated blindly: after an unclear
// call the messages of the conversation are listed and compared.
package messenger

import (
	"context"
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

// Options say how Messenger is reached; each zero value has a default.
type Options struct {
	GraphURL string // one address in the place of https://graph.facebook.com and https://www.facebook.com
	// The app at Meta, Facebook's: for questions about tokens while connecting.
	AppID     string
	AppSecret secret.Text
	Delay     time.Duration // how long an accepted message may stay invisible; 0: as facts.json says
	Now       func() time.Time
	// Mechanics is what whoever runs this house says in the place of facts.json.
	Mechanics json.RawMessage
}

// Driver speaks to Messenger.
type Driver struct {
	graph   *graph.Client
	consent string // www.facebook.com, where people are sent for their consent
	now     func() time.Time
	profile network.Profile
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Finder     = (*Driver)(nil)
	_ network.Replier    = (*Driver)(nil)
	_ network.Liker      = (*Driver)(nil)
	_ network.Banner     = (*Driver)(nil)
	_ network.Reader     = (*Driver)(nil)
	_ network.Decoder    = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
	_ network.Subscriber = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	consent := strings.TrimSuffix(o.GraphURL, "/")
	if o.GraphURL == "" {
		o.GraphURL, consent = "https://graph.facebook.com", "https://www.facebook.com"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Driver{consent: consent, profile: network.Facts(factsJSON, o.Mechanics), now: func() time.Time { return o.Now().UTC() }}
	d.graph = &graph.Client{Out: out, Base: strings.TrimSuffix(o.GraphURL, "/"), Version: d.profile.Version, App: network.App{ID: o.AppID, Secret: o.AppSecret}, Voice: voice()}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Host = "facebook"
	d.profile.Fields = []network.Field{
		{Name: "page", Label: "Page", Help: "The number of your Page: on Facebook under About → Page transparency.", Kind: "text", Required: true},
		{Name: "token", Label: "Page access token", Help: "Made for this Page with the Meta app that Facebook uses, with the permissions " + strings.Join(wanted(), ", ") + ".", Kind: "password", Secret: true, Required: true},
	}
	return d
}

// Name is "messenger".
func (*Driver) Name() network.Name { return "messenger" }

// Profile says what Messenger takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

// wanted are the permissions that everything together needs.
func wanted() []string {
	return []string{"pages_messaging", "pages_manage_metadata", "pages_read_engagement", "read_insights"}
}

// Decode reads what Facebook's webhooks and our readings tell of a conversation.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var t graph.Talk
	_ = json.Unmarshal(raw.Body, &t) // what cannot be read is no event, which Events says
	return t.Events(conn.Account)
}

// send makes a call in the name of a Page.
func (d *Driver) send(conn network.Conn) graph.Send {
	return func(ctx context.Context, a graph.Ask, out any) (time.Time, error) {
		t, err := token(conn)
		if err != nil {
			return time.Time{}, err
		}
		a.App = conn.App
		return d.graph.Send(ctx, t, a, out)
	}
}

// call is send for lists.
func (d *Driver) call(conn network.Conn) graph.Call {
	send := d.send(conn)
	return func(ctx context.Context, a graph.Ask, out any) error {
		_, err := send(ctx, a, out)
		return err
	}
}
