// Package whatsapp pretends to be the WhatsApp Business Platform (Cloud API): messages, templates, files, blocked people, numbers of
// business accounts, consent and signed webhooks.
//
// It is written from the published description (business-messaging-api v23.0) and from the documentation of 2026. Where they are
// silent, the harsher way was chosen:
//
//   - Nothing that was sent can be listed, and there is no key: sending twice makes two messages. biz_opaque_callback_data comes back
//     in the statuses and nowhere else.
//   - Every third person hides their number: webhooks name them by their business-scoped id and username alone.
//   - What cannot be delivered is accepted, and told by a status later.
//   - That the quality of a number changes is told by no webhook; only a limit that changes with it is.
//   - A reaction opens no time to write freely: the documentation names messages and calls.
//   - Addresses of files end after five minutes and want the token.
package whatsapp

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// Name is how the stage calls this network.
const Name = "whatsapp"

// Options of the pretended app and of how strict the network is.
type Options struct {
	AppID, AppSecret string // empty: "800000000000002" and "app-secret"
	RequireProof     bool   // every call needs appsecret_proof
	PerSecond        int    // messages of one number in a second; 0: 80
	PairBurst        int    // messages to one person at once; 0: 45, then one in six seconds
	People           int    // to whom all numbers of a portfolio may write first in a day; 0: 250, below 0: as many as they like
	// LateWindow: a message outside of the window is accepted, and refused by a status.
	LateWindow bool
	Client     *http.Client
}

// Network is WhatsApp on a stage.
type Network struct {
	stage   *sandbox.Stage
	options Options
	handler http.Handler
	courier *graph.Courier

	mu        sync.Mutex
	random    *rand.Rand
	last      int64
	numbers   map[string]*number // by their ids
	order     []*number
	accounts  map[string]*account // business accounts, by their ids
	messages  map[string]*message
	files     map[string]*file
	tokens    map[string]*graph.Token
	codes     map[string]*code
	hook      subscription
	refused   []string // fields of webhooks
	watch     func(node, method, edge, name string)
	unreached map[string]bool // people who cannot be reached, by their ids on the stage
}

// Number is one of our phone numbers.
type Number struct {
	ID, Account, Display, Name, Token string
}

// New puts WhatsApp on the stage.
func New(stage *sandbox.Stage, o Options) *Network {
	for value, usual := range map[*string]string{&o.AppID: "800000000000002", &o.AppSecret: "app-secret"} {
		if *value == "" {
			*value = usual
		}
	}
	if o.PerSecond == 0 {
		o.PerSecond = 80
	}
	if o.PairBurst == 0 {
		o.PairBurst = 45
	}
	if o.People == 0 {
		o.People = 250
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}}
	}
	n := &Network{stage: stage, options: o, random: stage.Random(Name), last: 106_540_352_242_900, numbers: map[string]*number{}, accounts: map[string]*account{},
		messages: map[string]*message{}, files: map[string]*file{}, tokens: map[string]*graph.Token{}, codes: map[string]*code{}, unreached: map[string]bool{}}
	n.courier = &graph.Courier{Stage: stage, Network: Name, Object: object, Secret: o.AppSecret, Client: o.Client, To: n.hookTo}
	n.courier.Start()
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.TokenKinds(), sandbox.HookKinds()),
		Name: Name, Handler: http.HandlerFunc(n.serve), Action: action, Refuse: n.refuse,
		Accounts: n.ours, Actor: actor{n}, Private: true, Close: n.close})
	return n
}

func (n *Network) close() {
	n.courier.End()
	n.options.Client.CloseIdleConnections()
}

// Handler is the network's address: Graph, the page of consent and the files.
func (n *Network) Handler() http.Handler { return n.handler }

// AddNumber opens a phone number of a business account, which is made by its first number.
func (n *Network) AddNumber(business, name, display string) Number {
	n.mu.Lock()
	defer n.mu.Unlock()
	var of *account
	for _, a := range n.accounts {
		if a.name == business {
			of = a
		}
	}
	if of == nil {
		of = &account{id: n.number(), name: business, templates: standing(), portfolio: n.portfolio(business)}
		n.accounts[of.id] = of
	}
	x := &number{id: n.number(), of: of, name: name, display: display, people: map[string]*contact{}, blocked: map[string]bool{}, quality: "GREEN", status: "LINKED"}
	of.numbers = append(of.numbers, x)
	n.numbers[x.id] = x
	n.order = append(n.order, x)
	token := n.issue(&graph.Token{Kind: "SYSTEM_USER", Accounts: []string{of.id}, Scopes: allScopes()})
	return Number{ID: x.id, Account: of.id, Display: display, Name: name, Token: token}
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]sandbox.Account, len(n.order))
	for i, x := range n.order {
		all[i] = sandbox.Account{ID: x.id, Name: x.name}
	}
	return all
}

// portfolio is whose a business account is: what stands before a slash in its name, so that a business may have several.
func (n *Network) portfolio(business string) *portfolio {
	name, _, _ := strings.Cut(business, "/")
	for _, a := range n.accounts {
		if a.portfolio.name == name {
			return a.portfolio
		}
	}
	return &portfolio{id: n.number(), name: name, most: n.options.People, met: map[string]time.Time{}}
}

// Tier changes to how many people the portfolio of a number may write first in a day, below 0: to all. It gives Meta's word for it.
func (n *Network) Tier(id string, most int) string {
	defer n.courier.Wake() // when the mutex is free
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.numbers[id].of.portfolio
	p.most = most
	n.tellLimit(p)
	return p.tier()
}

// number gives away the next number of an object.
func (n *Network) number() string {
	n.last += 1 + n.random.Int64N(4999)
	return strconv.FormatInt(n.last, 10)
}

// Settle waits until every webhook that is on its way has been answered once.
func (n *Network) Settle() { n.courier.Settle() }

// Delivered says how many webhooks were answered with 2xx, and how many tries were not.
func (n *Network) Delivered() (sent, failed int) { return n.courier.Delivered() }

// Unreachable lets what is sent to a person fail from now on: accepted, and told later.
func (n *Network) Unreachable(person string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unreached[person] = true
}

// Rate changes the quality of a number, as people who block it do.
func (n *Network) Rate(id, quality string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.numbers[id].quality = quality
}

// Put changes the state of a number: BANNED, RESTRICTED, LINKED.
func (n *Network) Put(id, status string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.numbers[id].status = status
}

func (n *Network) watcher(node, method, edge string) func(string) {
	if n.watch == nil {
		return nil
	}
	return func(name string) { n.watch(node, method, edge, name) }
}
