package lemmy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Options say how the server behaves; zero values are what a real one does.
type Options struct {
	Name     string // on the stage; "lemmy"
	URL      string // the address others reach it at; "" is what each request asked for
	Domain   string // "lemmy.test"
	Version  string // "0.19.13"
	Messages int    // reads and messages: 180 a minute
	Posts    int    // 6 in ten minutes
	Comments int    // 6 in ten minutes
	Images   int    // 6 an hour
	// Late is how long what people of other servers write takes to arrive; it
	// bears the time at which it was written.
	Late time.Duration
}

func (o *Options) fill() {
	for n, usual := range map[*int]int{&o.Messages: 180, &o.Posts: 6, &o.Comments: 6, &o.Images: 6} {
		if *n == 0 {
			*n = usual
		}
	}
	for s, usual := range map[*string]string{&o.Name: "lemmy", &o.Domain: "lemmy.test", &o.Version: "0.19.13"} {
		if *s == "" {
			*s = usual
		}
	}
}

// Network is one pretended server.
type Network struct {
	options     Options
	stage       *sandbox.Stage
	handler     http.Handler
	mu          sync.Mutex
	members     map[int64]*member
	names       map[string]*member // by name, or name@server
	communities map[int64]*community
	posts       []*post // as they arrived
	comments    []*comment
	messages    []*message
	notices     []*notice
	images      map[string][]byte
	sessions    map[string]*member
	last        map[string]int64 // by kind
	serial      int
}

type member struct {
	id                         int64
	name, server, display      string // server "" is ours
	password, code             string
	ours, banned               bool
	person                     *sandbox.Person
	made                       time.Time
	blocks                     map[int64]bool
	follows                    []*community
	calls, posts, words, files window
}

type community struct {
	id           int64
	name, title  string
	closed, nsfw bool // closed: moderators alone post
	mods, banned map[int64]bool
	languages    []int64
	made         time.Time
}

type window struct {
	start time.Time
	spent int
}

// New opens a server on a stage, with a community that nobody of ours moderates.
func New(stage *sandbox.Stage, o Options) *Network {
	o.fill()
	n := &Network{options: o, stage: stage, members: map[int64]*member{}, names: map[string]*member{}, communities: map[int64]*community{},
		images: map[string][]byte{}, sessions: map[string]*member{},
		last: map[string]int64{"post": 48210, "comment": 930110, "private_message": 7310, "person": 2010, "community": 310, "notice": 60}}
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds()),
		Name: o.Name, Handler: n.table(), Action: action, Refuse: n.refuse, Accounts: n.ours, Actor: actor{n}})
	return n
}

// Handler is the server's address.
func (n *Network) Handler() http.Handler { return n.handler }

// Credentials are an account of ours: how it signs in, and a community that it
// moderates.
type Credentials struct {
	ID, Username, Password string
	Community              string // its number
}

// Account makes an account of ours, and a community of its name that it moderates.
func (n *Network) Account(username, display string) Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.member(username, "", display)
	m.ours, m.password = true, n.secretText("password")[:20]
	c := n.community(username, display)
	c.mods[m.id] = true
	m.follows = append(m.follows, c)
	return Credentials{key(m.id), username, m.password, key(c.id)}
}

// Second makes an account ask for a code besides the password.
func (n *Network) Second(username, code string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[username].code = code
}

// Community makes one that an account follows and does not moderate.
func (n *Network) Community(username, name, title string, closed bool) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.community(name, title)
	c.closed = closed
	m := n.names[username]
	m.follows = append(m.follows, c)
	return key(c.id)
}

// Only lets a community take posts in these languages alone.
func (n *Network) Only(community string, languages ...int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.communities {
		if key(c.id) == community {
			c.languages = languages
		}
	}
}

func (n *Network) community(name, title string) *community {
	c := &community{id: n.next("community"), name: name, title: title, mods: map[int64]bool{}, banned: map[int64]bool{}, languages: []int64{0, english, french}, made: n.stage.Clock.Now()}
	n.communities[c.id] = c
	return c
}

func (n *Network) member(name, server, display string) *member {
	m := &member{id: n.next("person"), name: name, server: server, display: display, made: n.stage.Clock.Now(), blocks: map[int64]bool{}}
	n.members[m.id] = m
	n.names[strings.TrimSuffix(name+"@"+server, "@")] = m
	return m
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := []sandbox.Account{}
	for _, m := range n.members {
		if m.ours {
			all = append(all, sandbox.Account{ID: key(m.id), Name: m.display})
		}
	}
	slices.SortFunc(all, func(a, b sandbox.Account) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// next is the next number of a kind; some are left out, as those of failed writes.
func (n *Network) next(kind string) int64 {
	n.serial++
	n.last[kind] += int64(1 + n.serial%3)
	return n.last[kind]
}

func (n *Network) secretText(what string) string {
	n.serial++
	sum := sha256.Sum256([]byte(fmt.Sprint(what, n.options.Name, n.serial)))
	return hex.EncodeToString(sum[:])
}

func key(id int64) string { return strconv.FormatInt(id, 10) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
