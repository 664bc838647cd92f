package bluesky

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Options say how the network behaves; zero values are what the real one does.
type Options struct {
	Name        string // on the stage; "bluesky"
	URL         string // the address others reach it at; "" is what each request asked for
	Domain      string // of the handles of people; "bsky.test"
	AccessLife  time.Duration
	BlobLimit   int64
	HourPoints  int           // 5000 per account: create 3, update 2, delete 1
	DayPoints   int           // 35000
	Calls       int           // 3000 per account and five minutes
	SignIns     int           // 30 per account and five minutes
	PDSOnly     bool          // no AppView: reads of app.bsky answer 502, as a lone data server does
	NoRateHints bool          // no ratelimit-* headers, as a lone data server
	BlobLife    time.Duration // of one that no record names: 24 h
	VideoAsks   int           // how often a video is still being worked on: 1
	VideoTime   time.Duration // how long it is worked on besides
	VideoFails  string        // at the end of the work it turns out that nothing can be made of it: a failureCode
	VideosDaily int           // 25 per account
	NoVideos    bool          // the account may publish none
	ConsentLife time.Duration // of an access token that a consent gave: 15 min
	// Client gives the document of a client by its id; nil: it is asked for.
	Client func(id string) ([]byte, error)
}

func (o *Options) fill() {
	pick := func(n *int, usual int) {
		if *n == 0 {
			*n = usual
		}
	}
	pick(&o.HourPoints, 5000)
	pick(&o.DayPoints, 35000)
	pick(&o.Calls, 3000)
	pick(&o.SignIns, 30)
	pick(&o.VideoAsks, 1)
	pick(&o.VideosDaily, 25)
	if o.BlobLife == 0 {
		o.BlobLife = 24 * time.Hour
	}
	if o.Name == "" {
		o.Name = "bluesky"
	}
	if o.Domain == "" {
		o.Domain = "bsky.test"
	}
	if o.AccessLife == 0 {
		o.AccessLife = 2 * time.Hour
	}
	if o.ConsentLife == 0 {
		o.ConsentLife = 15 * time.Minute
	}
	if o.Client == nil {
		o.Client = readClient
	}
	if o.BlobLimit == 0 {
		o.BlobLimit = 52428800
	}
}

// Network is one pretended Bluesky.
type Network struct {
	options  Options
	stage    *sandbox.Stage
	handler  http.Handler
	rules    map[string]recordRule
	syntax   patterns
	routes   map[string]route
	key      []byte
	mu       sync.Mutex
	accounts map[string]*account // by DID
	handles  map[string]*account
	records  map[string]*record // by address
	about    map[string]*crowd  // what points at an address
	convos   map[string]*convo
	videos   map[string]*videoJob
	sessions map[string]string // refresh tokens that hold, and what they may
	micros   int64             // of the last TID
	serial   int64

	told       int64                // answers that told a nonce
	proofs     map[string]time.Time // proofs that were seen, until they are too old anyway
	pushes     map[string]*pushed   // what clients are about to ask people for
	challenges map[string]bool
	codes      map[string]*pushed
	spent      map[string]string // codes, and the consents that came of them
	consents   map[string]*consent
	accesses   map[string]string // tokens, and the consents they belong to
	refreshes  map[string]string // also those that were used
}

type account struct {
	did, handle, name, email, bio, password string
	ours                                    bool
	person                                  *sandbox.Person
	created                                 time.Time
	apps                                    []appPassword
	repo                                    map[string]map[string]*record
	rev, commit                             string
	epoch                                   int
	posts                                   []*record // and reposts, in order of arrival
	notices                                 []notice
	seen                                    time.Time
	mutes                                   map[string]bool
	follows, followers, blocks              map[string]string // DID → address of the record
	prefs                                   []any
	blobs                                   map[string]blobFile
	log                                     []logLine
	hour, day, calls, signIns, films        window
}

type appPassword struct {
	name, password string
	privileged     bool
}

type blobFile struct {
	mime string
	data []byte
	made time.Time
	used bool // a record names it
}

// New opens a Bluesky on a stage.
func New(stage *sandbox.Stage, o Options) *Network {
	o.fill()
	n := &Network{options: o, stage: stage, rules: records(), syntax: newPatterns(), accounts: map[string]*account{},
		handles: map[string]*account{}, records: map[string]*record{}, about: map[string]*crowd{}, convos: map[string]*convo{},
		sessions: map[string]string{}, videos: map[string]*videoJob{}, proofs: map[string]time.Time{}, pushes: map[string]*pushed{}, challenges: map[string]bool{},
		codes: map[string]*pushed{}, spent: map[string]string{}, consents: map[string]*consent{}, accesses: map[string]string{}, refreshes: map[string]string{}}
	sum := sha256.Sum256([]byte("key of " + o.Name))
	n.key = sum[:]
	n.routes = n.table()
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds()),
		Name: o.Name, Handler: http.HandlerFunc(n.serve), Action: action, Refuse: n.refuse,
		Accounts: n.ours, Actor: actor{n}})
	return n
}

// Handler is the network's address.
func (n *Network) Handler() http.Handler { return n.handler }

// Credentials are what one of our accounts signs in with.
type Credentials struct {
	DID, Handle, Password, AppPassword string
}

// Account makes an account of ours, with a password and an app password (which may read and write direct messages).
func (n *Network) Account(handle, name string) Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.newAccount(handle, name, "password of "+handle)
	a.ours = true
	if now := n.stage.Clock.Now(); name != "" {
		n.keep(a, "app.bsky.actor.profile", "self", object{"$type": "app.bsky.actor.profile", "displayName": name, "createdAt": stamp(now)}, now, now)
	}
	app := n.newAppPassword(a, "kith", true)
	return Credentials{a.did, a.handle, a.password, app.password}
}

func (n *Network) newAccount(handle, name, password string) *account {
	now := n.stage.Clock.Now()
	a := &account{did: didOf(n.options.Name + handle), handle: handle, name: name, email: handle + "@example.com", password: password,
		created: now, repo: map[string]map[string]*record{}, mutes: map[string]bool{}, follows: map[string]string{},
		followers: map[string]string{}, blocks: map[string]string{}, blobs: map[string]blobFile{}, prefs: []any{}}
	n.commit(a)
	n.accounts[a.did], n.handles[handle] = a, a
	return a
}

func (n *Network) newAppPassword(a *account, name string, privileged bool) appPassword {
	n.serial++
	text := letters(fmt.Sprint(a.did, name, n.serial), 16)
	p := appPassword{name, strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-"), privileged}
	a.apps = append(a.apps, p)
	return p
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []sandbox.Account
	for _, a := range n.accounts {
		if a.ours {
			all = append(all, sandbox.Account{ID: a.did, Name: a.handle})
		}
	}
	sortAccounts(all)
	return all
}

// find answers the account with a DID or handle.
func (n *Network) find(name string) *account {
	if a := n.accounts[name]; a != nil {
		return a
	}
	return n.handles[strings.ToLower(name)]
}

// tid is a new key, later than every one before.
func (n *Network) tid() string {
	n.micros = max(n.micros+1, n.stage.Clock.Now().UnixMicro())
	return tidFrom(n.micros, 21)
}

func (n *Network) commit(a *account) map[string]any {
	a.rev = n.tid()
	a.commit = cidOf(codecDAGCBOR, []byte(a.did+a.rev))
	return map[string]any{"cid": a.commit, "rev": a.rev}
}

func didOf(text string) string { return "did:plc:" + letters(text, 24) }

func letters(text string, n int) string {
	sum := sha256.Sum256([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:n]
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
