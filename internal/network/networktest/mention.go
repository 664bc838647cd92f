package networktest

import (
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// Door is our address for webhooks, as ingest has it, for one test.
type Door struct {
	URL string
	App network.App // by which the network's questions are answered and its signatures checked

	mu     sync.Mutex
	bodies [][]byte
}

// ServeHTTP answers the network's question, and keeps what is told.
func (d *Door) serve(t *testing.T, k network.Knocker) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer, ok := k.Challenge(r.URL.Query(), d.App)
			if !ok {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			w.Header().Set("Content-Type", cmp.Or(answer.Type, "text/plain"))
			_, _ = io.WriteString(w, answer.Body) // the network sees to it
			return
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = k.Verify(r.Header, body, d.App.Secret)
		}
		if err != nil {
			t.Errorf("a webhook of the network's: %v", err)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.bodies = append(d.bodies, body)
	})
}

func (d *Door) told() [][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.bodies)
}

// listen opens a door at which the network knocks; the bodies are what it has told so far.
func (w *World) listen() (bodies func() [][]byte) {
	w.t.Helper()
	if w.harness.Listen == nil {
		w.t.Fatal("the harness does not say how this network is asked to knock")
	}
	d := &Door{}
	server := httptest.NewServer(d.serve(w.t, w.Driver.(network.Knocker)))
	w.t.Cleanup(server.Close)
	d.URL = server.URL
	w.settle = w.harness.Listen(w, d)
	return func() [][]byte { w.settle(); return d.told() }
}

// named lets somebody name us elsewhere than below our posts.
func (w *World) named(person, text string) string {
	w.t.Helper()
	id := w.Act(sandbox.Act{Kind: "mention", Text: text, Person: person}).ID
	if w.settle != nil {
		w.settle() // what is signed now is too old afterwards
	}
	w.Stage.Clock.Advance(max(time.Minute, w.harness.Seldom))
	return id
}

// mentions lets people name us, and looks that each is told once with one key, by reading
// and by webhook alike, whatever the order, and that what is taken back stops nothing.
func mentions(t *testing.T, h Harness) {
	if !offers(t, h, network.ActMention) {
		return
	}
	w := NewWorld(t, h)
	var bodies func() [][]byte
	if offers(t, h, network.ActWebhook) {
		bodies = w.listen()
	}
	polls := offers(t, h, network.ActPoll) && !h.Knocked
	if !polls && bodies == nil {
		t.Fatal("nobody tells of mentions here")
	}
	_, cursor := w.Read("")
	want := map[string]string{}
	first := w.named("p007", "Go and see them")
	want[first] = "Go and see them"
	want[w.named("p008", "They do good work")] = "They do good work"
	keys := map[string]string{}
	if polls {
		keys = w.mentioned("by reading", want, w.readRaws(cursor))
		if again := w.mentioned("by reading again", want, w.readRaws(cursor)); !reflect.DeepEqual(again, keys) {
			t.Errorf("told again, they are %v, and they were %v", again, keys)
		}
	}
	if bodies != nil {
		knocked := w.split(bodies())
		told := w.mentioned("by webhook", want, knocked)
		for id, key := range keys {
			if told[id] != key {
				t.Errorf("%s has the key %q by reading, and %q by webhook", id, key, told[id])
			}
		}
		slices.Reverse(knocked)
		if backwards := w.mentioned("the last one first", want, knocked); !reflect.DeepEqual(backwards, told) {
			t.Errorf("the last one first, they are %v, and they were %v", backwards, told)
		}
	}
	// One is taken back after it was told, one before.
	fleeting := w.named("p009", "Or rather not")
	stays := w.named("p010", "They are still there")
	w.Act(sandbox.Act{Kind: "remove", Target: fleeting, Person: "p009"})
	w.Act(sandbox.Act{Kind: "remove", Target: first, Person: "p007"})
	want = map[string]string{stays: "They are still there"}
	if polls {
		w.mentioned("after some are gone, by reading", want, w.readRaws(cursor))
		w.mentioned("after some are gone, from the start", want, w.readRaws(""))
	}
	if bodies != nil {
		w.mentioned("after some are gone, by webhook", want, w.split(bodies()))
	}
	// Nobody can do anything with what is gone, and that is said.
	if replier, ok := w.Driver.(network.Replier); ok && polls && w.can(network.ActReply) {
		_, err := replier.Reply(t.Context(), w.Conn, w.Answer("Thank you", network.Ref{ID: fleeting}))
		w.kind(err, fault.NotFound, fault.Invalid, fault.Denied, fault.Unavailable) // where what is new cannot be answered yet either
	}
}

