package networktest

import (
	"bytes"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// knocker is the driver as one that takes webhooks; false: the network has none, by
// a dated source.
func knocker(t *testing.T, h Harness, w *World) (network.Knocker, bool) {
	t.Helper()
	k, ok := w.Driver.(network.Knocker)
	if !ok && offers(t, h, network.ActWebhook) {
		t.Fatal("the driver takes no webhooks")
	}
	return k, ok
}

// heard is what a body comes to.
type heard struct {
	Raws   []network.Raw
	Events [][]network.Event // of each
}

// hears splits and decodes a body, for whatever account it tells of.
func (w *World) hears(body []byte) heard {
	w.t.Helper()
	raws, err := w.Driver.(network.Knocker).Split(bytes.Clone(body))
	if err != nil {
		w.t.Fatalf("%v, of %.300q", err, body)
	}
	all := heard{Raws: raws}
	for _, raw := range raws {
		conn := w.Conn
		conn.Account = raw.Account
		events, err := w.Driver.(network.Decoder).Decode(conn, raw)
		if err != nil {
			w.t.Fatalf("split, and not decoded: %v, of %.300q", err, raw.Body)
		}
		if err := Sound(events); err != nil {
			w.t.Errorf("%v, of %.300q", err, raw.Body)
		}
		all.Events = append(all.Events, events)
	}
	return all
}

// knocks tells the same things twice, in another order, and to a driver that was
// started anew: a body comes to the same events with the same keys whatever came
// before it, so that who keeps one event for each key keeps each once.
func knocks(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	if _, ok := knocker(t, h, w); !ok {
		return
	}
	if len(h.Told) < 2 {
		t.Fatal("the harness has no bodies of webhooks that tell of something")
	}
	first := make([]heard, len(h.Told))
	keys := map[string]int{}
	for i, body := range h.Told {
		first[i] = w.hears(body)
		if len(first[i].Raws) == 0 {
			t.Fatalf("nothing is told by %s", body)
		}
		for n, raw := range first[i].Raws {
			if before, known := keys[raw.Account+" "+raw.Key]; known {
				t.Errorf("bodies %d and %d tell of different things, and both have the key %q", before, i, raw.Key)
			}
			keys[raw.Account+" "+raw.Key] = i
			if raw.Person == "" || raw.Account == "" || raw.Key == "" || len(first[i].Events[n]) == 0 {
				t.Errorf("something is missing: %+v", raw)
			}
		}
	}
	same := func(i int, when string) {
		t.Helper()
		if again := w.hears(h.Told[i]); !reflect.DeepEqual(again, first[i]) {
			t.Errorf("%s, body %d is %+v, and it was %+v", when, i, again, first[i])
		}
	}
	for i := range h.Told {
		same(i, "told again")
	}
	for _, fresh := range []bool{false, true} {
		for i := range slices.Backward(h.Told) {
			if fresh {
				w.Restart()
			}
			same(i, "the last one first")
			same(i, "twice in a row")
		}
	}
}

// crowds lets one body tell of several people: each is an event of its own.
func crowds(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	if _, ok := knocker(t, h, w); !ok {
		return
	}
	if h.Crowd == nil {
		t.Logf("a webhook of %s tells of one event", h.Name)
		return
	}
	const many = 40
	got := w.hears(h.Crowd(many)).spoken()
	people, keys, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, raw := range got.Raws {
		people[raw.Person], keys[raw.Key] = true, true
		for _, e := range got.Events[i] {
			ids[e.ID] = true
			if e.Author.ID != raw.Person {
				t.Errorf("said by %s, and told as of %s", e.Author.ID, raw.Person)
			}
		}
	}
	if len(got.Raws) != many || len(people) != many || len(keys) != many || len(ids) != many {
		t.Errorf("%d people spoke, and it is %d events with %d keys and %d ids, of %d people", many, len(got.Raws), len(keys), len(ids), len(people))
	}
	// Who is alone in a body is the same event as in company.
	if one := w.hears(h.Crowd(1)).spoken(); !reflect.DeepEqual(one.Raws, got.Raws[:1]) {
		t.Errorf("alone: %+v; in company: %+v", one.Raws, got.Raws[0])
	}
}

// spoken is what was told without what was only paid for: nobody said that.
func (h heard) spoken() (all heard) {
	for i, events := range h.Events {
		if len(events) != 1 || events[0].Kind != network.Charged {
			all.Raws, all.Events = append(all.Raws, h.Raws[i]), append(all.Events, events)
		}
	}
	return all
}

// Word is what the suite puts endless words in the place of, in Harness.Told.
const Word = "Bonjour"

// Joined puts n of something after one another, as JSON has them in a list.
func Joined(n int, one func(i int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = one(i)
	}
	return strings.Join(all, ",")
}

const (
	// hugeBody is more than the door lets in: what grows as a square is seen there.
	hugeBody = 5 << 20
	// mostFact is what the stream keeps of one event.
	mostFact = 512 << 10
	// greed is how many bytes may be asked for, one after another, for each of a body.
	greed = 100
)

// hugeHooks takes apart bodies that no network should send: of very many events, of
// endless fields, of endless words. Each is refused as Invalid, or read in time and
// memory that grow as it does, and what comes of it can be kept.
func hugeHooks(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	k, ok := knocker(t, h, w)
	if !ok {
		return
	}
	x := bytes.Repeat([]byte("x"), hugeBody)
	bodies := map[string][]byte{
		"an unknown field": slices.Concat([]byte(`{"nobody_announced":"`), x, []byte(`",`), h.Told[0][1:]),
		"many unknown":     slices.Concat([]byte(`{"nobody_announced":[0`), bytes.Repeat([]byte(",{}"), hugeBody/3), []byte(`],`), h.Told[0][1:]),
		"cut short":        slices.Concat([]byte(`{"nobody_announced":"`), x),
	}
	if h.Crowd != nil {
		each := len(h.Crowd(200)) / 200
		bodies["a crowd"] = h.Crowd(hugeBody / each)
	}
	for i, body := range h.Told {
		if long := bytes.ReplaceAll(body, []byte(Word), x[:2<<20]); len(long) > len(body) {
			bodies[fmt.Sprintf("endless words in body %d", i)] = long
		}
	}
	for name, body := range bodies {
		var raws []network.Raw
		var err error
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		done := make(chan struct{})
		go func() {
			defer close(done)
			raws, err = k.Split(body)
		}()
		select {
		case <-done:
		case <-time.After(time.Minute): // some seconds on any machine, where it does not grow as a square
			t.Fatalf("%s: no end is seen", name)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(greed*len(body)) {
			t.Errorf("%s: %d bytes took %d", name, len(body), took)
		}
		if err != nil {
			w.kind(err, fault.Invalid)
			continue
		}
		if name == "cut short" {
			t.Errorf("half a body is taken for %d events", len(raws))
		}
		for _, raw := range raws {
			if len(raw.Body) > mostFact || len(raw.Key) > 600 || len(raw.Person) > 600 {
				t.Fatalf("%s: an event of %d bytes, the key %.100q", name, len(raw.Body), raw.Key)
			}
		}
		for _, raw := range raws[:min(len(raws), 10)] {
			w.decodes(raw)
		}
	}
}
