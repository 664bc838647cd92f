// Package facebook pretends to be Facebook Pages behind the Graph API: posts, photos, videos, reels, stories, comments, likes, private replies, messages,
// bans, insights, signing in, and signed webhooks.
//
// It is written from the published parameter lists of the Graph API (Page, PagePost, Comment, Photo, AdVideo, Stories, UnifiedThread), from real
// recorded answers, and from what the documentation says in words. Nothing of it comes from a client of ours. Where the three are
// silent, a comment says what was chosen, and why it is the harsher choice:
//
//   - Nothing is idempotent. The same POST twice makes two posts (Options.RefuseRepeats turns on error 506 instead).
//   - A person has another id on every Page, as page-scoped ids are.
//   - A video that is finished twice is posted twice. What cannot be read shows only after it was worked on, when its publication was
//     promised already. Uploads that nobody finishes are forgotten after a day, and photos that nobody uses too.
//   - What is listed late has a status that says nothing of its publication meanwhile.
//   - What the Page itself does comes back as webhooks too.
//   - Rate limits answer 403 or 400 with codes 4, 17, 32, 613 and usage headers, never 429 unless the weather asks for a status.
//   - Parameters that Graph does not know are ignored, as Graph does; unknown names in fields, unknown edges, wrong types and
//     unknown enum values are refused with code 100 or 2500, as Graph does. Fields that Graph has and this sandbox does not play are
//     refused like unknown ones, so that nobody relies on them unproven.
package facebook

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// Name is how the stage calls this network.
const Name = "facebook"

// Options of the pretended app and of how strict the network is.
type Options struct {
	AppID         string        // empty: "600000000000001"
	AppSecret     string        // empty: "app-secret"
	User          string        // the name of the person who owns the Pages; empty: "Sam Keeper"
	Redirects     []string      // allowed redirect URIs; none allows every loopback address
	RequireProof  bool          // every call needs appsecret_proof
	NoHumanAgent  bool          // the app has no “Human Agent” feature: a day is all one has to answer
	NoPageSearch  bool          // the app has no feature to see the Pages of others
	RefuseRepeats bool          // the same text on the same Page within five minutes is error 506
	Work          time.Duration // how long a video is worked on; 0: 20 s
	Piece         int64         // how much of a video is asked for at once; 0: 1 MiB
	ReelsMost     int           // reels in 24 hours; 0: 30
	Client        *http.Client  // delivers webhooks and fetches photos by URL; nil is one with a timeout of 10 s
}

// Network is Facebook on a stage.
type Network struct {
	stage   *sandbox.Stage
	options Options
	handler http.Handler
	courier *graph.Courier

	mu          sync.Mutex
	random      *rand.Rand
	last        int64 // the last object number given away
	pages       map[string]*page
	order       []*page
	posts       map[string]*post
	comments    map[string]*comment
	photos      map[string]*photo
	attachments map[string]*attachment
	videos      map[string]*video
	threads     map[string]*thread
	messages    map[string]*message
	tokens      map[string]*graph.Token
	codes       map[string]*graph.Code
	hook        subscription

	watch func(node, method, edge, name string) // told of every parameter that is looked at; nil outside of tests
}

// Page is one of our Pages, with a token that may do everything and does not expire.
type Page struct {
	ID, Name, Token string
}

// New puts Facebook on the stage.
func New(stage *sandbox.Stage, o Options) *Network {
	if o.AppID == "" {
		o.AppID = "600000000000001"
	}
	if o.AppSecret == "" {
		o.AppSecret = "app-secret"
	}
	if o.User == "" {
		o.User = "Sam Keeper"
	}
	o.Piece = cmp.Or(o.Piece, pieceMost)
	if o.ReelsMost == 0 {
		o.ReelsMost = reelsMost
	}
	if o.Work == 0 {
		o.Work = 20 * time.Second
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}}
	}
	n := &Network{stage: stage, options: o, random: stage.Random(Name), last: 122_100_000_000_000_000,
		pages: map[string]*page{}, posts: map[string]*post{}, comments: map[string]*comment{}, photos: map[string]*photo{}, attachments: map[string]*attachment{}, videos: map[string]*video{},
		threads: map[string]*thread{}, messages: map[string]*message{}, tokens: map[string]*graph.Token{}, codes: map[string]*graph.Code{}}
	n.courier = &graph.Courier{Stage: stage, Network: Name, Object: "page", Secret: o.AppSecret, Client: o.Client, To: n.hookTo}
	n.courier.Start()
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(), sandbox.HookKinds(), []sandbox.Kind{sandbox.Blocked}),
		Name: Name, Handler: http.HandlerFunc(n.serve), Action: n.action, Refuse: n.refuse,
		Accounts: n.accounts, Actor: actor{n}, Close: n.close})
	return n
}

func (n *Network) close() {
	n.courier.End()
	n.options.Client.CloseIdleConnections()
}

// Settle waits until every webhook that is on its way has been answered once.
func (n *Network) Settle() { n.courier.Settle() }

// Delivered says how many webhooks were answered with 2xx, and how many tries were not.
func (n *Network) Delivered() (sent, failed int) { return n.courier.Delivered() }

func (n *Network) hookTo() (callback string, active bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hook.callback, n.hook.active
}

func (n *Network) refuse(w http.ResponseWriter, r *http.Request, why sandbox.Refusal) {
	graph.Refuse(w, r, why, n.options.AppID, "pages")
}

// Handler is the network's address: the Graph API, the sign-in page and the files.
func (n *Network) Handler() http.Handler { return n.handler }

// AddPage opens a Page.
func (n *Network) AddPage(name string) Page {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := &page{id: strconv.Itoa(100_000_000_000_001 + len(n.order)), name: name, category: "Local service", fans: 4812,
		people: map[string]*profile{}, byID: map[string]*profile{}, blocked: map[string]time.Time{}, created: n.stage.Clock.Now()}
	n.pages[p.id] = p
	n.order = append(n.order, p)
	t := n.issue(&graph.Token{Kind: "PAGE", Of: p.id, Scopes: allScopes()})
	return Page{ID: p.id, Name: name, Token: t.Value}
}

func (n *Network) accounts() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]sandbox.Account, len(n.order))
	for i, p := range n.order {
		all[i] = sandbox.Account{ID: p.id, Name: p.name}
	}
	return all
}

// number gives away the next object number: rising, with gaps, and beyond what a JavaScript number can hold exactly.
func (n *Network) number() string {
	n.last += 1 + n.random.Int64N(4999)
	return strconv.FormatInt(n.last, 10)
}

func (n *Network) watcher(node, method, edge string) func(string) {
	if n.watch == nil {
		return nil
	}
	return func(name string) { n.watch(node, method, edge, name) }
}
