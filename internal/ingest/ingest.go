// Package ingest is the door at which networks knock: it verifies, splits,
// keeps, and answers. It knows no room and decides nothing, so that it stays up
// when everything else is down; what was answered with 2xx is on disk.
package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/stream"
)

// Knocker is what answers for a network at one address: its network.Knocker
// with the secrets of this address bound to it.
type Knocker struct {
	// Network is the one that answers, where the address names a guest of it.
	Network   network.Name
	Challenge func(query url.Values) (answer network.Answer, ok bool)
	Verify    func(header http.Header, body []byte) error
	Split     func(body []byte) ([]network.Raw, error)
	Status    int // what tells the network that it was kept; 0 is 202
}

// Channel is where facts about an account belong.
type Channel struct{ Workspace, ID string }

// Options are what the door asks others for.
type Options struct {
	Facts *stream.Stream
	// Knocker finds who answers at /hooks/{network}/{key}; the key is empty at
	// /hooks/{network}. Nobody: NotFound.
	Knocker func(ctx context.Context, name network.Name, key string) (Knocker, error)
	// Channels finds the channels, of any workspace, of a network's account. One
	// account may be connected in several workspaces, or in none.
	Channels func(ctx context.Context, name network.Name, account string) ([]Channel, error)
	// Knocked, when there is one, learns that a channel was told something; once
	// a minute at most, and it delays no answer.
	Knocked func(Channel)
	// Refused, when there is one, learns that a knock was not signed by its network; once
	// a minute at most for each network.
	Refused func(network.Name)
	MaxBody int64 // (4 MiB)
	Log     *slog.Logger
	Now     func() time.Time
}

// Door answers /hooks/….
type Door struct {
	o      Options
	large  chan struct{} // a place for each large body being read
	mu     sync.Mutex
	known  map[account]known
	heard  map[Channel]time.Time
	forged map[network.Name]time.Time // when a refusal was told the last time
	doors  map[address]answering
	turns  int // how often it was forgotten who answers
}

// address is where a network knocks.
type address struct {
	network network.Name
	key     string
}

type answering struct {
	Knocker
	until time.Time // by the machine's clock
}

type account struct {
	network network.Name
	id      string
}

type known struct {
	channels []Channel
	until    time.Time
}

// small bodies are read as they come; for larger ones there are few places, so
// that strangers cannot fill the memory.
const small = 64 << 10

// New makes the door.
func New(o Options) *Door {
	if o.MaxBody <= 0 {
		o.MaxBody = 4 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Door{o: o, large: make(chan struct{}, 16), known: map[account]known{}, heard: map[Channel]time.Time{}, forged: map[network.Name]time.Time{}, doors: map[address]answering{}}
}

// Handler answers POST and GET at /hooks/{network} and /hooks/{network}/{key}.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/hooks/{network}", "/hooks/{network}/{key}"} {
		mux.HandleFunc("GET "+path, d.challenge)
		mux.HandleFunc("POST "+path, d.knock)
	}
	return mux
}

// refuse ends a request: a status and nothing that helps a stranger.
func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}

// failed answers an error of ours: its kind alone is seen outside.
func (d *Door) failed(w http.ResponseWriter, r *http.Request, name network.Name, err error) {
	switch fault.KindOf(err) {
	case fault.NotFound:
		refuse(w, http.StatusNotFound)
	case fault.Unavailable, fault.Throttled, fault.Uncertain:
		after := max(fault.After(err), 5*time.Second)
		w.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
		refuse(w, http.StatusServiceUnavailable)
	default:
		d.o.Log.ErrorContext(r.Context(), "a webhook failed", "network", name, "error", err)
		refuse(w, http.StatusInternalServerError)
	}
}

// challenge answers the test by which a network makes sure that we want its
// webhooks.
func (d *Door) challenge(w http.ResponseWriter, r *http.Request) {
	name := network.Name(r.PathValue("network"))
	k, err := d.o.Knocker(r.Context(), name, r.PathValue("key"))
	if err != nil {
		d.failed(w, r, name, err)
		return
	}
	answer, ok := k.Challenge(r.URL.Query())
	if !ok {
		refuse(w, http.StatusForbidden)
		return
	}
	// What we were asked to say is said as plain text, so that it stays text; JSON
	// where the network wants it.
	if answer.Type == "" {
		answer.Type = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", answer.Type)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, answer.Body) // who asked may be gone
}

// knock takes one webhook.
func (d *Door) knock(w http.ResponseWriter, r *http.Request) {
	name := network.Name(r.PathValue("network"))
	at := address{name, r.PathValue("key")}
	k, fresh, err := d.knocker(r.Context(), at)
	if err != nil {
		d.failed(w, r, name, err)
		return
	}
	body, status := d.read(w, r)
	if status != 0 {
		refuse(w, status)
		return
	}
	err = k.Verify(r.Header, body)
	if err != nil && !fresh { // a secret may have changed since
		if k, err = d.ask(r.Context(), at); err != nil {
			d.failed(w, r, name, err)
			return
		}
		err = k.Verify(r.Header, body)
	}
	if err != nil {
		d.o.Log.WarnContext(r.Context(), "a webhook was not signed by its network", "network", name)
		refuse(w, http.StatusForbidden)
		d.refused(cmp.Or(k.Network, name))
		return
	}
	raws, err := k.Split(body)
	if err != nil {
		// It is genuine, so the mistake is ours: refused, the network tells it
		// again, and again, until we understand it.
		d.o.Log.ErrorContext(r.Context(), "a genuine webhook was not understood", "network", name, "bytes", len(body), "error", err)
		refuse(w, http.StatusUnprocessableEntity)
		return
	}
	if k.Network != "" {
		name = k.Network
	}
	if err := d.keep(r.Context(), name, raws); err != nil {
		d.failed(w, r, name, err)
		return
	}
	if k.Status == 0 {
		k.Status = http.StatusAccepted
	}
	w.WriteHeader(k.Status)
}

// knocker remembers for a second who answers at an address: asking takes as long as
// all else that a webhook needs. Whoever changes it calls Forget; nobody is refused
// by what is only remembered.
func (d *Door) knocker(ctx context.Context, at address) (k Knocker, fresh bool, err error) {
	d.mu.Lock()
	known := d.doors[at]
	d.mu.Unlock()
	if time.Now().Before(known.until) {
		return known.Knocker, false, nil
	}
	k, err = d.ask(ctx, at)
	return k, true, err
}

// ask finds out who answers at an address.
func (d *Door) ask(ctx context.Context, at address) (Knocker, error) {
	d.mu.Lock()
	turn := d.turns
	d.mu.Unlock()
	k, err := d.o.Knocker(ctx, at.network, at.key)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err != nil:
		delete(d.doors, at)
	case turn == d.turns: // else it may be the one from before
		if len(d.doors) >= 10_000 {
			clear(d.doors)
		}
		d.doors[at] = answering{k, time.Now().Add(time.Second)}
	}
	return k, err
}

