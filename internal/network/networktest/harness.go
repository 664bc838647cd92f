package networktest

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
)

// Harness is what the suite must know of one network.
type Harness struct {
	Name network.Name
	// Open puts the network on the stage and gives its handler and, once its
	// address is known, the fields of the form that connect an account of ours.
	Open func(t *testing.T, stage *sandbox.Stage) (http.Handler, func(base string) map[string]string)
	// Driver makes the driver; now is the stage's clock.
	Driver func(out *outward.Client, base string, now func() time.Time) network.Driver
	// Judge stands between driver and sandbox, where there is an independent one.
	Judge func(t *testing.T, next http.Handler) http.Handler
	// Renew is how long after connecting Check must give new keys; 0: they last.
	Renew time.Duration
	// Passing is a part that passes on what somebody else said, by its address, where that
	// is a sort of post; nil: messages that came in are passed on, or nothing is.
	Passing func(w *World) network.Part
	// Counts are the names of the fields in which the network tells its counts.
	Counts []string
	// Hook is a good webhook that the network sends now: header, body and the key that
	// signed it.
	Hook func(t *testing.T, now time.Time) (http.Header, []byte, secret.Text)
	// Told are bodies of webhooks in the order of what happened, each of something
	// else; what somebody said in them begins with Word.
	Told [][]byte
	// Crowd is one body that tells what n people said; nil: a body tells of one event.
	Crowd func(n int) []byte
	// Listen asks the network, which the world is of, to knock at a door, says by which app
	// of ours the door answers, and gives what waits until all that happened was told.
	Listen func(w *World, door *Door) (settle func())
	// Knocked: of mentions this sort of account is told by webhook alone, and no list has them.
	Knocked bool
	// Anonymous networks do not say who named us elsewhere.
	Anonymous bool
	// Other is a server of the same kind with another text limit, which Connect
	// must find out.
	Other func(t *testing.T, stage *sandbox.Stage) (handler http.Handler, settings func(base string) map[string]string, most int)
	// Grain is the unit in which the network says how long to wait; 0: seconds.
	Grain time.Duration
	// Flat networks put an answer to an answer below the same first comment.
	Flat bool
	// Cannot is what this sort of account cannot, though the network has it: the driver
	// refuses it in words, or tells nothing.
	Cannot []network.Action
	// Heedless is what the network itself takes for something that is gone, and nobody
	// sees anything of it.
	Heedless []network.Action
	// Seldom is how far apart mentions are asked for, where that is not each time.
	Seldom time.Duration
	// Unheard networks tell nothing any more of what a muted person says.
	Unheard bool
	// Hostile are bodies of the driver's own form or of webhooks for Decode.
	Hostile [][]byte
	// Dress makes a text a part that this network takes, where a text alone is
	// none: it adds a picture, a title, what must be chosen.
	Dress func(part *network.Part)
	// Sample is a text with everything in it that the network takes as it is; "":
	// the suite's own.
	Sample string
	// Instead are tests of the network's own in the place of tests of the suite, by
	// their names: where the same promise looks different there. Say why.
	Instead map[string]func(t *testing.T, h Harness)
	// Enter connects an account of ours in another way than by the form, and says what
	// this house is there; nil: by the form.
	Enter func(w *World) (network.Account, network.App)
	// Asked is a world in which somebody spoke to us, where that is not read: a nil
	// world where nobody can, in public or in private.
	Asked func(t *testing.T, h Harness, private bool) (*World, network.Event)
	// Odd is what this network refuses as a picture whatever its name says; nil: any words.
	Odd []byte
	// Unsaid networks refuse a post and do not say which of its files they mean.
	Unsaid bool
	// Nameless networks are told no names of files.
	Nameless bool
	// Ahead is how far the network's clock is ahead of ours; behind, where it is less
	// than nothing. The suite tries both.
	Ahead time.Duration
	// sky is the weather in which every world begins.
	sky []sandbox.Mishap
	// limit is how long a driver waits for an answer; 0: the usual time.
	limit time.Duration
	// Clip is a video that the network takes; nil: a small MP4 of five seconds.
	Clip func() network.Media
}

