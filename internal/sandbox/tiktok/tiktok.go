// Package tiktok pretends to be TikTok, written from its documentation alone: Login Kit, the Content Posting API and the Display API
// of developers.tiktok.com, and the comments and mentions of TikTok API for Business, which only other people's descriptions tell of.
//
// It is harsher than life: fields nobody announced are refused, comments come in no order unless one is asked for, pages are shorter
// than what was asked for, photos are in no list of the Display API, and the two APIs know an account by different ids.
package tiktok

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Name of the network on the stage.
const Name = "tiktok"

// Options say how the network behaves; zero values are what the real one does.
type Options struct {
	ClientKey, ClientSecret    string        // of our app at TikTok for Developers
	BusinessID, BusinessSecret string        // of our app at TikTok API for Business
	BusinessKey                string        // what the portal calls that app in its address of consent
	BusinessRedirects          []string      // where people may be sent back to from there; none: loopback addresses
	Redirects                  []string      // where people may be sent back to; none: every loopback address
	Unaudited                  bool          // the app has not been audited: only private accounts, only for themselves
	Processing                 time.Duration // how long content is worked on after it arrived, 20 s; below 0: not at all
	Moderation                 time.Duration // how long a public post has no id, 30 s; below 0: not at all
	AccessLasts                time.Duration // 24 hours
	RefreshLasts               time.Duration // 365 days
	UploadLasts                time.Duration // how long an upload address holds, an hour
	PostsPerDay                int           // of one account, 15
	Pending                    int           // drafts that wait in an inbox within a day, 5
	PerMinute                  int           // calls of one account to one address of the business API, 40
	Hearing                    time.Duration // how late mentions are told of, 2 hours; below 0: at once
	Plenty                     bool          // the posting API does not count the calls of a minute
	Verified                   []string      // prefixes of addresses that are known to be ours; none: every https address is
	Plain                      bool          // photos may come from http addresses too, for rehearsals
	// Fetch gets a photo; nil: over HTTP.
	Fetch func(ctx context.Context, address string) (kind string, size int64, err error)
	// Client brings webhooks and fetches photos.
	Client *http.Client
}

// Network is the pretended network.
type Network struct {
	options  Options
	stage    *sandbox.Stage
	handler  http.Handler
	courier  *courier
	told     told
	mu       sync.Mutex
	order    []*account
	accounts map[string]*account // by both of their ids
	tasks    map[string]*task
	posts    map[string]*post
	comments map[string]*comment
	namings  []*naming
	answers  map[string]*account  // what accounts of ours wrote below videos of others
	pictures map[string]enclosure // handed over for comments
	tokens   map[string]*token    // by access token
	renewals map[string]*token    // by refresh token
	codes    map[string]grant
	serial   int64
}

type account struct {
	id, business, username, name        string
	followers                           int64
	private                             bool
	noComments, noDuets, noStitches     bool
	banned                              bool
	longest                             int // seconds of a video
	posts                               []*post
	calls                               map[string][]time.Time
	sent                                []time.Time // when posts were begun by a program
	drafts                              []time.Time
	visits, gained, lost, views, shares int64
}

// post is something that can be seen, by some.
type post struct {
	id, title, text  string
	owner            *account
	photos           int
	privacy          string
	made, listed     time.Time
	numbered         time.Time // from when on its id is told
	views, likes     int64
	shares           int64
	aigc, noComments bool
	comments         []*comment
}

func (p *post) public() bool { return p.privacy == "PUBLIC_TO_EVERYONE" }

// New opens the network on a stage.
func New(stage *sandbox.Stage, o Options) *Network {
	usual := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	usual(&o.Processing, 20*time.Second)
	usual(&o.Moderation, 30*time.Second)
	usual(&o.Hearing, 2*time.Hour)
	usual(&o.AccessLasts, 24*time.Hour)
	usual(&o.RefreshLasts, 365*24*time.Hour)
	usual(&o.UploadLasts, time.Hour)
	for _, n := range []struct {
		of    *int
		value int
	}{{&o.PostsPerDay, 15}, {&o.Pending, 5}, {&o.PerMinute, 40}} {
		if *n.of == 0 {
			*n.of = n.value
		}
	}
	if o.ClientKey == "" {
		o.ClientKey, o.ClientSecret = "awtiktokkey", "tiktok-secret"
	}
	if o.BusinessID == "" {
		o.BusinessID, o.BusinessSecret = "7300000000000000001", "business-secret"
	}
	if o.BusinessKey == "" {
		o.BusinessKey = businessKey
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	n := &Network{options: o, stage: stage, accounts: map[string]*account{}, tasks: map[string]*task{}, posts: map[string]*post{}, comments: map[string]*comment{},
		pictures: map[string]enclosure{}, answers: map[string]*account{}, tokens: map[string]*token{}, renewals: map[string]*token{}, codes: map[string]grant{}}
	n.told.callback = map[string]string{}
	n.courier = newCourier(n)
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(), []sandbox.Kind{sandbox.HookTwice, sandbox.HookReordered, sandbox.HookDelayed, sandbox.HookLost}),
		Name: Name, Handler: n.table(), Action: action, Refuse: refuse, Accounts: n.ours, Actor: actor{n}, Close: n.courier.close})
	return n
}

// Handler is the network's address; it stands in for all of TikTok's hosts.
func (n *Network) Handler() http.Handler { return n.handler }

// Credentials are an account of ours with tokens of all scopes at both APIs.
type Credentials struct {
	ID, Username, Token, Refresh                  string
	BusinessID, BusinessToken, BusinessRefreshKey string
}

// Account makes an account of ours.
func (n *Network) Account(username, name string) Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := &account{id: "-000" + n.next() + "Ab_c", business: "biz-" + n.next(), username: username, name: name, followers: 240, longest: 600,
		calls: map[string][]time.Time{}}
	n.order = append(n.order, a)
	n.accounts[a.id], n.accounts[a.business] = a, a
	t := n.issue(a, everything(), false)
	b := n.issue(a, everythingBusiness(), true)
	return Credentials{a.id, username, t.access, t.refresh, a.business, b.access, b.refresh}
}

// Settings change an account as its owner would in the application.
func (n *Network) Settings(id string, private, noComments bool, longest int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a := n.accounts[id]; a != nil {
		a.private, a.noComments, a.longest = private, noComments, longest
	}
}

// Ban keeps an account from posting, or lets it post again.
func (n *Network) Ban(id string, on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a := n.accounts[id]; a != nil {
		a.banned = on
	}
}

// next gives a number of the length that TikTok's have: too long for a float.
func (n *Network) next() string {
	n.serial++
	return strconv.FormatInt(7_412_345_678_901_234_567+n.serial*1009, 10)
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []sandbox.Account
	for _, a := range n.order {
		all = append(all, sandbox.Account{ID: a.id, Name: a.name})
	}
	return all
}

func (n *Network) now() time.Time { return n.stage.Clock.Now() }
