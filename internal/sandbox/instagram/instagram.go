// Package instagram pretends to be Instagram for professional accounts behind the Graph API, with both logins: that of Facebook
// (graph.facebook.com, tokens of a Page) and that of Instagram (graph.instagram.com). Containers, uploads that resume, media, stories,
// comments, messages, mentions, insights, quotas, consent and signed webhooks.
//
// It is written from the published parameter lists (IGUser, IGMedia, IGComment, Page), from recorded answers and from the documentation
// of the Instagram Platform as of 2026. Where they are silent, the harsher way was chosen:
//
//   - Publishing a container twice makes two posts: nothing of it is idempotent.
//   - What is published late into lists leaves its container FINISHED meanwhile, so a container that looks unpublished proves nothing.
//   - Nobody is told who likes, and comments come without a filter, newest first.
//   - is_ai_generated and is_paid_partnership are in the documentation of 2026 and not in the parameter lists of April 2026.
package instagram

import (
	"context"
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
const Name = "instagram"

// Options of the pretended apps and of how strict the network is.
type Options struct {
	AppID, AppSecret string // the Meta app; empty: "600000000000002" and "app-secret"
	IGID, IGSecret   string // the Instagram app of the same Meta app; empty: "700000000000002" and "ig-secret"
	NoPageSearch     bool   // the app has no feature to see the Pages of others
	RequireProof     bool   // every call with Facebook login needs appsecret_proof
	PublishMax       int    // posts in 24 hours; 0: 100, as the guide says (the reference says 50)
	ContainersMax    int    // containers in 24 hours; 0: 400
	Client           *http.Client
	NoTrials         string // where trial reels of these accounts are refused: "create" or "publish"; empty: nowhere
	Unlisted         bool   // trial reels are in no list of the account
	// Work is how long a file is worked on; 0: 4 s for an image, 20 s for a video.
	Work time.Duration
	// Fetch gets a file by its address, kind is image or video; nil fetches it for real.
	Fetch func(ctx context.Context, address, kind string) (data []byte, err error)
}

// Network is Instagram on a stage.
type Network struct {
	stage   *sandbox.Stage
	options Options
	handler http.Handler
	courier *graph.Courier

	mu         sync.Mutex
	random     *rand.Rand
	last       int64
	accounts   map[string]*account // by the id of the professional account
	pages      map[string]*account // by the id of the Page it is linked to
	order      []*account
	containers map[string]*container
	media      map[string]*media
	comments   map[string]*comment
	threads    map[string]*thread
	messages   map[string]*message
	tokens     map[string]*graph.Token
	codes      map[string]*graph.Code
	hook       subscription
	watch      func(node, method, edge, name string)
}

// Account is one of our professional accounts. Token is of Instagram login, PageToken of Facebook login.
type Account struct {
	ID, Username, Name, PageID, Token, PageToken string
}

// New puts Instagram on the stage.
func New(stage *sandbox.Stage, o Options) *Network {
	for value, usual := range map[*string]string{&o.AppID: "600000000000002", &o.AppSecret: "app-secret", &o.IGID: "700000000000002", &o.IGSecret: "ig-secret"} {
		if *value == "" {
			*value = usual
		}
	}
	if o.PublishMax == 0 {
		o.PublishMax = 100
	}
	if o.ContainersMax == 0 {
		o.ContainersMax = 400
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}}
	}
	n := &Network{stage: stage, options: o, random: stage.Random(Name), last: 17_900_000_000_000_000,
		accounts: map[string]*account{}, pages: map[string]*account{}, containers: map[string]*container{}, media: map[string]*media{},
		comments: map[string]*comment{}, threads: map[string]*thread{}, messages: map[string]*message{}, tokens: map[string]*graph.Token{},
		codes: map[string]*graph.Code{}}
	n.courier = &graph.Courier{Stage: stage, Network: Name, Object: "instagram", Secret: o.AppSecret, Client: o.Client, To: n.hookTo}
	n.courier.Start()
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(), sandbox.HookKinds(), []sandbox.Kind{sandbox.Blocked}),
		Name: Name, Handler: http.HandlerFunc(n.serve), Action: n.action, Refuse: n.refuse,
		Accounts: n.ours, Actor: actor{n}, Close: n.close})
	return n
}

func (n *Network) close() {
	n.courier.End()
	n.options.Client.CloseIdleConnections()
}

func (n *Network) refuse(w http.ResponseWriter, r *http.Request, why sandbox.Refusal) {
	graph.Refuse(w, r, why, n.options.AppID, "instagram")
}

// Handler is the network's address: both Graph hosts, the uploads, the consent pages and the files.
func (n *Network) Handler() http.Handler { return n.handler }

// AddAccount opens a professional account that is linked to a Page.
func (n *Network) AddAccount(username, name string) Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := len(n.order)
	a := &account{id: strconv.Itoa(17_841_400_000_000_001 + i), scoped: strconv.Itoa(24_000_000_000_000_001 + i), page: strconv.Itoa(100_000_000_000_201 + i),
		username: username, name: name, followers: 2315, people: map[string]*profile{}, byID: map[string]*profile{}, blocked: map[string]bool{}}
	n.accounts[a.id], n.pages[a.page] = a, a
	n.order = append(n.order, a)
	made := Account{ID: a.id, Username: username, Name: name, PageID: a.page}
	made.PageToken = n.issue("EAAG", &graph.Token{Kind: "PAGE", Of: a.id, Scopes: facebookScopes()})
	made.Token = n.issue("IGAA", &graph.Token{Kind: "IG", Of: a.id, Scopes: instagramScopes(), Expires: n.stage.Clock.Now().Add(graph.LongLife)})
	return made
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]sandbox.Account, len(n.order))
	for i, a := range n.order {
		all[i] = sandbox.Account{ID: a.id, Name: a.name}
	}
	return all
}

// number gives away the next object number: rising, with gaps, and beyond what a JavaScript number can hold exactly.
func (n *Network) number() string {
	n.last += 1 + n.random.Int64N(4999)
	return strconv.FormatInt(n.last, 10)
}

// Settle waits until every webhook that is on its way has been answered once.
func (n *Network) Settle() { n.courier.Settle() }

// Delivered says how many webhooks were answered with 2xx, and how many tries were not.
func (n *Network) Delivered() (sent, failed int) { return n.courier.Delivered() }

func (n *Network) watcher(node, method, edge string) func(string) {
	if n.watch == nil {
		return nil
	}
	return func(name string) { n.watch(node, method, edge, name) }
}
