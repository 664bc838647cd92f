// Package pinterest is the driver of Pinterest, API v5: pins of one image, of
// several, or of a video, and their numbers. There are no comments and no messages
// in that API, so nobody can be answered here.
//
// Pinterest knows no key of ours: after an unclear call the account's own pins are
// listed and compared. A video is registered, posted to the store it names, worked
// on, and shown by the pin that is made last; only that last act can be seen.
package pinterest

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/text"
)

//go:embed facts.json
var factsJSON []byte

// Options say how Pinterest is reached; each zero value has a default.
type Options struct {
	Base      string          // one address in place of all hosts
	Mechanics json.RawMessage // what an admin said in the place of our facts
	Delay     time.Duration   // how long an accepted pin may stay out of lists; 0: as facts.json says
	Now       func() time.Time
}

// Driver speaks to Pinterest.
type Driver struct {
	out     *outward.Client
	api     string // https://api.pinterest.com
	web     string // https://www.pinterest.com
	now     func() time.Time
	profile network.Profile
	writes  writes
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Stepper    = (*Driver)(nil)
	_ network.Finder     = (*Driver)(nil)
	_ network.Deleter    = (*Driver)(nil)
	_ network.Editor     = (*Driver)(nil)
	_ network.Measurer   = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
	_ network.Chooser    = (*Driver)(nil)
)

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	d := &Driver{out: out, api: "https://api.pinterest.com", web: "https://www.pinterest.com", now: o.Now, profile: network.Facts(factsJSON, o.Mechanics)}
	if o.Base != "" {
		d.profile = d.profile.Elsewhere(o.Mechanics)
		d.api = strings.TrimSuffix(o.Base, "/")
		d.web = d.api
	}
	if d.now == nil {
		d.now = time.Now
	}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "token", Label: "Access token", Help: "Made for your account on developers.pinterest.com. Connecting by consent is better: this one ends after a day.", Kind: "password", Secret: true, Required: true},
	}
	d.profile.App = []network.Field{
		{Name: "id", Label: "App ID", Help: "On developers.pinterest.com under My apps.", Kind: "text", Required: true},
		{Name: "secret", Label: "App secret key", Help: "Beside the app ID.", Kind: "password", Secret: true, Required: true},
	}
	return d
}

// Name is "pinterest".
func (*Driver) Name() network.Name { return "pinterest" }

// Profile says what Pinterest takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

// number is what may stand in a path: ids are digits.
var number = text.OnlyOf("0-9", 1, 32) //nolint:gochecknoglobals // a table

// moment reads a time as Pinterest writes it: UTC, without saying so.
func moment(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 && t.Year() <= 9998 {
			return t.UTC()
		}
	}
	return time.Time{}
}
