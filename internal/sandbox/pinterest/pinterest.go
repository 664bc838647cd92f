// Package pinterest pretends to be Pinterest's API v5, written from its published
// description (5.23.0) alone: boards, pins of images, several images and videos,
// registration and processing of videos, saving pins of others, analytics, and OAuth.
//
// There are no comments and no messages in that API, so people on the stage only
// save and react; nobody can be answered.
package pinterest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Options say how the network behaves; zero values are what the real one does.
type Options struct {
	ClientID, ClientSecret string        // of our app
	Processing             time.Duration // how long a video is worked on, 20 s of stage time
	AccessLasts            time.Duration // 30 days
	RefreshLasts           time.Duration // 60 days, begun anew at each refresh
	PerMinute              int           // calls of one account in a minute, 1,000
}

// Network is the pretended network.
type Network struct {
	options  Options
	stage    *sandbox.Stage
	handler  http.Handler
	mu       sync.Mutex
	accounts map[string]*account
	pins     map[string]*pin
	uploads  map[string]*upload
	tokens   map[string]*token
	refresh  map[string]*token
	codes    map[string]grant
	serial   int64
	chains   bool // a pin saved from a saved one names the first
}

type account struct {
	id, username, name string
	followers          int64
	boards             []board
	pins               []*pin // newest last
	calls              int
	minute             time.Time
}

type board struct {
	id, name  string
	sections  []section
	protected bool // its pins are listed where that is asked for
}

type section struct{ id, name string }

type pin struct {
	id, board, title, description, link, alt string
	section                                  *string
	media                                    map[string]any
	items                                    int
	owner                                    *account
	made, listed                             time.Time
	saves, reactions, comments, views        int64
	gone                                     bool
	parent                                   string // the pin it was saved from
	secret                                   bool   // its owner alone sees it
}

type upload struct {
	id, key string
	owner   *account
	piece   sandbox.Piece
	begun   time.Time
	arrived time.Time
	broken  bool
}

// New opens the network on a stage.
func New(stage *sandbox.Stage, o Options) *Network {
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret = "1500001", "pin-secret"
	}
	if o.Processing == 0 {
		o.Processing = 20 * time.Second
	}
	if o.AccessLasts == 0 {
		o.AccessLasts = 30 * 24 * time.Hour
	}
	if o.RefreshLasts == 0 {
		o.RefreshLasts = 60 * 24 * time.Hour
	}
	if o.PerMinute == 0 {
		o.PerMinute = 1000
	}
	n := &Network{options: o, stage: stage, accounts: map[string]*account{}, pins: map[string]*pin{}, uploads: map[string]*upload{},
		tokens: map[string]*token{}, refresh: map[string]*token{}, codes: map[string]grant{}}
	n.handler = stage.Open(sandbox.Network{Plays: slices.Concat(sandbox.ListKinds(), sandbox.TokenKinds(), []sandbox.Kind{sandbox.Blocked}),
		Name: "pinterest", Handler: n.table(), Action: action, Refuse: refuse, Accounts: n.ours, Actor: actor{n}})
	return n
}

// Handler is the network's address.
func (n *Network) Handler() http.Handler { return n.handler }

// Credentials are an account of ours with tokens of all scopes.
type Credentials struct {
	ID, Username, Token, Refresh, Board string
	Section                             string // of another board of theirs
}

// Account makes an account of ours with two boards.
func (n *Network) Account(username, name string) Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := &account{id: n.next(), username: username, name: name, followers: 120}
	a.boards = []board{{id: n.next(), name: "Shop window"}, {id: n.next(), name: "Readings"}}
	a.boards[1].sections = []section{{n.next(), "Evenings"}, {n.next(), "For children"}}
	n.accounts[a.id] = a
	t := n.issue(a, everything())
	return Credentials{a.id, username, t.access, t.refresh, a.boards[0].id, a.boards[1].sections[0].id}
}

func (n *Network) next() string {
	n.serial++
	return strconv.FormatInt(549_755_885_175+n.serial*977, 10)
}

func (n *Network) ours() []sandbox.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []sandbox.Account
	for _, a := range n.accounts {
		all = append(all, sandbox.Account{ID: a.id, Name: a.name})
	}
	return all
}

func action(r *http.Request) sandbox.Action {
	path, reads := r.URL.Path, r.Method == http.MethodGet
	switch {
	case path == "/oauth/":
		return ""
	case strings.HasPrefix(path, "/v5/oauth/"):
		return sandbox.Token
	case path == "/v5/pins" && !reads:
		return sandbox.Publish
	case strings.HasSuffix(path, "/save") && !reads:
		return sandbox.Repost
	case strings.HasPrefix(path, "/v5/pins/") && r.Method == http.MethodDelete:
		return sandbox.Delete
	case strings.HasPrefix(path, "/v5/pins/") && r.Method == http.MethodPatch:
		return sandbox.Edit
	case (path == "/v5/media" || path == "/upload") && !reads:
		return sandbox.Upload
	case strings.Contains(path, "/analytics"):
		return sandbox.Insights
	}
	return sandbox.Read
}

func refuse(w http.ResponseWriter, _ *http.Request, r sandbox.Refusal) {
	switch {
	case r.Kind == sandbox.Throttled:
		w.Header().Set("X-RateLimit-Reset", "60")
		say(w, r.Status, 8, "You have exceeded your rate limit. Try again later.")
	default:
		say(w, r.Status, -1, "Sorry! Something went wrong on our end.")
	}
}

// say answers an error: {code, message}, as the description has it.
func say(w http.ResponseWriter, status, code int, message string) {
	give(w, status, map[string]any{"code": code, "message": message})
}

func give(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the other side may be gone
}

// read takes a JSON body apart; what is not announced is refused, which is
// harsher than the real one.
func read(r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 200<<20))
	d.DisallowUnknownFields()
	return d.Decode(into) == nil
}

// page is a piece of a list, and the bookmark of the next one.
func page[T any](q url.Values, all []T) (items []T, bookmark any, ok bool) {
	size, from := 25, 0
	if s := q.Get("page_size"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 250 {
			return nil, nil, false
		}
		size = n
	}
	if b := q.Get("bookmark"); b != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(b, "b"))
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, false
		}
		from = n
	}
	end := min(from+size, len(all))
	if end < len(all) {
		bookmark = "b" + strconv.Itoa(end)
	}
	return all[from:end], bookmark, true
}