// readRaws reads from a cursor on until there is no more.
func (w *World) readRaws(cursor string) (all []network.Raw) {
	w.t.Helper()
	for range 100 {
		got, err := w.Driver.(network.Reader).Read(w.t.Context(), w.Conn, cursor)
		if err != nil {
			w.t.Fatalf("reading: %v", err)
		}
		all = append(all, got.Events...)
		if cursor = got.Next; !got.More {
			return all
		}
	}
	w.t.Fatal("there is always more")
	return nil
}

func (w *World) split(bodies [][]byte) (all []network.Raw) {
	w.t.Helper()
	for _, body := range bodies {
		all = append(all, w.hears(body).Raws...)
	}
	return all
}

// mentioned looks that the mentions which are wanted, by their ids, are told once each, and
// gives their keys. What else is told is of no concern here.
func (w *World) mentioned(when string, want map[string]string, raws []network.Raw) map[string]string {
	w.t.Helper()
	keys := map[string]string{}
	for _, raw := range raws {
		events, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
		if err != nil {
			w.t.Fatalf("%s: %v, of %.300q", when, err, raw.Body)
		}
		for _, e := range events {
			text, wanted := want[e.ID]
			if !wanted || e.Kind == network.Deleted {
				continue
			}
			switch before, twice := keys[e.ID]; {
			case twice && before != raw.Key:
				w.t.Errorf("%s: %s is told as %q and as %q", when, e.ID, before, raw.Key)
			case e.Kind != network.Mention:
				w.t.Errorf("%s: a mention is told as %s: %+v", when, e.Kind, e)
			case !e.Truncated && !strings.Contains(e.Text, text):
				w.t.Errorf("%s: the text is %q, and it was %q", when, e.Text, text)
			case e.Post != "" || e.Thread == "" || e.At.IsZero() || raw.Person == "" || e.Author == (network.Author{}) && !w.harness.Anonymous:
				w.t.Errorf("%s: something is missing, or it is taken for ours: %+v", when, e)
			}
			keys[e.ID] = raw.Key
		}
	}
	for id, text := range want {
		if keys[id] == "" {
			w.t.Errorf("%s: “%s” (%s) did not come in", when, text, id)
		}
	}
	return keys
}

// follows looks that who begins to follow is told, and who stops, where the network tells.
func follows(t *testing.T, h Harness) {
	starts, stops := offers(t, h, network.ActFollow), offers(t, h, network.ActUnfollow)
	if !starts && !stops {
		return
	}
	w := NewWorld(t, h)
	var bodies func() [][]byte
	if offers(t, h, network.ActWebhook) {
		bodies = w.listen()
	}
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "follow", Person: "p006"})
	w.Stage.Clock.Advance(time.Hour) // some look for it now and then alone
	if stops {
		w.Act(sandbox.Act{Kind: "unfollow", Person: "p006"})
	}
	got := map[bool]int{}
	who := map[string]bool{}
	count := func(raws []network.Raw) {
		for _, raw := range raws {
			events, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				if e.Kind == network.Follow {
					got[e.Removed]++
					who[e.Author.ID] = true
				}
			}
		}
	}
	if bodies != nil {
		count(w.split(bodies()))
	}
	if offers(t, h, network.ActPoll) && (bodies == nil || !stops) { // who has left again is in no list
		count(w.readRaws(cursor))
	}
	if starts && got[false] == 0 || stops && got[true] == 0 || len(who) != 1 || who[""] {
		t.Errorf("one person followed (told %d times) and stopped (%d): %v", got[false], got[true], who)
	}
}