// Forget makes the door ask anew who answers, wherever a network knocks.
func (d *Door) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.doors)
	d.turns++
}

// read reads a body within its bounds of size, time and memory.
func (d *Door) read(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.ContentLength > d.o.MaxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	if r.ContentLength < 0 || r.ContentLength > small {
		select {
		case d.large <- struct{}{}:
			defer func() { <-d.large }()
		default:
			w.Header().Set("Retry-After", "5")
			return nil, http.StatusServiceUnavailable
		}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(20 * time.Second)) // where the server can
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.o.MaxBody))
	if _, huge := errors.AsType[*http.MaxBytesError](err); huge {
		return nil, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return nil, http.StatusBadRequest
	}
	return body, 0
}

// keep appends what a body told, for every channel it concerns.
func (d *Door) keep(ctx context.Context, name network.Name, raws []network.Raw) error {
	var facts []stream.Fact
	told := map[Channel]bool{}
	for _, raw := range raws {
		channels, err := d.whose(ctx, name, raw)
		if err != nil {
			return err
		}
		if raw.At.IsZero() {
			raw.At = d.o.Now()
		}
		for _, c := range channels {
			told[c] = true
			facts = append(facts, stream.Fact{
				Workspace: c.Workspace, Channel: c.ID, Person: raw.Person, Kind: string(name),
				Key: c.ID + " " + raw.Key, // as reading makes it: told by both, it is one
				At:  raw.At, Body: raw.Body,
			})
		}
	}
	// A network that hangs up early does not cut short what others share.
	if err := d.o.Facts.Append(context.WithoutCancel(ctx), facts); err != nil {
		return err
	}
	d.knocked(told)
	return nil
}

// whose gives the channels that an event concerns. One that names another network
// goes, in each workspace, to the account's channel there; where there is none, to
// the channel of the network that told it.
func (d *Door) whose(ctx context.Context, name network.Name, raw network.Raw) ([]Channel, error) {
	own, err := d.channels(ctx, account{name, raw.Account})
	if err != nil || raw.Network == "" || raw.Network == name {
		return own, err
	}
	theirs, err := d.channels(ctx, account{raw.Network, raw.Account})
	if err != nil {
		return nil, err
	}
	all := slices.Clone(theirs)
	for _, c := range own {
		if !slices.ContainsFunc(theirs, func(o Channel) bool { return o.Workspace == c.Workspace }) {
			all = append(all, c)
		}
	}
	return all, nil
}

// channels remembers for a moment to whom an account belongs; that it belongs
// to nobody is asked anew each time, so that a new channel misses nothing.
func (d *Door) channels(ctx context.Context, of account) ([]Channel, error) {
	now := d.o.Now()
	d.mu.Lock()
	k, ok := d.known[of]
	d.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.channels, nil
	}
	channels, err := d.o.Channels(ctx, of.network, of.id)
	if err != nil || len(channels) == 0 {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) >= 10_000 {
		clear(d.known)
	}
	d.known[of] = known{channels, now.Add(5 * time.Second)}
	return channels, nil
}

func (d *Door) knocked(told map[Channel]bool) {
	if d.o.Knocked == nil {
		return
	}
	now := d.o.Now()
	for c := range told {
		d.mu.Lock()
		due := now.Sub(d.heard[c]) >= time.Minute
		if due {
			if len(d.heard) >= 10_000 {
				clear(d.heard)
			}
			d.heard[c] = now
		}
		d.mu.Unlock()
		if due {
			d.o.Knocked(c)
		}
	}
}

// refused tells of a knock that was not signed. A stranger chooses how often that is, so
// it is told once a minute; names are those of networks that answer here.
func (d *Door) refused(name network.Name) {
	if d.o.Refused == nil {
		return
	}
	now := d.o.Now()
	d.mu.Lock()
	due := now.Sub(d.forged[name]) >= time.Minute
	if due {
		d.forged[name] = now
	}
	d.mu.Unlock()
	if due {
		d.o.Refused(name)
	}
}