// World is one network with one connected account of ours.
type World struct {
	Stage   *sandbox.Stage
	Driver  network.Driver
	Conn    network.Conn
	Account network.Account
	Base    string
	Front   *Front

	t       *testing.T
	harness Harness
	server  *httptest.Server
	out     *outward.Client
	fields  map[string]string
	steps   map[string]network.Step // how far parts have come, by their keys

	settle func() // waits for what the network is about to tell; nil: nobody listens

	// Renewals is how often keys were renewed in the middle of a call.
	Renewals int
	keeping  sync.Mutex
	kept     secret.Text // the keys of now

	forgetful bool // dies after acts that need not be kept
	forgotten int  // how often it did
}

// Start is when worlds begin: in the middle of a day, so that no test meets another one at
// night, and on a day on which all that facts.json dates is in force.
func Start() time.Time { return time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC) }

// NewWorld opens a network and connects.
func NewWorld(t *testing.T, h Harness) *World {
	t.Helper()
	w := open(t, h, h.Open)
	w.Connect()
	return w
}

func open(t *testing.T, h Harness, opener func(*testing.T, *sandbox.Stage) (http.Handler, func(string) map[string]string)) *World {
	t.Helper()
	// Whole seconds, because some networks tell no more; frozen, so that two
	// things may well happen in the same moment.
	stage := sandbox.New(sandbox.Options{Seed: 7, Frozen: true, Start: Start()})
	for _, m := range h.sky {
		stage.Weather.Must(m)
	}
	handler, settings := opener(t, stage)
	if h.Judge != nil {
		handler = h.Judge(t, handler)
	}
	w := &World{Stage: stage, Front: &Front{next: handler}, t: t, harness: h, steps: map[string]network.Step{}}
	w.server = httptest.NewServer(w.Front)
	w.Base = w.server.URL
	t.Cleanup(func() { stage.Close(); w.server.Close() })
	w.fields = settings(w.Base)
	w.out = w.Client()
	w.Driver = h.Driver(w.out, w.Base, w.Now)
	return w
}

// Client makes a client of its own for the network.
func (w *World) Client() *outward.Client {
	w.t.Helper()
	return client(w.t, cmp.Or(w.harness.limit, usual), w.Now)
}

// Client makes a client for a stand-in on this machine.
func Client(t *testing.T, now func() time.Time) *outward.Client {
	t.Helper()
	return client(t, usual, now)
}

func client(t *testing.T, limit time.Duration, now func() time.Time) *outward.Client {
	t.Helper()
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}, Timeout: limit, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	return out
}

// Connect connects the account, as a person would in the form.
func (w *World) Connect() {
	w.t.Helper()
	var (
		account network.Account
		app     network.App
		err     error
	)
	if w.harness.Enter != nil {
		account, app = w.harness.Enter(w)
	} else if account, err = w.Driver.(network.Connector).Connect(w.t.Context(), w.fields); err != nil {
		w.t.Fatalf("connecting: %v", err)
	}
	w.Account = account
	w.Conn = network.Conn{Base: account.Base, Account: account.ID, Handle: account.Handle, Keys: account.Keys, Limits: account.Limits, App: app}
	w.kept = account.Keys
	w.Conn.Renew = w.renew
}

// renew keeps keys that a driver renews, one at a time, as the house does.
func (w *World) renew(ctx context.Context, had secret.Text, renew func(context.Context) (secret.Text, error)) (secret.Text, error) {
	w.keeping.Lock()
	defer w.keeping.Unlock()
	if w.kept != had {
		return w.kept, nil
	}
	fresh, err := renew(ctx)
	if err == nil {
		w.kept = fresh
		w.Renewals++
	}
	return fresh, err
}

// T is the test that the world is for.
func (w *World) T() *testing.T { return w.t }

// Now is our time. The stage's is that of the network.
func (w *World) Now() time.Time { return w.Stage.Clock.Now().Add(-w.harness.Ahead) }

// Fields are what the account was connected with.
func (w *World) Fields() map[string]string { return maps.Clone(w.fields) }

// Restart makes a driver that remembers nothing.
func (w *World) Restart() { w.Driver = w.harness.Driver(w.Client(), w.Base, w.Now) }

// Part makes a part of its own, as the room of posts would.
func (w *World) Part(text string) network.Part {
	part := network.Part{Key: rand.Text(), Text: text, Langs: []string{"en"}, At: w.Now()}
	if w.harness.Dress != nil {
		w.harness.Dress(&part)
	}
	return part
}

