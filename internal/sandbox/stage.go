package sandbox

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a stage. The zero value is a stage that starts now, at real speed, with seed 0.
type Options struct {
	Seed   uint64    // same seed, same people, same script
	Start  time.Time // stage time at the beginning; zero is the real time
	Frozen bool      // the clock stands still until it is moved: for tests
	Cast   int       // how many people there are; zero is 120
}

// Stage holds what all pretended networks of one rehearsal share.
type Stage struct {
	Clock   *Clock
	Weather *Weather
	Ledger  *Ledger
	Gate    *Gate
	Cast    *Cast
	Scripts *Scripts

	seed     uint64
	requests atomic.Int64
	mu       sync.RWMutex
	networks map[string]Network
	draw     *rand.Rand
	drawMu   sync.Mutex
}

// Action is what a request does, in the words all networks share. Weather and gate are aimed with it.
type Action string

// The actions. A network uses those that it has.
const (
	Publish  Action = "publish"
	Reply    Action = "reply"
	Upload   Action = "upload"
	Subtitle Action = "subtitle"
	Edit     Action = "edit"
	Like     Action = "like"
	Repost   Action = "repost"
	Hide     Action = "hide"
	Delete   Action = "delete"
	Ban      Action = "ban"
	Message  Action = "message"
	Follow   Action = "follow"
	Read     Action = "read"
	Insights Action = "insights"
	Token    Action = "token"   // signing in, refreshing, looking at a token
	Hook     Action = "webhook" // what the network sends to us
	Stream   Action = "stream"  // long answers; never held back
)

// Writes says whether the action changes something on the network.
func (a Action) Writes() bool {
	switch a {
	case Publish, Reply, Upload, Subtitle, Edit, Like, Repost, Hide, Delete, Ban, Message, Follow:
		return true
	}
	return false
}

// Network is what a pretended network tells the stage about itself.
type Network struct {
	Name     string
	Handler  http.Handler
	Action   func(*http.Request) Action                        // "" passes without weather
	Refuse   func(http.ResponseWriter, *http.Request, Refusal) // a refusal in the network's own words
	Accounts func() []Account                                  // ours: the channels people can talk on
	Actor    Actor                                             // nil when people cannot act here
	Plays    []Kind                                            // of the kinds of weather marked *, those that happen here
	Private  bool                                              // there are no posts: people write to us and that is all
	Close    func()                                            // ends what goes on in the background; nil when nothing does
}

// plays says whether a kind of weather can happen on a network; of every network (“”), and of one that nobody knows, it does not say no.
func (s *Stage) plays(network string, k Kind) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, known := s.networks[network]
	return !known || !k.own() || slices.Contains(n.Plays, k)
}

// players says where a kind of weather can happen.
func (s *Stage) players(k Kind) string {
	var all []string
	for _, n := range s.Networks() {
		if slices.Contains(n.Plays, k) {
			all = append(all, n.Name)
		}
	}
	if len(all) == 0 {
		return "No network here plays it."
	}
	return "Those that do: " + strings.Join(all, ", ") + "."
}

// Account is one of our channels on a pretended network.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Post is something of ours that people can talk about.
type Post struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// Actor is how people act on a network. What a network does not have answers ErrCannot.
type Actor interface {
	Posts(account string) []Post                                    // newest first
	Comment(p Person, account, target, text string) (string, error) // target: a post or a comment; "" is the newest post
	React(p Person, account, target, kind string) error             // kind "" is the usual one
	Follow(p Person, account string) error
	Message(p Person, account, text string) (string, error)
}

// Mentioner is an Actor on whose network people name an account elsewhere than below its posts. What comes back is the
// name of what they said.
type Mentioner interface {
	Mention(p Person, account, text string) (string, error)
}

// BelowMentioner is an Actor on whose network we are told that somebody names us in a comment: below a post
// of somebody else, or below ours.
type BelowMentioner interface {
	MentionBelow(p Person, account, target, text string) (string, error)
}

// Unfollower is an Actor on whose network somebody is told that people stop following.
type Unfollower interface {
	Unfollow(p Person, account string) error
}

// Editor is an Actor on whose network people can change their minds.
type Editor interface {
	Edit(p Person, id, text string) error
	Remove(p Person, id string) error
}

// New answers an empty stage.
func New(o Options) *Stage {
	if o.Cast == 0 {
		o.Cast = 120
	}
	s := &Stage{seed: o.Seed, networks: map[string]Network{}}
	s.Clock = newClock(o.Start, o.Frozen)
	s.draw = s.Random("weather")
	s.Weather = newWeather(s)
	s.Ledger = newLedger(s.Clock)
	s.Gate = newGate(s.Clock)
	s.Cast = newCast(s.Random("cast"), o.Cast)
	s.Scripts = newScripts(s)
	return s
}

// Close stops the clock, lets go whoever waits at the gate and ends what the networks do in the background.
func (s *Stage) Close() {
	s.Clock.close()
	s.Gate.Clear()
	for _, n := range s.Networks() {
		if n.Close != nil {
			n.Close()
		}
	}
}

// Random answers a source of its own for one purpose: same seed and name, same numbers. It is not safe for concurrent use.
func (s *Stage) Random(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

func (s *Stage) chance(p float64) bool {
	s.drawMu.Lock()
	defer s.drawMu.Unlock()
	return s.draw.Float64() < p
}

func (s *Stage) spread(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	s.drawMu.Lock()
	defer s.drawMu.Unlock()
	return time.Duration(s.draw.Int64N(int64(d)))
}

// Accepted writes the ledger for what a network made after it had answered: a video that was worked on for a while. The scenes hear
// of it as they hear of what is made within a request.
func (s *Stage) Accepted(e Entry) Entry {
	e = s.Ledger.Record(e)
	s.Scripts.heard(e)
	return e
}

// Network answers an opened network by its name.
func (s *Stage) Network(name string) (Network, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, ok := s.networks[name]
	return n, ok
}

// Networks answers the opened networks by name order.
func (s *Stage) Networks() []Network {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Network, 0, len(s.networks))
	for _, n := range s.networks {
		all = append(all, n)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}
