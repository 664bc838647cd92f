package pinterest_test

import (
	"net/http"
	"slices"
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
	h, _ := staged(o, judge)
	return h
}

// staged gives also the network that was opened last.
func staged(o pretended.Options, judge func(*testing.T, http.Handler) http.Handler) (networktest.Harness, func() *pretended.Network) {
	var board string // of the account that was opened last
	var n *pretended.Network
	return networktest.Harness{
		Name: "pinterest",
		// All images go in one request, whose refusal names none of them.
		Unsaid: true,
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n = pretended.New(stage, o)
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
		Passing: func(w *networktest.World) network.Part {
			part := w.Part("")
			part.Kind, part.Media = network.PassedOn, nil
			part.Options[network.OptionRepost] = "https://www.pinterest.com/pin/" + n.Says(w.Stage.Cast.All()[1], "The light of the north") + "/"
			return part
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// Counts come from reactions and saves: there are no comments to count here.
			"counts are what the network says, and what it does not say is absent": counts,
		},
	}, func() *pretended.Network { return n }
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

// A pin of somebody's is saved to the board and the section that were chosen, and found
// there alone: the same pin on another board is another save.
func TestAPinIsSavedWhereItWasChosen(t *testing.T) {
	for name, between := range map[string]func(*testing.T, http.Handler) http.Handler{"alone": nil, "judged": judge} {
		t.Run(name, func(t *testing.T) {
			h := harness(between)
			w := networktest.NewWorld(t, h)
			boards, err := w.Driver.(*pinterest.Driver).Choices(t.Context(), w.Conn, network.Choosing{Option: "board"})
			if err != nil {
				t.Fatal(err)
			}
			sections, err := w.Driver.(*pinterest.Driver).Choices(t.Context(), w.Conn, network.Choosing{Option: "section", Of: boards[1].Value})
			if err != nil {
				t.Fatal(err)
			}
			first := h.Passing(w)
			second := first
			second.Key += "2"
			second.Options = map[string]string{"repost": first.Options["repost"], "board": boards[1].Value, "section": sections[0].Value}
			sent := map[string]network.Sent{}
			for _, part := range []network.Part{first, second} {
				made, err := w.Send(part)
				if err != nil {
					t.Fatal(err)
				}
				sent[part.Key] = made
			}
			if !w.Front.Told(`"board_section_id":"` + sections[0].Value + `"`) {
				t.Error("the section was not told")
			}
			for _, part := range []network.Part{first, second} {
				if look, err := w.Look(part); err != nil || !alone(look, sent[part.Key].ID) || !look.Complete {
					t.Errorf("on board %s: %+v, %v", part.Options["board"], look, err)
				}
			}
		})
	}
}

// alone says whether a look has one pin alone that is it beyond doubt, by its id; "": none.
func alone(look network.Look, id string) bool {
	for _, s := range look.Near {
		if !s.Doubtful {
			if s.ID != id {
				return false
			}
			id = "" // once
		}
	}
	return id == ""
}

// Nowhere is written whether a pin that was saved from a saved one names that or the first
// of them, and people move pins to other boards: what may be it is not taken for absent,
// nor for it.
func TestWhatMayBeTheSavedPinIsDoubtful(t *testing.T) {
	h, opened := staged(pretended.Options{}, nil)
	w := networktest.NewWorld(t, h)
	first := h.Passing(w)
	saved, err := w.Send(first)
	if err != nil {
		t.Fatal(err)
	}
	opened().Chains()
	second := h.Passing(w)
	second.Options[network.OptionRepost] = saved.URL
	kept, err := w.Send(second)
	if err != nil {
		t.Fatal(err)
	}
	moved := h.Passing(w)
	moved.Options[network.OptionRepost], moved.Options["board"] = first.Options[network.OptionRepost], "7"
	for what, c := range map[string]struct {
		part network.Part
		id   string
	}{"saved from a saved one": {second, kept.ID}, "moved to another board": {moved, saved.ID}} {
		look, err := w.Look(c.part)
		if err != nil || !alone(look, "") || !slices.ContainsFunc(look.Near, func(s network.Seen) bool { return s.ID == c.id && s.Text == c.part.Text && s.Media == 0 }) {
			t.Errorf("%s: %+v, %v", what, look, err)
		}
	}
	if look, err := w.Look(w.Part("The light of the north")); err != nil || !alone(look, "") || len(look.Near) != 2 {
		t.Errorf("of a pin of our own that says the same: %+v, %v", look, err)
	}
}

// Pins of a protected board are listed where that is asked for: what is there is not
// taken for absent, and made again.
func TestWhatIsOnAProtectedBoardIsFound(t *testing.T) {
	h, opened := staged(pretended.Options{}, nil)
	w := networktest.NewWorld(t, h)
	opened().Protect(w.Part("").Options["board"])
	plain, pinned := w.Publish("behind a curtain")
	saved := h.Passing(w)
	kept, err := w.Send(saved)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		part network.Part
		id   string
	}{{plain, pinned.ID}, {saved, kept.ID}} {
		if look, err := w.Look(one.part); err != nil || !alone(look, one.id) {
			t.Errorf("%+v, %v", look, err)
		}
	}
}

func TestWhyAPinIsNotSavedIsSaid(t *testing.T) {
	h, opened := staged(pretended.Options{}, nil)
	w := networktest.NewWorld(t, h)
	good := h.Passing(w)
	id := good.Options["repost"][len("https://www.pinterest.com/pin/") : len(good.Options["repost"])-1]
	for what, to := range map[string]struct {
		options map[string]string
		says    string
	}{
		"no such pin":     {map[string]string{"repost": "7"}, "this Pin"},
		"no such board":   {map[string]string{"board": "7"}, "this board"},
		"no such section": {map[string]string{"section": "7"}, "this section"},
	} {
		part := h.Passing(w)
		for name, value := range to.options {
			part.Options[name] = value
		}
		_, err := w.Send(part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, to.says) || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.Blocked, Action: sandbox.Repost, Times: 1})
	if _, err := w.Send(h.Passing(w)); !fault.Is(err, fault.Throttled) {
		t.Errorf("taken for a spammer: %v", err)
	}
	opened().Hide(id)
	if _, err := w.Send(good); !fault.Is(err, fault.Invalid) {
		t.Errorf("on a secret board: %v", err)
	}
	if made := w.Ledger(sandbox.Repost); len(made) != 0 {
		t.Errorf("the ledger has %+v", made)
	}
	for _, address := range []string{"https://www.pinterest.com/pin/99360735500167749/", "pinterest.fr/pin/99360735500167749", "https://fr.pinterest.com/pin/un-mur-de-livres--99360735500167749/?mt=login",
		"https://www.pinterest.co.uk/pin/99360735500167749/#more", " 99360735500167749 "} {
		part := h.Passing(w)
		part.Options["repost"] = address
		if problems := w.Driver.Profile().CheckOptions(part); len(problems) != 0 {
			t.Errorf("%s: %+v", address, problems)
		}
		if _, err := w.Send(part); !strings.Contains(err.Error(), "this Pin") { // asked for, and not there
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"", "https://pin.it/4bXyZ", "https://www.pinterest.com/librairie/", "https://evilpinterest.com/pin/7/", "https://www.pinterest.com/pin/007/", "https://pinterest.com.evil.example/pin/7/"} {
		part := h.Passing(w)
		part.Options["repost"] = address
		if problems := w.Driver.Profile().CheckOptions(part); len(problems) != 1 {
			t.Errorf("%q: %+v", address, problems)
		}
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