// Answer makes a part that answers something.
func (w *World) Answer(text string, after network.Ref) network.Part {
	return network.Part{Key: rand.Text(), Text: text, Langs: []string{"en"}, At: w.Now(), After: &after}
}

// Publish publishes a text that must go out.
func (w *World) Publish(text string) (network.Part, network.Sent) {
	w.t.Helper()
	part := w.Part(text)
	sent, err := w.Send(part)
	if err != nil {
		w.t.Fatalf("publishing: %v", err)
	}
	return part, sent
}

// Ledger are the writes of some actions that made something new.
func (w *World) Ledger(actions ...sandbox.Action) []sandbox.Entry {
	var all []sandbox.Entry
	for _, e := range w.Stage.Ledger.Entries(sandbox.Filter{}) {
		for _, a := range actions {
			if e.Action == a && !e.Repeat {
				all = append(all, e)
			}
		}
	}
	return all
}

// Weather adds a mishap.
func (w *World) Weather(m sandbox.Mishap) {
	w.t.Helper()
	if _, err := w.Stage.Weather.Add(m); err != nil {
		w.t.Fatal(err)
	}
}

// Act lets a person act.
func (w *World) Act(a sandbox.Act) sandbox.Acted {
	w.t.Helper()
	a.Network = string(w.harness.Name)
	if n, ok := w.Stage.Network(a.Network); ok && a.Account == "" {
		for _, one := range n.Accounts() { // a network may have several of ours on the stage
			if one.ID == w.Account.ID {
				a.Account = one.ID
			}
		}
	}
	done, err := w.Stage.Scripts.Do(a)
	if err != nil {
		w.t.Fatalf("%s: %v", a.Kind, err)
	}
	return done
}

// Read reads from a cursor on until there is no more, and decodes.
func (w *World) Read(cursor string) ([]network.Event, string) {
	w.t.Helper()
	events, next, err := w.tryRead(w.t.Context(), cursor)
	if err != nil {
		w.t.Fatalf("reading: %v", err)
	}
	return events, next
}

// raws are what the first page of a reading holds.
func (w *World) raws(cursor string) ([]network.Raw, error) {
	got, err := w.Driver.(network.Reader).Read(w.t.Context(), w.Conn, cursor)
	return got.Events, err
}

func (w *World) tryRead(ctx context.Context, cursor string) ([]network.Event, string, error) {
	var all []network.Event
	if !w.can(network.ActPoll) {
		return nil, cursor, nil // nothing is read there
	}
	for range 100 {
		got, err := w.Driver.(network.Reader).Read(ctx, w.Conn, cursor)
		if err != nil {
			return all, cursor, err
		}
		for _, raw := range got.Events {
			events, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
			if err != nil {
				return all, cursor, err
			}
			all = append(all, events...)
		}
		cursor = got.Next
		if !got.More {
			return all, cursor, nil
		}
	}
	return all, cursor, errors.New("there is always more")
}

// comment lets a person comment on a post of ours and gives the event of it.
func (w *World) comment(post, text string) (network.Event, string) {
	w.t.Helper()
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: post, Text: text, Person: "p001"})
	events, next := w.Read(cursor)
	for _, e := range events {
		if e.Kind == network.Comment && strings.Contains(e.Text, text) {
			return e, next
		}
	}
	w.t.Fatalf("the comment did not come in; what came: %+v", events)
	return network.Event{}, ""
}

// kind fails unless the error is of the kind; it also looks for leaks.
func (w *World) kind(err error, want ...fault.Kind) {
	w.t.Helper()
	if err == nil {
		w.t.Fatalf("no error, and it should be %v", want)
	}
	w.discreet(err)
	for _, k := range want {
		if fault.Is(err, k) {
			return
		}
	}
	w.t.Fatalf("%v, and it should be %v", err, want)
}

// discreet fails when an error gives a key away.
func (w *World) discreet(err error) {
	w.t.Helper()
	for _, piece := range strings.FieldsFunc(w.Conn.Keys.Reveal(), func(r rune) bool { return strings.ContainsRune(`{}":,`, r) }) {
		if len(piece) >= 12 && !strings.Contains(w.Base, piece) && strings.Contains(err.Error(), piece) && !strings.Contains(piece, "127.0.0.1") {
			w.t.Errorf("an error gives a key away: %v", err)
		}
	}
}
