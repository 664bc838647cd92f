package pinterest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/pinterest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/pinterest"
)

func harness(judge func(*testing.T, http.Handler) http.Handler) networktest.Harness {
	return harnessOf(pretended.Options{}, judge)
}

func harnessOf(o pretended.Options, judge func(*testing.T, http.Handler) http.Handler) networktest.Harness {
	var board string // of the account that was opened last
	return networktest.Harness{
		Name: "pinterest",
		// All images go in one request, whose refusal names none of them.
		Unsaid: true,
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, o)
			a := n.Account("atelier", "Atelier des Halles")
			board = a.Board
			return n.Handler(), func(string) map[string]string { return map[string]string{"token": a.Token} }
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return pinterest.New(out, pinterest.Options{Base: base, Now: now})
		},
		Judge: judge,
		Dress: func(part *network.Part) {
			part.Options = map[string]string{"board": board}
			part.Media = []network.Media{networktest.Picture("image/png", 24, 16, "a shelf of books")}
		},
		Counts: []string{"lifetime_metrics"},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// Counts come from reactions and saves: there are no comments to count here.
			"counts are what the network says, and what it does not say is absent": counts,
		},
	}
}

func TestPinterest(t *testing.T) { networktest.Run(t, harness(nil)) }

func counts(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, liked := w.Publish("count me")
	_, quiet := w.Publish("nobody saw me")
	for _, p := range []string{"p001", "p002", "p003"} {
		w.Act(sandbox.Act{Kind: "react", Target: liked.ID, Person: p})
	}
	w.Act(sandbox.Act{Kind: "react", Reaction: "save", Target: liked.ID, Person: "p004"})
	measurer := w.Driver.(network.Measurer)
	missing := network.Ref{ID: "999"}
	got, err := measurer.Measure(t.Context(), w.Conn, []network.Ref{liked.Ref, quiet.Ref, missing})
	if err != nil {
		t.Fatal(err)
	}
	if c := got[liked.ID]; c[network.Likes] != 3 || c[network.Saves] != 1 || c[network.Views] != 12 {
		t.Errorf("counted %v", c)
	}
	if n, given := got[quiet.ID][network.Likes]; !given || n != 0 {
		t.Errorf("a given 0 is a 0: %v", got[quiet.ID])
	}
	if _, there := got[missing.ID]; there {
		t.Error("a pin that does not exist has counts")
	}
	w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"items":[{"id":"` + liked.ID + `","created_at":"2026-11-01T10:00:00","media":{"media_type":"image"},"pin_metrics":{"lifetime_metrics":{"reaction":null,"save":-1}}}]}`)) // the client sees to it
		return true
	})
	got, err = measurer.Measure(t.Context(), w.Conn, []network.Ref{liked.Ref})
	if err != nil || len(got[liked.ID]) != 0 {
		t.Errorf("the network says nothing, and counted is %v, %v", got, err)
	}
}

func TestBoardsAreChosenAndDaysAreCounted(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	d := w.Driver.(*pinterest.Driver)
	boards, err := d.Choices(t.Context(), w.Conn, network.Choosing{Option: "board"})
	if err != nil || len(boards) != 2 || boards[0].Label != "Shop window" {
		t.Errorf("%+v, %v", boards, err)
	}
	part := w.Part("on no board")
	part.Options = nil
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a board: %v", err)
	}
	w.Publish("seen")
	now := w.Stage.Clock.Now()
	if c, err := d.Insights(t.Context(), w.Conn, now.AddDate(0, 0, -5)); err != nil || c[network.Views] != 0 || len(c) == 0 {
		t.Errorf("five days ago: %v, %v", c, err)
	}
	if c, err := d.Insights(t.Context(), w.Conn, now.AddDate(0, 0, -1)); err != nil || len(c) != 0 {
		t.Errorf("what is still being counted is not there: %v, %v", c, err)
	}
}

func TestAPinIsPutIntoASectionOfItsBoard(t *testing.T) {
	for name, between := range map[string]func(*testing.T, http.Handler) http.Handler{"alone": nil, "judged": judge} {
		t.Run(name, func(t *testing.T) {
			w := networktest.NewWorld(t, harness(between))
			d := w.Driver.(*pinterest.Driver)
			ask := func(of string) []network.Choice {
				t.Helper()
				all, err := d.Choices(t.Context(), w.Conn, network.Choosing{Option: "section", Of: of})
				if err != nil {
					t.Fatal(err)
				}
				return all
			}
			boards, err := d.Choices(t.Context(), w.Conn, network.Choosing{Option: "board"})
			if err != nil || len(boards) != 2 {
				t.Fatal(boards, err)
			}
			sections := ask(boards[1].Value)
			if len(sections) != 2 || sections[0].Label != "Evenings" || len(ask(boards[0].Value)) != 0 || len(ask("")) != 0 {
				t.Fatalf("the sections are %+v", sections)
			}
			part := w.Part("an evening with the author")
			part.Options = map[string]string{"board": boards[1].Value, "section": sections[0].Value}
			sent, err := w.Send(part)
			if err != nil {
				t.Fatal(err)
			}
			if !w.Front.Told(`"board_section_id":"` + sections[0].Value + `"`) {
				t.Error("the section was not told")
			}
			if sent.ID == "" {
				t.Error("there is no pin")
			}
			for what, options := range map[string]map[string]string{
				"a section of another board": {"board": boards[0].Value, "section": sections[0].Value},
				"a section that is none":     {"board": boards[1].Value, "section": "evenings"},
			} {
				part := w.Part(what)
				part.Options = options
				if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if n := len(w.Ledger(sandbox.Publish)); n != 1 {
				t.Errorf("%d pins", n)
			}
			part.Options = map[string]string{"section": sections[0].Value}
			problems := d.Profile().CheckOptions(part)
			if len(problems) != 2 || problems[0].Key != "option_missing" || problems[1].Key != "option_wrong" {
				t.Errorf("a section without its board: %+v", problems)
			}
		})
	}
}

func TestAFilmThatCannotBeReadIsSaid(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	part := w.Part("broken film")
	part.Media = []network.Media{networktest.File("video/mp4", []byte(strings.Repeat("not a film ", 100)), 720, 1280, "")}
	_, err := w.Send(part)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "video") || hint == "" {
		t.Errorf("%v", err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 0 {
		t.Errorf("%d pins", n)
	}
}

func TestWordsAreChanged(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	_, sent := w.Publish("first")
	part := w.Part("second")
	part.Title, part.Link = "A title", "https://example.org/"
	if _, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, sent.Ref, part); err != nil {
		t.Fatal(err)
	}
	if e := w.Ledger(sandbox.Edit); len(e) != 1 || e[0].Text != "second" {
		t.Errorf("the ledger has %+v", e)
	}
}
