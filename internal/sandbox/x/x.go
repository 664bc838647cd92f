// Package x pretends to be X behind its API v2: posts, replies, threads, polls, files, likes, hidden replies, mutes, private
// messages, figures, signing in by OAuth 2.0 with PKCE, and signed webhooks of the Activity API.
//
// It is written from the published OpenAPI text (version 2.167, 2026-08-22) and from what the documentation says in words. Where
// both are silent, a comment says what was chosen, and why it is the harsher choice:
//
//   - Nothing is idempotent. The same words of the same account within a day are refused with 403, as people report.
//   - Texts come back as X shows them: “&”, “<” and “>” escaped, links as t.co, the name of who is answered before an answer, and
//     the address of files behind it.
//   - Only what was asked for by fields and expansions is told; unknown parameters and properties are refused with 400.
//   - A file is finalized once; the second time is refused. Videos and animations are worked on for a while by the stage's clock.
//   - Refresh tokens work once. An access token lives for two hours.
//   - Answers to people who did not name us are refused where [Options.Summoned] is on, as for apps that pay per use.
//   - The API tells names of the specification (repost_count, referenced_posts); with [Options.Prose] it tells those of the
//     documentation's pages (retweet_count, referenced_tweets). Webhooks always tell the latter, as documented.
package x

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Name is how the stage calls this network.
const Name = "x"

// Options of the pretended app and of how strict the network is.
type Options struct {
	ClientID   string        // empty: "Y2xpZW50LXJlaGVhcnNhbA"
	Secret     string        // of the OAuth 2.0 client, which signs webhooks; empty: "client-secret-of-the-rehearsal"
	Consumer   string        // the OAuth 1.0a consumer secret: when there is one, webhooks have the older signature too
	Bearer     string        // the app's own token; empty: one is made
	Redirects  []string      // where people may be sent back to; none allows every loopback address
	Summoned   bool          // answers only to whom names or quotes us
	Premium    bool          // our accounts write 25,000 characters
	Prose      bool          // names of the documentation's pages instead of the specification's
	Work       time.Duration // how long X works on a video or an animation; zero is 7 s
	Edge       int64         // a larger request with a segment is refused before X sees it; zero: none is
	Plenty     bool          // no rate limits: for tests on a frozen clock
	Cloistered bool          // lists of an account leave out what stands in a community alone
	SelfServe  bool          // the app is no Enterprise customer's: it may not quote
	Client     *http.Client  // delivers webhooks; nil is one with a timeout of 10 s
}

// Network is X on a stage.
type Network struct {
	stage   *sandbox.Stage
	options Options
	handler http.Handler
	courier *courier

	mu       sync.Mutex
	random   *rand.Rand
	last     int64
	bill     ledger
	users    map[int64]*user
	names    map[string]*user // by lower-case name
	people   map[string]*user // by the person's id
	posts    map[int64]*post
	order    []*post // as they were made
	media    map[int64]*file
	events   []*dm
	tokens   map[string]*token
	refresh  map[string]*token
	codes    map[string]*code
	windows  map[string]*window
	webhooks map[int64]*webhook
	subs     map[int64]*subscription
	circles  map[int64]*community
	reads    int
	host     atomic.Pointer[string]
}

// Credentials are an account of ours and tokens for it with every scope.
type Credentials struct {
	ID, Username, Token, Refresh string
}

// New puts X on the stage.
func New(stage *sandbox.Stage, o Options) *Network {
	pick := func(s *string, usual string) {
		if *s == "" {
			*s = usual
		}
	}
	pick(&o.ClientID, "Y2xpZW50LXJlaGVhcnNhbA")
	pick(&o.Secret, "client-secret-of-the-rehearsal")
	pick(&o.Bearer, "AAAAAAAAAAAAAAAAAAAAAApp-only-bearer-of-the-rehearsal")
	if o.Work == 0 {
		o.Work = 7 * time.Second
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	n := &Network{stage: stage, options: o, random: stage.Random(Name), users: map[int64]*user{}, names: map[string]*user{}, people: map[string]*user{},
		posts: map[int64]*post{}, media: map[int64]*file{}, tokens: map[string]*token{}, refresh: map[string]*token{}, codes: map[string]*code{},
		windows: map[string]*window{}, webhooks: map[int64]*webhook{}, subs: map[int64]*subscription{}, circles: map[int64]*community{}}
	n.courier = newCourier(n)
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(),
		[]sandbox.Kind{sandbox.Blocked, sandbox.HookTwice, sandbox.HookReordered, sandbox.HookDelayed, sandbox.HookLost}),
		Name: Name, Handler: n.table(), Action: action, Refuse: n.refuse, Accounts: n.accounts, Actor: actor{n}, Close: n.close})
	return n
}

func (n *Network) close() {
	n.courier.end()
	n.options.Client.CloseIdleConnections()
}

// Handler is the network's address: the API and the page of consent.
func (n *Network) Handler() http.Handler { return n.handler }

// Bearer is the app's own token.
func (n *Network) Bearer() string { return n.options.Bearer }

// Account makes an account of ours.
func (n *Network) Account(username, name string) Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	u := n.newUser(username, name)
	u.ours, u.fans, u.premium = true, 318, n.options.Premium
	t := n.issue(u, allScopes())
	return Credentials{id(u.id), username, t.value, t.refresh}
}

// Subscribe lets an account of ours have Premium from now on.
func (n *Network) Subscribe(account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if u := n.user(account); u != nil {
		u.premium = true
	}
}

func (n *Network) accounts() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []sandbox.Account
	for _, u := range n.users {
		if u.ours {
			all = append(all, sandbox.Account{ID: id(u.id), Name: u.name})
		}
	}
	if len(all) > 1 {
		sortBy(all, func(a sandbox.Account) string { return a.ID })
	}
	return all
}

// user is anybody on X.
type user struct {
	id             int64
	username, name string
	ours           bool
	untagged       bool // lets nobody tag them
	premium        bool // pays X: writes more, and may change what it wrote
	fans           int  // followers who are not on the stage
	created        time.Time
	person         *sandbox.Person
	followers      []*user // oldest first
	muted, closed  map[int64]bool
	shuts          map[int64]bool // who may not see what they wrote
}

func (n *Network) newUser(username, name string) *user {
	u := &user{id: n.newID(), username: username, name: name, created: n.stage.Clock.Now(), muted: map[int64]bool{}, closed: map[int64]bool{}}
	n.users[u.id], n.names[strings.ToLower(username)] = u, u
	return u
}

func (n *Network) user(text string) *user {
	number, _ := strconv.ParseInt(text, 10, 64)
	return n.users[number]
}

const epoch = 1288834974657

// newID is a snowflake: milliseconds since X began to count, and what keeps those of one millisecond apart. They only grow.
func (n *Network) newID() int64 {
	n.last = max(snowflake(n.stage.Clock.Now()), n.last+1)
	return n.last
}

// idAt is the identifier of something that another hand made at a moment: now, or earlier.
func (n *Network) idAt(at time.Time) int64 {
	if !at.Before(n.stage.Clock.Now()) {
		return n.newID()
	}
	next := snowflake(at)
	for n.posts[next] != nil {
		next++
	}
	return next
}

func snowflake(at time.Time) int64 { return (at.UnixMilli() - epoch) << 22 }

func id(number int64) string { return strconv.FormatInt(number, 10) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// opaque makes an unguessable-looking text. It guards nothing: everything here is pretended.
func (n *Network) opaque(prefix string) string {
	return fmt.Sprintf("%s%016x%016x%08x", prefix, n.random.Uint64(), n.random.Uint64(), n.random.Uint32())
}
