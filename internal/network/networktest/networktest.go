package networktest

import (
	"embed"
	"encoding/json"
	"slices"
	"testing"
	"time"

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

// step is one promise of every driver.
type step struct {
	name string
	test func(*testing.T, Harness)
	// timed: what it promises may hang on the network's clock.
	timed bool
}

func suite() []step {
	return []step{
		{"what the network can do is what its sources say", actions, false},
		{"connecting says who we are", connects, true},
		{"what this sort of account cannot is refused", refuses, false},
		{"a text goes out once", needs(publishes, network.ActPublish), true},
		{"a thread keeps its order", threads, false},
		{"an image carries its description", images, false},
		{"a link goes out as a link", needs(links, network.ActPublish, network.ActLink), false},
		{"what is too long is refused before and by the network", needs(tooLong, network.ActPublish), false},
		{"too fast: later, and when if the network says so", needs(throttled, network.ActPublish), false},
		{"trouble before acceptance leaves nothing behind", needs(trouble, network.ActPublish), false},
		{"nobody there: nothing happened", needs(refusedConnection, network.ActPublish), false},
		{"an answer lost after acceptance is found", needs(lostAnswer, network.ActPublish), true},
		{"a lost answer to a reply is found", lostReply, true},
		{"an answer that comes too late is looked for", slowAnswers, false},
		{"an identical earlier post is not ours", needs(earlierTwin, network.ActPublish), true},
		{"what is listed late is found after the delay", needs(listedLate, network.ActPublish), true},
		{"a clock that is minutes off changes nothing", skewed, false},
		{"a look that understood nothing proves nothing", needs(blindLook, network.ActPublish), false},
		{"a key that is refused is said, with what to do", needs(deniedKeys, network.ActPublish), true},
		{"keys are renewed ahead of time", needs(renewal, network.ActPublish), true},
		{"fields nobody announced change nothing", needs(unknownFields, network.ActPublish), false},
		{"a forged webhook is refused", forgedHook, true},
		{"a webhook that comes twice or out of order tells the same", knocks, false},
		{"one webhook tells of several people", crowds, false},
		{"a huge webhook is refused, or read in bounds", hugeHooks, false},
		{"a webhook with fields that nobody announced says the same", strangeHooks, false},
		{"hostile bodies do no harm", needs(hostile, network.ActPublish, network.ActPoll), false},
		{"a hostile network does no harm", needs(hostileNetwork, network.ActPublish), false},
		{"comments come in and are answered", replies, true},
		{"private messages come in and are answered", private, true},
		{"answers carry files", answerFiles, true},
		{"likes are given and taken back", likes, false},
		{"what others said is reposted as it stands, and taken back", reposts, false},
		{"comments are hidden and shown", hides, false},
		{"what is deleted twice is gone", needs(deletes, network.ActPublish, network.ActDelete), false},
		{"what is gone is said to be gone", needs(gone, network.ActPublish), false},
		{"people are kept out and let back", bans, false},
		{"people are muted and heard again", mutes, false},
		{"private messages of a person are kept away and taken again", blocksMessages, false},
		{"a post is changed and stays the same one", edits, false},
		{"a post is pinned and let go", pins, false},
		{"the comments below a post are closed and opened", closes, false},
		{"the account's figures are what the network says", insights, true},
		{"nothing is left out between two readings", needs(reading, network.ActPublish, network.ActPoll), true},
		{"mentions come in, once each, whichever way they are told", mentions, true},
		{"who follows is told, and who stops", follows, false},
		{"reactions, reposts and follows come in", needs(reactions, network.ActPublish, network.ActPoll), true},
		{"counts are what the network says, and what it does not say is absent", needs(measures, network.ActPublish, network.ActMeasure, network.ActReply), true},
		{"a server's own limits are found", limits, false},
		{"an act that nobody sees may be done twice", twice, false},
		{"what need not be kept may be forgotten", forgets, false},
		{"an act that breaks is gone on with", resumes, false},
		{"what is handed over ahead waits for its time", needs(ahead, network.ActPublish, network.ActVideo), false},
		{"what was handed over is forgotten", needs(drops, network.ActPublish, network.ActVideo), false},
		{"half a carousel is none", needs(halfCarousel, network.ActPublish, network.ActCarousel), false},
		{"a video goes out", videos, true},
		{"a video has its subtitles", subtitles, false},
		{"refused subtitles do not keep a video from going out", needs(refusedSubtitles, network.ActVideo, network.ActSubtitles), false},
		{"a video has its cover", needs(covers, network.ActPublish, network.ActVideo, network.ActCover), false},
		{"a refused cover does not keep a video from going out", needs(refusedCover, network.ActPublish, network.ActVideo, network.ActCover), false},
		{"a document goes out alone", needs(documents, network.ActPublish, network.ActDocument), false},
		{"a post takes no more calls than are kept for it", needs(calls, network.ActPublish), false},
		{"what it says of its limits is heard", tells, false},
		{"each kind of post goes out as what it is", kinds, false},
		{"a poll goes out with its answers", polls, false},
		{"what must be disclosed is disclosed", discloses, false},
		{"a wrong file is refused before the network is asked", wrongFile, false},
	}
}

// instead is the test of a step, or the network's own in its place.
func (h Harness) instead(one step) func(*testing.T, Harness) {
	if own := h.Instead[one.name]; own != nil {
		return own
	}
	return one.test
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	known := map[string]bool{}
	for _, one := range suite() {
		test := h.instead(one)
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
	if p := w.Driver.Profile(); p.AsOf == "" || len(p.Evidence) == 0 || p.Label == "" || len(p.Fields) == 0 {
		t.Errorf("the profile is not complete: %+v", p)
	}
	before := -1
	for _, e := range w.Driver.Profile().Evidence {
		at := slices.Index(network.Proofs(), e.On)
		if _, err := time.Parse(time.DateOnly, e.Date); err != nil || at <= before || e.What == "" {
			t.Errorf("%+v is no dated proof, or stands before a stronger one", e)
		}
		before = at
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
