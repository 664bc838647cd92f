package networktest

import (
	"embed"
	"encoding/json"
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/network"
)

//go:embed expected/*.json
var expected embed.FS

// Expected is what a source says about one action on one network.
type Expected struct {
	Network network.Name   `json:"network"`
	Action  network.Action `json:"action"`
	Can     bool           `json:"can"`
	Later   bool           `json:"later,omitempty"` // possible there, and Kith does not offer it yet
	Source  string         `json:"source"`
	Date    string         `json:"date"`
}

// Table gives the sourced table: one file for each network.
func Table() []Expected {
	files, err := expected.ReadDir("expected")
	if err != nil {
		panic(err) // it is embedded
	}
	var all []Expected
	for _, f := range files {
		data, err := expected.ReadFile("expected/" + f.Name())
		if err != nil {
			panic(err) // it is embedded
		}
		var some []Expected
		if err := json.Unmarshal(data, &some); err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		all = append(all, some...)
	}
	return all
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	known := map[string]bool{}
	for _, one := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"what the network can do is what its sources say", actions},
		{"connecting says who we are", connects},
		{"what this sort of account cannot is refused", refuses},
		{"a text goes out once", needs(publishes, network.ActPublish)},
		{"a thread keeps its order", threads},
		{"an image carries its description", images},
		{"what is too long is refused before and by the network", needs(tooLong, network.ActPublish)},
		{"too fast: later, and when if the network says so", needs(throttled, network.ActPublish)},
		{"trouble before acceptance leaves nothing behind", needs(trouble, network.ActPublish)},
		{"nobody there: nothing happened", needs(refusedConnection, network.ActPublish)},
		{"an answer lost after acceptance is found", needs(lostAnswer, network.ActPublish)},
		{"a lost answer to a reply is found", lostReply},
		{"an identical earlier post is not ours", needs(earlierTwin, network.ActPublish)},
		{"what is listed late is found after the delay", needs(listedLate, network.ActPublish)},
		{"a look that understood nothing proves nothing", needs(blindLook, network.ActPublish)},
		{"a key that is refused is said, with what to do", needs(deniedKeys, network.ActPublish)},
		{"keys are renewed ahead of time", needs(renewal, network.ActPublish)},
		{"fields nobody announced change nothing", needs(unknownFields, network.ActPublish)},
		{"a forged webhook is refused", forgedHook},
		{"a webhook that comes twice or out of order tells the same", knocks},
		{"one webhook tells of several people", crowds},
		{"a huge webhook is refused, or read in bounds", hugeHooks},
		{"hostile bodies do no harm", needs(hostile, network.ActPublish, network.ActPoll)},
		{"a hostile network does no harm", needs(hostileNetwork, network.ActPublish)},
		{"comments come in and are answered", replies},
		{"private messages come in and are answered", private},
		{"answers carry files", answerFiles},
		{"likes are given and taken back", likes},
		{"comments are hidden and shown", hides},
		{"what is deleted twice is gone", needs(deletes, network.ActPublish, network.ActDelete)},
		{"what is gone is said to be gone", needs(gone, network.ActPublish)},
		{"people are kept out and let back", bans},
		{"people are muted and heard again", mutes},
		{"a post is changed and stays the same one", edits},
		{"a post is pinned and let go", pins},
		{"the account's figures are what the network says", insights},
		{"nothing is left out between two readings", needs(reading, network.ActPublish, network.ActPoll)},
		{"reactions, reposts and follows come in", needs(reactions, network.ActPublish, network.ActPoll)},
		{"counts are what the network says, and what it does not say is absent", needs(measures, network.ActPublish, network.ActMeasure, network.ActReply)},
		{"a server's own limits are found", limits},
		{"an act that nobody sees may be done twice", twice},
		{"what need not be kept may be forgotten", forgets},
		{"an act that breaks is gone on with", resumes},
		{"half a carousel is none", needs(halfCarousel, network.ActPublish, network.ActCarousel)},
		{"a video goes out", videos},
		{"a video has its subtitles", subtitles},
		{"refused subtitles do not keep a video from going out", needs(refusedSubtitles, network.ActVideo, network.ActSubtitles)},
		{"a video has its cover", needs(covers, network.ActPublish, network.ActVideo, network.ActCover)},
		{"a refused cover does not keep a video from going out", needs(refusedCover, network.ActPublish, network.ActVideo, network.ActCover)},
		{"a document goes out alone", needs(documents, network.ActPublish, network.ActDocument)},
		{"each kind of post goes out as what it is", kinds},
		{"a poll goes out with its answers", polls},
		{"what must be disclosed is disclosed", discloses},
		{"a wrong file is refused before the network is asked", wrongFile},
	} {
		test := one.test
		if own := h.Instead[one.name]; own != nil {
			test = own
		}
		known[one.name] = true
		t.Run(one.name, func(t *testing.T) { test(t, h) })
	}
	for name := range h.Instead {
		if !known[name] {
			t.Errorf("there is no test “%s” to stand in for", name)
		}
	}
}

// needs makes a test one of networks with these abilities; one that lacks an
// ability, by a dated source, stands in for it with a test of its own or has
// nothing to promise there.
func needs(test func(*testing.T, Harness), abilities ...network.Action) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) {
		for _, a := range abilities {
			if !offers(t, h, a) {
				return
			}
		}
		test(t, h)
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
		case e.Later && (!e.Can || can || !slices.Contains(w.Driver.Profile().Later, a)):
			t.Errorf("%s: the table says that it comes later; the driver offers it: %v, names it: %v", a, can, slices.Contains(w.Driver.Profile().Later, a))
		case e.Later:
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
	if h.lacks(a) {
		t.Logf("this account of %s cannot %s", h.Name, a)
		return false
	}
	for _, e := range Table() {
		if e.Network == h.Name && e.Action == a && (!e.Can || e.Later) {
			t.Logf("%s cannot %s: %s", h.Name, a, e.Source)
			return false
		}
	}
	return true
}
