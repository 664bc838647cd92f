package mastodon_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

func film(w *networktest.World, text string) network.Part {
	part := w.Part(text)
	part.Media = []network.Media{networktest.Clip(200<<10, 5, 720, 1280, "a shelf, filmed")}
	return part
}

// calls are the requests to a path, by a method.
func calls(w *networktest.World, method, path string) int {
	n := 0
	for _, r := range w.Front.Requests() {
		if r.Method == method && strings.HasPrefix(r.Path, path) {
			n++
		}
	}
	return n
}

func TestASlowServerIsWaitedForAndNotPestered(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{MediaTime: 20 * time.Minute, MediaAsks: 1}))
	sent, err := w.Send(film(w, "patience"))
	if err != nil || sent.ID == "" {
		t.Fatal(sent, err)
	}
	if n := calls(w, "POST", "/api/v2/media"); n != 1 {
		t.Errorf("handed over %d times", n)
	}
	if n := calls(w, "GET", "/api/v1/media/"); n > 80 {
		t.Errorf("asked %d times in twenty minutes", n)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestAFileOfWhichNothingCanBeMadeIsSaid(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{MediaFails: true}))
	_, err := w.Send(film(w, "broken"))
	if !fault.Is(err, fault.Invalid) || len(w.Ledger(sandbox.Publish)) != 0 {
		t.Errorf("%v, and the ledger has %+v", err, w.Ledger(sandbox.Publish))
	}
	if text, hint := fault.Shown(err); text != "The server cannot read this file." || hint == "" {
		t.Errorf("it says %q, %q", text, hint)
	}
}

// A file belongs to one status: which is ours needs no comparing of words.
func TestAPostWithFilesIsKnownByThem(t *testing.T) {
	for _, o := range []pretended.Options{{}, {GoToSocial: true}} {
		w := networktest.NewWorld(t, harness(o))
		hour := 3600.0
		w.Weather(sandbox.Mishap{Kind: sandbox.EarlierTwin, Action: sandbox.Publish, Times: 1, Seconds: &hour})
		w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
		part := film(w, "mine")
		_, err := w.Send(part)
		if !fault.Is(err, fault.Uncertain) {
			t.Fatal(err)
		}
		look, err := w.Find(part, part.At.Add(-2*time.Minute))
		made := w.Ledger(sandbox.Publish)
		if err != nil || look.Exact == nil || look.Exact.ID != made[0].Object || look.Keyed {
			t.Fatalf("the look is %+v, %v; ours is %+v", look, err, made)
		}
		// Who did not look would get the same one, or be told that the files have a post.
		_, err = w.Send(part)
		if err != nil && !fault.Is(err, fault.Uncertain) || o.GoToSocial && err == nil || len(w.Ledger(sandbox.Publish)) != 1 {
			t.Errorf("%v, and the ledger has %+v", err, w.Ledger(sandbox.Publish))
		}
	}
}

func TestFilesThatWereSweptAwayAreHandedOverAgain(t *testing.T) {
	for name, late := range map[string]time.Duration{"before they are gone": 21 * time.Hour, "after": 30 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := networktest.NewWorld(t, harness(pretended.Options{}))
			part := film(w, "later")
			w.Weather(sandbox.Mishap{Kind: sandbox.ServerError, Action: sandbox.Publish, Times: 1})
			if _, err := w.Send(part); err == nil {
				t.Fatal("it went out in bad weather")
			}
			w.Stage.Clock.Advance(late)
			if _, err := w.Send(part); err != nil {
				t.Fatal(err)
			}
			if n := calls(w, "POST", "/api/v2/media"); n != 2 || len(w.Ledger(sandbox.Publish)) != 1 {
				t.Errorf("handed over %d times; the ledger has %+v", n, w.Ledger(sandbox.Publish))
			}
		})
	}
}

func TestAServersLimitsOfVideosAndPollsAreFound(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{VideoLimit: 1 << 20, PollAnswers: 6, PollAnswer: 80}))
	l := w.Account.Limits
	if l.Media.Video.MaxBytes != 1<<20 || l.Poll.MaxOptions != 6 || l.Poll.OptionMax != 80 || l.Poll.MinMinutes != 5 || l.Poll.MaxMinutes != 43829 {
		t.Errorf("found %+v, %+v", l.Media.Video, l.Poll)
	}
	if usual := w.Driver.Profile().Limits.Poll; usual.MaxOptions != 4 || usual.OptionMax != 50 {
		t.Errorf("one server's limits became everybody's: %+v", usual)
	}
	part := w.Part("too big")
	part.Media = []network.Media{networktest.Clip(2<<20, 5, 720, 1280, "")}
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	part = w.Part("Which?")
	part.Poll = &network.Poll{Options: []string{"1", "2", "3", "4", "5", strings.Repeat("6", 80)}, Minutes: 60, Multiple: true}
	if _, err := w.Send(part); err != nil {
		t.Error(err)
	}
}
