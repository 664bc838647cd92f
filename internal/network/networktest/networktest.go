package networktest

import (
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/kithhq/kith/internal/network"
)

//go:embed expected.json
var expectedJSON []byte

// Expected is what a source says about one action on one network.
type Expected struct {
	Network network.Name   `json:"network"`
	Action  network.Action `json:"action"`
	Can     bool           `json:"can"`
	Source  string         `json:"source"`
	Date    string         `json:"date"`
}

// Table gives the sourced table.
func Table() []Expected {
	var all []Expected
	if err := json.Unmarshal(expectedJSON, &all); err != nil {
		panic("expected.json: " + err.Error())
	}
	return all
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, one := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"what the network can do is what its sources say", actions},
		{"connecting says who we are", connects},
		{"a text goes out once", publishes},
		{"a thread keeps its order", threads},
		{"an image carries its description", images},
		{"what is too long is refused before and by the network", tooLong},
		{"too fast: later, and when if the network says so", throttled},
		{"trouble before acceptance leaves nothing behind", trouble},
		{"nobody there: nothing happened", refusedConnection},
		{"an answer lost after acceptance is found", lostAnswer},
		{"a lost answer to a reply is found", lostReply},
		{"an identical earlier post is not ours", earlierTwin},
		{"what is listed late is found after the delay", listedLate},
		{"a look that understood nothing proves nothing", blindLook},
		{"a key that is refused is said, with what to do", deniedKeys},
		{"keys are renewed ahead of time", renewal},
		{"fields nobody announced change nothing", unknownFields},
		{"a forged webhook is refused", forgedHook},
		{"hostile bodies do no harm", hostile},
		{"a hostile network does no harm", hostileNetwork},
		{"comments come in and are answered", replies},
		{"private messages come in and are answered", private},
		{"likes are given and taken back", likes},
		{"comments are hidden and shown", hides},
		{"what is deleted twice is gone", deletes},
		{"people are kept out and let back", bans},
		{"nothing is left out between two readings", reading},
		{"reactions, reposts and follows come in", reactions},
		{"counts are what the network says, and what it does not say is absent", measures},
		{"a server's own limits are found", limits},
	} {
		t.Run(one.name, func(t *testing.T) { one.test(t, h) })
	}
}

func actions(t *testing.T, h Harness) {
	w := open(t, h, h.Open)
	said := map[network.Action]Expected{}
	for _, e := range Table() {
		if e.Network != h.Name {
			continue
		}
		if e.Source == "" || e.Date == "" {
			t.Errorf("%s: the table names no dated source", e.Action)
		}
		said[e.Action] = e
	}
	for _, a := range network.Actions() {
		e, known := said[a]
		can := network.Can(w.Driver, a)
		cannot := w.Driver.Profile().Cannot[a]
		switch {
		case !known:
			t.Errorf("%s: the table says nothing", a)
		case e.Can && !can:
			t.Errorf("%s: possible (%s), and the driver does not offer it", a, e.Source)
		case !e.Can && can:
			t.Errorf("%s: impossible (%s), and the driver offers it", a, e.Source)
		case !can && (cannot.Why == "" || cannot.Instead == ""):
			t.Errorf("%s: the driver does not say why not, or what to do instead", a)
		}
	}
	if w.Driver.Name() != h.Name {
		t.Errorf("the driver calls itself %s", w.Driver.Name())
	}
	if p := w.Driver.Profile(); p.AsOf == "" || p.Evidence == "" || p.Label == "" || len(p.Fields) == 0 {
		t.Errorf("the profile is not complete: %+v", p)
	}
}

// offers says whether the network can do what a test is about. What it cannot,
// by a dated source, is watched by the table itself: nothing is left untested.
func offers(t *testing.T, h Harness, a network.Action) bool {
	t.Helper()
	for _, e := range Table() {
		if e.Network == h.Name && e.Action == a && !e.Can {
			t.Logf("%s cannot %s: %s", h.Name, a, e.Source)
			return false
		}
	}
	return true
}
