package networktest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/network"
)

// strangeHooks puts fields that nobody announced into every object of every body: it comes
// to the same events with the same keys, of the same people, at the same times. Networks
// add fields without a word.
func strangeHooks(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	if _, ok := knocker(t, h, w); !ok {
		return
	}
	for i, body := range h.Told {
		plain := w.hears(body)
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var all any
		if err := decoder.Decode(&all); err != nil {
			t.Fatalf("body %d is no JSON: %v", i, err)
		}
		odd, err := json.Marshal(sprinkled(all))
		if err != nil {
			t.Fatal(err)
		}
		got := w.hears(odd)
		if len(got.Raws) != len(plain.Raws) {
			t.Errorf("body %d is %d events, and %d with fields that nobody announced", i, len(plain.Raws), len(got.Raws))
			continue
		}
		for n, was := range plain.Raws {
			is := got.Raws[n]
			if was.Network != is.Network || was.Account != is.Account || was.Person != is.Person || was.Key != is.Key || !was.At.Equal(is.At) {
				t.Errorf("body %d, with fields that nobody announced: %s of %s at %v, and it was %s of %s at %v", i, is.Key, is.Person, is.At, was.Key, was.Person, was.At)
			}
			if !reflect.DeepEqual(plain.Events[n], got.Events[n]) {
				t.Errorf("body %d, with fields that nobody announced: %+v, and it was %+v", i, got.Events[n], plain.Events[n])
			}
			attributed(t, was, plain.Events[n])
		}
	}
}

// attributed holds what an event says against what orders it: the same person, at the same
// moment, where it says so at all.
func attributed(t *testing.T, raw network.Raw, events []network.Event) {
	t.Helper()
	for _, e := range events {
		theirs := slices.Contains([]network.EventKind{network.Comment, network.Mention, network.Direct, network.Reaction, network.Repost, network.Follow}, e.Kind)
		// Some networks tell that somebody said something, and not who.
		if theirs && e.Author.ID != "" && e.Author.ID != raw.Person {
			t.Errorf("%s %s is said by %q, and told as of %q", e.Kind, e.ID, e.Author.ID, raw.Person)
		}
		if theirs && !e.At.IsZero() && !raw.At.IsZero() && !e.At.Equal(raw.At) {
			t.Errorf("%s %s happened at %v, and is told as of %v", e.Kind, e.ID, e.At, raw.At)
		}
	}
}

// sprinkled is a body with unknown fields in every object.
func sprinkled(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, one := range v {
			v[name] = sprinkled(one)
		}
		v["nobody_announced"], v["nor_this"] = []any{nil, 7, "x"}, map[string]any{"id": json.Number("12345678901234567890"), "text": "y"}
	case []any:
		for i := range v {
			v[i] = sprinkled(v[i])
		}
	}
	return v
}
