// Package youtube is the driver of YouTube: the Data API v3, the Analytics API v2
// and Google's sign-in.
//
// A video is handed over as a private one, in pieces, through an upload session;
// YouTube works on it; the last act alone changes who may see it. So whatever
// breaks before leaves nothing that anybody sees, and what is rejected was never
// public. The session says how much it has; once there is a video, its id is our
// key, so that an unclear last act is settled by one question.
//
// Only when a session is lost while its last piece was on the way is it unknown
// whether a video came of it. Then the channel's own uploads are looked through
// before anything is handed over again.
//
// Comments come by asking: YouTube calls nobody when somebody comments. Every call
// costs units of a quota that all channels of this house share, so comments are
// asked for once a minute at most, however often the house reads.
package youtube

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/text"
)

//go:embed facts.json
var factsJSON []byte

// Options say how YouTube is reached; each zero value has a default.
type Options struct {
	Base      string          // one address in place of all hosts
	Mechanics json.RawMessage // what an admin said in the place of our facts
	Delay     time.Duration   // how long an accepted comment may stay out of lists; 0: as facts.json says
	Now       func() time.Time
	Chunk     int64 // bytes of one piece of an upload, a multiple of 256 KiB; 0: 16 MiB
	// Every is how seldom comments are asked for, whoever reads more often; 0: a
	// minute. Where Base is given they are asked for at every reading: it is not
	// YouTube's quota.
	Every time.Duration
}

// Driver speaks to YouTube.
type Driver struct {
	out                             *outward.Client
	api, analytics, accounts, oauth string
	base                            string // of Options, "" for YouTube itself
	now                             func() time.Time
	chunk                           int64
	every                           time.Duration
	profile                         network.Profile
	mu                              sync.Mutex
	fresh                           map[string]keys // by the key that renews: what was renewed and is not kept yet
}

var (
	_ network.Connector  = (*Driver)(nil)
	_ network.Authorizer = (*Driver)(nil)
	_ network.Revoker    = (*Driver)(nil)
	_ network.Checker    = (*Driver)(nil)
	_ network.Stepper    = (*Driver)(nil)
	_ network.Coverer    = (*Driver)(nil)
	_ network.Dropper    = (*Driver)(nil)
	_ network.Subtitler  = (*Driver)(nil)
	_ network.Finder     = (*Driver)(nil)
	_ network.Replier    = (*Driver)(nil)
	_ network.Deleter    = (*Driver)(nil)
	_ network.Editor     = (*Driver)(nil)
	_ network.Hider      = (*Driver)(nil)
	_ network.Holder     = (*Driver)(nil)
	_ network.Banner     = (*Driver)(nil)
	_ network.Reader     = (*Driver)(nil)
	_ network.Decoder    = (*Driver)(nil)
	_ network.Measurer   = (*Driver)(nil)
	_ network.Insighter  = (*Driver)(nil)
	_ network.Chooser    = (*Driver)(nil)
)

// unit is what the pieces of an upload are multiples of.
const unit = 256 << 10

// New makes the driver.
func New(out *outward.Client, o Options) *Driver {
	d := &Driver{out: out, api: "https://youtube.googleapis.com", analytics: "https://youtubeanalytics.googleapis.com",
		accounts: "https://accounts.google.com", oauth: "https://oauth2.googleapis.com", now: o.Now, chunk: o.Chunk / unit * unit,
		every: o.Every, profile: network.Facts(factsJSON, o.Mechanics), fresh: map[string]keys{}}
	if o.Base != "" {
		d.profile = d.profile.Elsewhere(o.Mechanics)
		d.base = strings.TrimSuffix(o.Base, "/")
		d.api, d.analytics, d.accounts, d.oauth = d.base, d.base, d.base, d.base
	} else if d.every == 0 {
		d.every = time.Minute
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.chunk <= 0 {
		d.chunk = 64 << 20
	}
	if o.Delay > 0 {
		d.profile.Delay = o.Delay
	}
	d.profile.Fields = []network.Field{
		{Name: "client", Label: "Client ID", Help: "Of your OAuth client in the Google Cloud console, under APIs & Services → Credentials.", Kind: "text", Required: true},
		{Name: "secret", Label: "Client secret", Help: "Beside the client ID.", Kind: "password", Secret: true, Required: true},
		{Name: "token", Label: "Refresh token", Help: "Made with this client for your channel, with the scopes youtube.force-ssl and yt-analytics.readonly. Connecting by consent is easier.", Kind: "password", Secret: true, Required: true},
	}
	d.profile.App = []network.Field{
		{Name: "id", Label: "Client ID", Help: "Of your OAuth client in the Google Cloud console, under APIs & Services → Credentials.", Kind: "text", Required: true},
		{Name: "secret", Label: "Client secret", Help: "Beside the client ID.", Kind: "password", Secret: true, Required: true},
	}
	return d
}

// Name is "youtube".
func (*Driver) Name() network.Name { return "youtube" }

// Profile says what YouTube takes.
func (d *Driver) Profile() network.Profile { return d.profile }

func (d *Driver) limits(conn network.Conn) network.Limits {
	if conn.Limits.Text.Max > 0 {
		return conn.Limits
	}
	return d.profile.Limits
}

// Ids, as they may stand in an address. A video's has eleven signs; a comment's is
// longer, and an answer's is that of the comment above, a dot and its own.
var (
	videoID   = regexp.MustCompile(`^[A-Za-z0-9_-]{11}$`)                                //nolint:gochecknoglobals // compiled once
	commentID = regexp.MustCompile(`^[A-Za-z0-9_-]{15,120}(?:\.[A-Za-z0-9_-]{6,120})?$`) //nolint:gochecknoglobals // compiled once
	channelID = text.OnlyOf("A-Za-z0-9_-", 8, 64)                                        //nolint:gochecknoglobals // a table
)

// above is the comment at the top of the thread that a comment stands in.
func above(comment string) string {
	top, _, _ := strings.Cut(comment, ".")
	return top
}

func watchURL(video string) string { return "https://www.youtube.com/watch?v=" + video }

func commentURL(video, comment string) string {
	if video == "" {
		return ""
	}
	return watchURL(video) + "&lc=" + comment
}

// moment reads a time; what is none is the zero time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return time.Time{}
	}
	return t.UTC()
}

// midnight is when YouTube's quotas of a day begin anew.
func midnight(now time.Time) time.Time {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		zone = time.FixedZone("PST", -8*3600)
	}
	y, m, day := now.In(zone).Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, zone)
}
