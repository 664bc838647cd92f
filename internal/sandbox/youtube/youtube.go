// Package youtube pretends to be YouTube behind its Data API v3, its Analytics API v2 and Google's sign-in: uploads in one piece and
// resumable ones, processing, comments and their moderation, playlists, subscribers, statistics, quotas.
//
// It is written from the published discovery documents (parameters, scopes, fields) and from what the reference says in words about
// errors, limits, quota costs and the resumable protocol. Nothing of it comes from a client of ours. Where they are silent, it is
// harsh:
//
//   - Parameters and properties that are not published are refused, so that nobody relies on them unproven.
//   - A range that begins after the place where the upload stands, and a chunk that is no multiple of 256 KiB, are refused.
//   - A session ends; afterwards it answers 404, whether or not a video came of it.
//   - The same file twice on one channel is rejected, and only at the end of processing.
//   - A thread shows its five oldest answers, and the order of the answers below a comment is the newest first: neither is promised.
//   - A page token stands for the last item of its page; when that is gone the token is invalid.
//   - A new answer does not move its thread to the top of a list.
//   - parentId of an answer must name a top-level comment.
package youtube

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Name is how the stage calls this network.
const Name = "youtube"

// Options of the pretended project at Google and of how strict the network is.
type Options struct {
	ClientID     string        // empty: "700000000001-kith.apps.googleusercontent.com"
	ClientSecret string        // empty: "GOCSPX-app-secret"
	Redirects    []string      // allowed redirect URIs; none allows every loopback address
	Testing      bool          // the consent screen is in Testing: refresh tokens live for seven days
	Unaudited    bool          // the project has not been audited: what it uploads stays private
	Unverified   bool          // channels have no verified telephone number, and so no thumbnails of their own
	Units        int           // a day, for everything but uploads; 0: 10,000
	Uploads      int           // a day; 0: 100
	Processing   time.Duration // how long YouTube works on a video; 0: 20 s
	Session      time.Duration // how long an upload session lives; 0: 24 h
}

// Network is YouTube on a stage.
type Network struct {
	stage   *sandbox.Stage
	options Options
	handler http.Handler
	pacific *time.Location

	mu        sync.Mutex
	random    *rand.Rand
	channels  map[string]*channel
	order     []*channel
	people    map[string]*viewer // by the id of the person on the stage
	viewers   map[string]*viewer // by channel id
	videos    map[string]*video
	comments  map[string]*comment
	playlists map[string]*playlist
	sessions  map[string]*session
	tokens    map[string]*token
	codes     map[string]*code
	consented map[string]bool // channels that gave offline access before
	doomed    map[string]verdict
	day       string // of the quotas, in Pacific time
	units     int
	uploads   int
}

// Channel is one of our channels, with keys that may do everything.
type Channel struct {
	ID, Title, Handle, Access, Refresh string
}

// New puts YouTube on the stage.
func New(stage *sandbox.Stage, o Options) *Network {
	if o.ClientID == "" {
		o.ClientID = "700000000001-kith.apps.googleusercontent.com"
	}
	if o.ClientSecret == "" {
		o.ClientSecret = "GOCSPX-app-secret"
	}
	if o.Units == 0 {
		o.Units = 10_000
	}
	if o.Uploads == 0 {
		o.Uploads = 100
	}
	if o.Processing == 0 {
		o.Processing = 20 * time.Second
	}
	if o.Session == 0 {
		o.Session = 24 * time.Hour
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		pacific = time.FixedZone("PST", -8*3600)
	}
	n := &Network{stage: stage, options: o, pacific: pacific, random: stage.Random(Name),
		channels: map[string]*channel{}, people: map[string]*viewer{}, viewers: map[string]*viewer{}, videos: map[string]*video{},
		comments: map[string]*comment{}, playlists: map[string]*playlist{}, sessions: map[string]*session{}, tokens: map[string]*token{},
		codes: map[string]*code{}, consented: map[string]bool{}, doomed: map[string]verdict{}}
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(), []sandbox.Kind{sandbox.Blocked}),
		Name: Name, Handler: http.HandlerFunc(n.serve), Action: n.action, Refuse: n.refuse,
		Accounts: n.accounts, Actor: actor{n}})
	return n
}

// Handler is the network's address: both APIs, uploads, and the sign-in page.
func (n *Network) Handler() http.Handler { return n.handler }

// AddChannel opens a channel.
func (n *Network) AddChannel(title, handle string) Channel {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &channel{id: "UC" + n.opaque(22), title: title, handle: handle, created: n.stage.Clock.Now(), banned: map[string]bool{},
		long: "allowed", days: map[string]*tally{}}
	n.channels[c.id] = c
	n.order = append(n.order, c)
	refresh := n.issue(&token{kind: refreshing, channel: c.id, scopes: allScopes()})
	access := n.issue(&token{kind: accessing, channel: c.id, scopes: allScopes(), from: refresh, expires: n.stage.Clock.Now().Add(accessLife)})
	return Channel{ID: c.id, Title: title, Handle: handle, Access: access.value, Refresh: refresh.value}
}

// Doom decides what becomes of videos with a title at the end of their processing: "failed" with a failureReason, or "rejected" with
// a rejectionReason.
func (n *Network) Doom(title, status, reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.doomed[title] = verdict{status, reason}
}

// ShortUploads takes the right to videos of more than 15 minutes from a channel.
func (n *Network) ShortUploads(channelID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.channels[channelID].long = "eligible"
}

// EndSessions lets all upload sessions expire.
func (n *Network) EndSessions() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.sessions)
}

// Used is how much of the project's quotas of this day is used.
func (n *Network) Used() (units, uploads int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.units, n.uploads
}

func (n *Network) accounts() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]sandbox.Account, len(n.order))
	for i, c := range n.order {
		all[i] = sandbox.Account{ID: c.id, Name: c.title}
	}
	return all
}

// opaque makes an unguessable-looking text of letters that YouTube's ids have. It guards nothing: everything here is pretended.
func (n *Network) opaque(length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	b := make([]byte, length)
	for i := range b {
		b[i] = letters[n.random.IntN(len(letters))]
	}
	return string(b)
}
