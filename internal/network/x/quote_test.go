package x_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

func sharing(w *house, text, address string) network.Part {
	part := w.Part(text)
	part.Options = map[string]string{"reshare": address}
	return part
}

func TestAPostSharesAnotherWithItsOwnWords(t *testing.T) {
	w := enter(t, pretended.Options{})
	theirs := w.net.Says(w.Stage.Cast.All()[1], "Our report is out")
	for name, address := range map[string]string{
		"its number":            theirs,
		"its address":           "https://x.com/somebody/status/" + theirs,
		"of former times":       "https://twitter.com/somebody/status/" + theirs + "?s=20&t=abc",
		"of a phone":            "https://mobile.twitter.com/somebody/status/" + theirs + "#m",
		"of nobody":             "https://x.com/i/web/status/" + theirs,
		"with spaces around it": "  x.com/somebody/status/" + theirs + "/photo/1 ",
	} {
		part := sharing(w, "Worth reading, "+name, address)
		sent, err := w.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made := w.Ledger(sandbox.Publish)
		if last := made[len(made)-1]; last.Shared != theirs || last.Text != part.Text || last.Object != sent.ID {
			t.Errorf("%s: the ledger has %+v", name, last)
		}
		for _, problem := range w.Driver.Profile().CheckOptions(part) {
			t.Errorf("%s: before it is sent, %+v", name, problem)
		}
		look, err := w.driver.Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
		if err != nil || !look.Complete || look.Near[0].ID != sent.ID || look.Near[0].Text != part.Text || look.Near[0].Apart {
			t.Errorf("%s: found %+v, %v", name, look, err)
		}
	}
}

func TestWhatCannotBeSharedIsSaidBefore(t *testing.T) {
	w := enter(t, pretended.Options{})
	theirs := w.net.Says(w.Stage.Cast.All()[1], "Our report is out")
	for name, change := range map[string]func(*network.Part){
		"another place":       func(p *network.Part) { p.Options["reshare"] = "https://example.org/somebody/status/" + theirs },
		"hidden behind x.com": func(p *network.Part) { p.Options["reshare"] = "https://example.org/?x.com/a/status/" + theirs },
		"words":               func(p *network.Part) { p.Options["reshare"] = "the one of yesterday" },
		"a profile":           func(p *network.Part) { p.Options["reshare"] = "https://x.com/somebody" },
		"too long a number":   func(p *network.Part) { p.Options["reshare"] = strings.Repeat("1", 20) },
		"a picture":           func(p *network.Part) { p.Media = []network.Media{networktest.Picture("image/png", 24, 16, "a chart")} },
		"a poll":              func(p *network.Part) { p.Poll = &network.Poll{Options: []string{"Yes", "No"}, Minutes: 60} },
	} {
		part := sharing(w, "Worth reading", theirs)
		change(&part)
		w.Improper(name, part)
	}
}

// What X alone knows: that the post is gone, that its author keeps us from it, that our
// app may not quote at all. Nothing of it disconnects the account.
func TestWhatXRefusesToShareIsSaid(t *testing.T) {
	w := enter(t, pretended.Options{})
	author := w.Stage.Cast.All()[1]
	gone := w.net.Says(author, "for an hour")
	w.Act(sandbox.Act{Kind: "remove", Target: gone, Person: author.ID})
	shut := w.net.Says(w.Stage.Cast.All()[2], "not for you")
	w.net.Shut(w.Stage.Cast.All()[2], w.Conn.Account)
	own := enter(t, pretended.Options{SelfServe: true})
	_, ours := own.Publish("ours")
	for name, c := range map[string]struct {
		w    *house
		id   string
		sign string
	}{"unknown": {w, "1999999999999999999", "does not exist"}, "deleted": {w, gone, "does not exist"}, "of somebody who blocks us": {w, shut, "may not see it"}, "with an app that may not": {own, ours.ID, "did not take"}} {
		n := len(c.w.Ledger(sandbox.Publish))
		_, err := c.w.Send(sharing(c.w, "Worth reading", c.id))
		text, hint := fault.Shown(err)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(text, c.sign) || hint == "" {
			t.Errorf("%s: %q, %q", name, text, hint)
		}
		if len(c.w.Ledger(sandbox.Publish)) != n {
			t.Errorf("%s: it is there", name)
		}
	}
}

// The answer is lost after X accepted a post; others with the same words share another
// post, or none. That is told apart, and a quote that X makes of an address in the text
// is the text's.
func TestALostQuoteIsToldFromItsLikes(t *testing.T) {
	w := enter(t, pretended.Options{})
	author := w.Stage.Cast.All()[1]
	theirs, other := w.net.Says(author, "the first"), w.net.Says(author, "the second")
	look := func(part network.Part) (all []bool) {
		t.Helper()
		found, err := w.driver.Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
		if err != nil || !found.Complete {
			t.Fatal(found, err)
		}
		for _, s := range found.Near {
			if s.Text == part.Text {
				all = append(all, s.Apart)
			}
		}
		return all
	}
	plain := w.Part("Worth reading")
	w.net.Elsewhere(w.Conn.Account, plain.Text, w.Now())
	if got := look(sharing(w, plain.Text, theirs)); len(got) != 1 || !got[0] {
		t.Errorf("looking for a quote, one without is %v", got)
	}
	if got := look(plain); len(got) != 1 || got[0] {
		t.Errorf("looking for it, it is %v", got)
	}
	part := sharing(w, "Read this", theirs)
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	if got := look(part); len(got) != 1 || got[0] {
		t.Errorf("looking for what was lost: %v", got)
	}
	if got := look(sharing(w, part.Text, other)); len(got) != 1 || !got[0] {
		t.Errorf("looking for a quote of another: %v", got)
	}
	named := w.Part("See https://x.com/somebody/status/" + theirs)
	if _, err := w.Send(named); err != nil {
		t.Fatal(err)
	}
	if got := look(named); len(got) != 1 || got[0] {
		t.Errorf("an address in the text: %v", got)
	}
}
