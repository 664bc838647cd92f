package youtube_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/youtube"
)

func is(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Fatalf("%v, and it should be %v", err, want)
	}
	if _, hint := fault.Shown(err); want == fault.Invalid && hint == "" {
		t.Errorf("nothing is said about what to do: %v", err)
	}
}

func tooManyBytes(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	most := w.Account.Limits.Text.Max
	before := len(w.Front.Requests())
	_, err := w.Send(w.Part(strings.Repeat("é", most/2) + "x"))
	is(t, err, fault.Invalid)
	long := w.Part("x")
	long.Title = strings.Repeat("é", 101)
	_, err = w.Send(long)
	is(t, err, fault.Invalid)
	if len(w.Front.Requests()) != before {
		t.Error("the network was asked, though the limit is known")
	}
	// The network changed its mind and we do not know yet.
	w.Conn.Limits = w.Account.Limits
	w.Conn.Limits.Text.Max = most * 100
	_, err = w.Send(w.Part(strings.Repeat("é", most/2) + "x"))
	is(t, err, fault.Invalid)
	w.Publish(strings.Repeat("é", most/2))
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts went out", n)
	}
}

// say lets somebody comment and gives the event of it.
func say(t *testing.T, w *networktest.World, target, person, text string) network.Event {
	t.Helper()
	done := w.Act(sandbox.Act{Kind: "comment", Target: target, Text: text, Person: person})
	events, _ := w.Read("")
	for _, e := range events {
		if e.ID == done.ID {
			return e
		}
	}
	t.Fatalf("%s did not come in: %+v", done.ID, events)
	return network.Event{}
}

func bannedPeople(t *testing.T, h networktest.Harness) {
	for name, author := range map[string]func(network.Event) network.Author{
		"by a comment that is known": func(e network.Event) network.Author { return e.Author },
		"by one that is looked for": func(e network.Event) network.Author {
			return network.Author{ID: e.Author.ID, Handle: e.Author.Handle, Name: e.Author.Name}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := networktest.NewWorld(t, h)
			_, sent := w.Publish("be nice")
			comment := say(t, w, sent.ID, "p001", "no")
			banner := w.Driver.(network.Banner)
			if err := banner.Ban(t.Context(), w.Conn, author(comment), true); err != nil {
				t.Fatal(err)
			}
			if n := len(w.Ledger(sandbox.Ban)); n != 1 {
				t.Errorf("banned %d times", n)
			}
			done := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hello again", Person: "p001"})
			events, _ := w.Read("")
			for _, e := range events {
				if e.ID == done.ID || e.ID == comment.ID {
					t.Errorf("who was kept out is heard: %+v", e)
				}
			}
			if other := say(t, w, sent.ID, "p002", "I may"); other.Kind != network.Comment {
				t.Errorf("somebody else: %+v", other)
			}
			is(t, banner.Ban(t.Context(), w.Conn, author(comment), false), fault.Invalid)
		})
	}
	w := networktest.NewWorld(t, h)
	is(t, w.Driver.(network.Banner).Ban(t.Context(), w.Conn, network.Author{ID: "UCnobodyknowsthisperson1"}, true), fault.Invalid)
}

func subscribers(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("react!")
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p004"})
	w.Act(sandbox.Act{Kind: "follow", Person: "p006"})
	w.Stage.Clock.Advance(16 * time.Minute)
	events, cursor := w.Read(cursor)
	if len(events) != 1 || events[0].Kind != network.Follow || events[0].Author.ID == "" || events[0].Author.Name == "" {
		t.Errorf("%+v", events)
	}
	w.Stage.Clock.Advance(time.Hour)
	if again, _ := w.Read(cursor); len(again) != 0 {
		t.Errorf("told again: %+v", again)
	}
}

// Only channels with a verified telephone number choose the thumbnails of their videos: that
// is said of the video, and is no ailment of the channel.
func TestAChannelThatMayNotChooseThumbnails(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{Unverified: true}, nil))
	_, sent := w.Publish("no thumbnail of its own")
	err := w.Driver.(network.Coverer).Cover(t.Context(), w.Conn, sent.Ref, networktest.Picture("image/jpeg", 1280, 720, ""))
	is(t, err, fault.Invalid)
	if _, hint := fault.Shown(err); !strings.Contains(hint, "youtube.com/verify") {
		t.Errorf("the hint is %q", hint)
	}
}
