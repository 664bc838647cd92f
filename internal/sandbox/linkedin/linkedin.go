// Package linkedin pretends to be LinkedIn: members and Pages that post, comments below their posts, reactions, statistics, signing in,
// and signed webhooks.
//
// It is written from LinkedIn's documentation of version 202609 of its API (Posts, Images, Videos, Comments, Reactions, Social
// Metadata, Organization Social Action Notifications, the statistics, OAuth 2.0) and from its published request collections. No machine
// description of it exists and nothing of this comes from a client of ours. Where the documentation is silent the harsher choice was
// made, and a comment says so:
//
//   - Every call under /rest needs Linkedin-Version and X-Restli-Protocol-Version; a version that is over answers 426.
//   - Text of posts is read as “little text”: at a reserved sign that is not escaped, the rest is cut off without a word.
//   - Fields that the documentation does not name are refused with 422.
//   - A new post's id stands in the header x-restli-id alone.
//   - The same words by the same author within ten minutes are refused with 422, naming the first post.
//   - An answer hangs below a first comment, never deeper.
//   - Lists are paged by offset and have no order that could be relied on but that of posts.
//   - Likes that are taken back are told by nobody, and so are follows.
package linkedin

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Name is how the stage calls this network.
const Name = "linkedin"

// Options of the pretended app and of how strict the network is.
type Options struct {
	ClientID     string        // empty: "77kithrehearsal"
	ClientSecret string        // empty: "client-secret"
	Application  string        // the number of the app, which subscriptions name; empty: "212345678"
	Scopes       []string      // what the app may ask for; none: everything
	Partner      bool          // gives tokens to refresh with, as approved partners get
	Rotate       bool          // a refresh gives another token to refresh with, and the old one is over
	Development  bool          // the development tier: no BATCH_GET, no webhooks
	MemberDaily  int           // calls of a member in a day of UTC; 0: no end
	AppDaily     int           // calls of the app in a day of UTC; 0: no end
	Comments     int           // comments of an actor in a minute; 0: no end
	PartBytes    int64         // how large the parts of a video are; 0: 4 MiB
	Processing   time.Duration // how long a file is worked on; 0: 20 s for videos, 2 s for images
	Refused      bool          // every video fails at the end of its processing
	Settling     time.Duration // how long a new post cannot be commented on
	OwnOnly      bool          // a Page cannot delete what others wrote below its posts
	Client       *http.Client  // delivers webhooks; nil is one with a timeout of 10 s
}

// Network is LinkedIn on a stage.
type Network struct {
	stage   *sandbox.Stage
	options Options
	handler http.Handler
	courier *courier

	mu       sync.Mutex
	random   *rand.Rand
	members  map[string]*member // by id; ours and everybody else
	pages    map[string]*page   // by number
	order    []string           // ours, by URN, in the order of their making
	posts    map[string]*post   // by every URN that it has
	listed   []*post            // oldest first
	comments map[string]*comment
	files    map[string]*file
	uploads  map[string]*upload // by the secret of its address
	spoken   map[string]*file   // videos, by the address of their subtitles
	faces    map[string]*file   // videos, by the address of their covers
	tokens   map[string]*token
	renewals map[string]*renewal
	codes    map[string]*code
	news     []*news
	hooks    map[string]*hook // subscriptions by their keys
	valid    map[string]bool  // addresses that have answered the challenge
	used     map[string]int   // calls by day and by whom
	notes    int64
}

// Account is a member or a Page of ours, with a token that may do everything.
type Account struct {
	URN, Number, Name, Token string
}

// New puts LinkedIn on the stage.
func New(stage *sandbox.Stage, o Options) *Network {
	if o.ClientID == "" {
		o.ClientID = "77kithrehearsal"
	}
	if o.ClientSecret == "" {
		o.ClientSecret = "client-secret"
	}
	if o.Application == "" {
		o.Application = "212345678"
	}
	if o.PartBytes == 0 {
		o.PartBytes = 4 << 20
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}}
	}
	n := &Network{stage: stage, options: o, random: stage.Random(Name), members: map[string]*member{}, pages: map[string]*page{},
		posts: map[string]*post{}, comments: map[string]*comment{}, files: map[string]*file{}, uploads: map[string]*upload{}, spoken: map[string]*file{}, faces: map[string]*file{},
		tokens: map[string]*token{}, renewals: map[string]*renewal{}, codes: map[string]*code{}, hooks: map[string]*hook{}, valid: map[string]bool{}, used: map[string]int{}}
	n.courier = newCourier(n)
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(), sandbox.HookKinds()),
		Name: Name, Handler: http.HandlerFunc(n.serve), Action: action, Refuse: n.refuse,
		Accounts: n.accounts, Actor: actor{n}, Close: n.close})
	return n
}

func (n *Network) close() {
	n.courier.end()
	n.options.Client.CloseIdleConnections()
}

// Handler is the network's address: the API, the sign-in page and where files go.
func (n *Network) Handler() http.Handler { return n.handler }

// AddMember makes a member of ours.
func (n *Network) AddMember(name string) Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.newMember(name)
	m.ours = true
	n.order = append(n.order, m.urn())
	return Account{URN: m.urn(), Number: m.id, Name: name, Token: n.issue(m, allScopes(), 60*24*time.Hour).value}
}

// AddPage makes a Page that a member administers; the token is the member's.
func (n *Network) AddPage(name string, admin Account) Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := &page{number: strconv.Itoa(2_414_183 + len(n.pages)*1009), name: name, followers: 1204, roles: map[string]string{admin.Number: "ADMINISTRATOR"}, days: map[string]*figures{}}
	n.pages[p.number] = p
	n.order = append(n.order, p.urn())
	return Account{URN: p.urn(), Number: p.number, Name: name, Token: admin.Token}
}

// SetRole changes what a member is on a Page: ADMINISTRATOR, CONTENT_ADMINISTRATOR, ANALYST, …; "" takes it away.
func (n *Network) SetRole(pageNumber, memberID, role string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p, ok := n.pages[pageNumber]; ok {
		p.roles[memberID] = role
	}
}

func (n *Network) accounts() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]sandbox.Account, len(n.order))
	for i, urn := range n.order {
		all[i] = sandbox.Account{ID: urn, Name: n.nameOf(urn)}
	}
	return all
}

func (n *Network) now() time.Time { return n.stage.Clock.Now() }

// number makes the next number of anything: LinkedIn's begin with the time, and are beyond what a JavaScript number holds exactly.
func (n *Network) number() string {
	n.notes++
	return strconv.FormatInt(n.now().UnixMilli()<<22|(n.notes&0x3fffff), 10)
}

// opaque makes an unguessable-looking text. It guards nothing: everything here is pretended.
func (n *Network) opaque(prefix string, length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	b := make([]byte, length)
	for i := range b {
		b[i] = letters[n.random.IntN(len(letters))]
	}
	return prefix + string(b)
}

// newMember makes somebody with a profile; the caller holds the mutex.
func (n *Network) newMember(name string) *member {
	m := &member{id: n.opaque("", 10), name: name}
	n.members[m.id] = m
	return m
}

// see gives the member that somebody of the cast is.
func (n *Network) see(who sandbox.Person) *member {
	id := fmt.Sprintf("cast%s", who.ID)
	m, ok := n.members[id]
	if !ok {
		m = &member{id: id, name: who.Name, handle: who.Handle}
		n.members[id] = m
	}
	return m
}
