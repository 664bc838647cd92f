package mastodon

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Options say how the instance behaves; zero values are what a real one does.
type Options struct {
	Name        string // on the stage; "mastodon"
	URL         string // the address others reach it at; "" is what each request asked for
	Domain      string // "mastodon.test"
	GoToSocial  bool
	Old         bool          // before 4.5: it knows no quotes, and does not say that it overlooks them
	Characters  int           // 500, GoToSocial 5000
	MediaAsks   int           // how often a file that is being worked on answers 206; files other than images are always worked on
	MediaTime   time.Duration // how long it is worked on besides
	MediaFails  bool          // at the end of the work it turns out that nothing can be made of it
	PollAnswers int           // 4
	PollAnswer  int           // characters of one: 50
	Requests    int           // 300 per account and five minutes
	Posts       int           // 300 per account and three hours
	Uploads     int           // 30 per account and half an hour
	Deletes     int           // 30 per account and half an hour
	ImageLimit  int64
	VideoLimit  int64
	Unread      bool // pictures are not looked into: whoever passes requests on has broken their bytes
	NoStreaming bool // streaming answers 503: only polling is left
}

func (o *Options) fill() {
	pick := func(n *int, usual int) {
		if *n == 0 {
			*n = usual
		}
	}
	pick(&o.Requests, 300)
	pick(&o.Posts, 300)
	pick(&o.Uploads, 30)
	pick(&o.Deletes, 30)
	pick(&o.Characters, map[bool]int{false: 500, true: 5000}[o.GoToSocial])
	pick(&o.PollAnswers, 4)
	pick(&o.PollAnswer, 50)
	if o.Name == "" {
		o.Name = "mastodon"
	}
	if o.Domain == "" {
		o.Domain = "mastodon.test"
	}
	if o.ImageLimit == 0 {
		o.ImageLimit = 16 << 20
	}
	if o.VideoLimit == 0 {
		o.VideoLimit = 99 << 20
	}
}

func (o *Options) most() (characters, link, files int) {
	if o.GoToSocial {
		return o.Characters, 25, 6
	}
	return o.Characters, 23, 4
}

// Network is one pretended instance.
type Network struct {
	options  Options
	stage    *sandbox.Stage
	handler  http.Handler
	mux      *http.ServeMux
	text     patterns
	mu       sync.Mutex
	accounts map[int64]*account
	names    map[string]*account // by address: name, or name@domain
	statuses map[int64]*status
	media    map[int64]*file
	plans    map[int64]*plan
	convos   map[string]*convo
	apps     map[string]*app
	codes    map[string]*code
	tokens   map[string]*token
	last     int64 // identifier
	serial   int64
}

type account struct {
	id                         int64
	name, acct, display, note  string
	ours                       bool
	person                     *sandbox.Person
	created                    time.Time
	posts                      []*status // by identifier
	notices                    []*notice
	following, followers       map[int64]bool
	blocks, mutes              map[int64]bool
	keys                       map[string]keyed // Idempotency-Key → what it made
	filters                    []object
	convos                     []*convo
	listeners                  map[chan event]string
	calls, writes, files, gone window
}

type keyed struct {
	id int64
	at time.Time
}

// New opens an instance on a stage.
func New(stage *sandbox.Stage, o Options) *Network {
	o.fill()
	n := &Network{options: o, stage: stage, text: newPatterns(), accounts: map[int64]*account{}, names: map[string]*account{},
		statuses: map[int64]*status{}, media: map[int64]*file{}, plans: map[int64]*plan{}, convos: map[string]*convo{},
		apps: map[string]*app{}, codes: map[string]*code{}, tokens: map[string]*token{}}
	n.mux = n.table()
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds()),
		Name: o.Name, Handler: n.mux, Action: action, Refuse: n.refuse, Accounts: n.ours, Actor: actor{n}})
	return n
}

// Handler is the instance's address.
func (n *Network) Handler() http.Handler { return n.handler }

// Credentials are an account of ours and an access token for it with all scopes.
type Credentials struct {
	ID, Username, Token string
}

// Account makes an account of ours.
func (n *Network) Account(username, name string) Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.newAccount(username, username, name)
	a.ours = true
	return Credentials{key(a.id), username, n.issue(a)}
}

// Token gives an account another access token, as when its owner makes a new one.
func (n *Network) Token(username string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.issue(n.names[strings.ToLower(username)])
}

func (n *Network) issue(a *account) string {
	t := &token{value: n.secretText("token"), account: a, scopes: strings.Fields("profile read write follow push"), made: n.stage.Clock.Now()}
	n.tokens[t.value] = t
	return t.value
}

func (n *Network) newAccount(username, acct, name string) *account {
	now := n.stage.Clock.Now()
	a := &account{id: n.newID(now), name: username, acct: acct, display: name, created: now, following: map[int64]bool{},
		followers: map[int64]bool{}, blocks: map[int64]bool{}, mutes: map[int64]bool{}, keys: map[string]keyed{},
		listeners: map[chan event]string{}}
	n.accounts[a.id], n.names[strings.ToLower(acct)] = a, a
	return a
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []sandbox.Account
	for _, a := range n.accounts {
		if a.ours {
			all = append(all, sandbox.Account{ID: key(a.id), Name: a.name})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// newID is a snowflake: milliseconds, then what keeps those of one millisecond apart. At the present moment they only grow.
func (n *Network) newID(at time.Time) int64 {
	id := at.UnixMilli() << 16
	if id <= n.last && id>>16 >= n.last>>16-1 {
		id = n.last + 1
	}
	for n.statuses[id] != nil || n.accounts[id] != nil || n.media[id] != nil {
		id++
	}
	n.last = max(n.last, id)
	return id
}

func (n *Network) secretText(what string) string {
	n.serial++
	sum := sha256.Sum256([]byte(fmt.Sprint(what, n.options.Name, n.serial)))
	return hex.EncodeToString(sum[:])[:43]
}

// find answers an account by its address, with or without the instance's own domain.
func (n *Network) find(address string) *account {
	address = strings.ToLower(strings.TrimPrefix(address, "@"))
	return n.names[strings.TrimSuffix(address, "@"+n.options.Domain)]
}

func (n *Network) byID(text string) *account {
	id, _ := strconv.ParseInt(text, 10, 64)
	return n.accounts[id]
}

func key(id int64) string { return strconv.FormatInt(id, 10) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
