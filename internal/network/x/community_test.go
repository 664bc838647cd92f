package x_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// within is entered where there is a community that the account has joined, and another one.
func within(t *testing.T, o pretended.Options) (w *house, ours, others string) {
	t.Helper()
	w = enter(t, o)
	return w, w.net.Community("Indie bookshops of Brittany", w.Conn.Account), w.net.Community("Bookshops of others")
}

func into(w *house, text, where string, followers bool) network.Part {
	part := w.Part(text)
	part.Options = map[string]string{"community": where}
	if followers {
		part.Options["community_followers"] = "true"
	}
	return part
}

func (w *house) choices(words string) ([]network.Choice, error) {
	return w.driver.Choices(w.t.Context(), w.Conn, network.Choosing{Option: "community", Words: words})
}

// A community is found by words and kept with its name; only its number is sent, once,
// with the beginning of a thread and with no version of it.
func TestAPostGoesToACommunity(t *testing.T) {
	w, ours, others := within(t, pretended.Options{Premium: true})
	found, err := w.choices("bookshops")
	if err != nil || len(found) != 2 || found[0].Value != ours+" Indie bookshops of Brittany" || found[1].Value != others+" Bookshops of others" || found[0].More != "x.com/i/communities/"+ours {
		t.Fatalf("%+v, %v", found, err)
	}
	before := len(w.Front.Requests())
	for _, words := range []string{"", " b "} {
		if all, err := w.choices(words); err != nil || len(all) != 0 {
			t.Errorf("%q finds %+v, %v", words, all, err)
		}
	}
	for _, words := range []string{ours, "https://x.com/i/communities/" + ours, "twitter.com/i/communities/" + ours + "/about?s=20"} {
		if all, err := w.choices(words); err != nil || len(all) != 1 || all[0].Value != ours || all[0].Label != "x.com/i/communities/"+ours {
			t.Errorf("%q finds %+v, %v", words, all, err)
		}
	}
	if n := len(w.Front.Requests()); n != before {
		t.Errorf("X was asked %d times for what needs no question", n-before)
	}
	if all, err := w.choices("nobody has this"); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	for _, followers := range []bool{false, true} {
		text := map[bool]string{false: "members alone", true: "followers, too"}[followers]
		part := into(w, text, found[0].Value, followers)
		for _, problem := range w.Driver.Profile().CheckOptions(part) {
			t.Errorf("before it is sent, %+v", problem)
		}
		sent, err := w.Send(part)
		if err != nil {
			t.Fatal(err)
		}
		made := w.Ledger(sandbox.Publish)
		if last := made[len(made)-1]; last.Community != ours || last.Object != sent.ID || last.Text != text || w.net.ForFollowers(sent.ID) != followers {
			t.Errorf("the ledger has %+v", last)
		}
		below := into(w, text+", and more", found[0].Value, followers)
		below.After = &sent.Ref
		if _, err := w.Send(below); err != nil {
			t.Errorf("below it: %v", err)
		}
		if ref, err := w.driver.Edit(t.Context(), w.Conn, sent.Ref, into(w, text+", changed", found[0].Value, followers)); err != nil || ref.ID != sent.ID {
			t.Errorf("changed: %v", err)
		}
	}
}

func TestWhatIsNoCommunityIsSaidBefore(t *testing.T) {
	w, ours, _ := within(t, pretended.Options{})
	w.Improper("words", into(w, "hello", "Indie bookshops", false))
	for name, part := range map[string]network.Part{"followers of no community": into(w, "hello", "", true), "a switch that is none": into(w, "hello", ours, false)} {
		if name == "a switch that is none" {
			part.Options["community_followers"] = "perhaps"
		}
		if said := w.Driver.Profile().CheckOptions(part); len(said) != 1 || said[0].Field != "options" || !strings.Contains(said[0].Text, "cannot be") {
			t.Errorf("%s: %+v", name, said)
		}
	}
}

// What X alone knows, and says in no words: it is told what may be wrong, the account
// stays connected, and nothing is there.
func TestWhatACommunityRefusesIsSaid(t *testing.T) {
	w, _, others := within(t, pretended.Options{})
	theirs := w.net.Says(w.Stage.Cast.All()[1], "Our report is out")
	self, selfOurs, selfOthers := within(t, pretended.Options{SelfServe: true})
	sharing := func(w *house, where, of string) network.Part {
		part := into(w, "Worth reading", where, false)
		part.Options["reshare"] = of
		return part
	}
	own := self.net.Says(self.Stage.Cast.All()[1], "Our report is out")
	for name, c := range map[string]struct {
		w    *house
		part network.Part
		sign string
	}{
		"not a member":                   {w, into(w, "hello", others, false), "in this community."},
		"unknown":                        {w, into(w, "hello", "1999999999999999999", false), "in this community."},
		"not a member, and sharing":      {w, sharing(w, others, theirs), "in this community that shares"},
		"a member, and sharing":          {self, sharing(self, selfOurs, own), "in this community that shares"},
		"sharing, and in none of it":     {self, sharing(self, "", own), "did not take a post that shares"},
		"nothing of it, with both wrong": {self, sharing(self, selfOthers, own), "in this community that shares"},
	} {
		n := len(c.w.Ledger(sandbox.Publish))
		_, err := c.w.Send(c.part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, c.sign) || hint == "" {
			t.Errorf("%s: %q, %q", name, text, hint)
		}
		if len(c.w.Ledger(sandbox.Publish)) != n {
			t.Errorf("%s: it is there", name)
		}
	}
}

// An app that may not search does not lose the account for it: an address is enough.
func TestWhoMayNotSearchPastesTheAddress(t *testing.T) {
	w, _, _ := within(t, pretended.Options{})
	refuse := func(status int) {
		w.Front.Instead(func(a http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/2/communities/search" {
				return false
			}
			a.Header().Set("Content-Type", "application/json")
			a.WriteHeader(status)
			_, _ = a.Write([]byte(`{"title":"Forbidden","detail":"Forbidden","type":"about:blank"}`))
			return true
		})
	}
	refuse(http.StatusForbidden)
	_, err := w.choices("bookshops")
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || !strings.Contains(hint, "address") {
		t.Errorf("%q, %q", text, hint)
	}
	refuse(http.StatusUnauthorized)
	if _, err := w.choices("bookshops"); !fault.Is(err, fault.Denied) {
		t.Errorf("a key that is none any more: %v", err)
	}
	if _, err := w.driver.Choices(t.Context(), w.Conn, network.Choosing{Option: "board", Words: "bookshops"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another option: %v", err)
	}
}

// The answer is lost after X accepted a post in a community. It is found where the list
// has it and told from its likes elsewhere; where the list leaves it out, that proves
// nothing.
func TestALostPostInACommunityIsFound(t *testing.T) {
	for _, cloistered := range []bool{false, true} {
		w, ours, _ := within(t, pretended.Options{Cloistered: cloistered})
		second := w.net.Community("Second", w.Conn.Account)
		part := into(w, "Read this", ours+" Indie", false)
		w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
		if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
			t.Fatal(err)
		}
		look := func(part network.Part) (same, complete bool) {
			t.Helper()
			found, err := w.driver.Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range found.Near {
				same = same || s.Text == part.Text && !s.Apart
			}
			return same, found.Complete
		}
		if same, complete := look(part); same == cloistered || complete {
			t.Errorf("cloistered %v: found %v, complete %v", cloistered, same, complete)
		}
		if same, _ := look(into(w, part.Text, second, false)); same {
			t.Error("a post in another community is taken for it")
		}
		if same, complete := look(w.Part(part.Text)); same || !complete {
			t.Errorf("a post in no community: found %v, complete %v", same, complete)
		}
	}
}

// The text of X's own client allows what is asked and what is answered, too.
func TestCommunitiesAreAsTheClientHasThem(t *testing.T) {
	w := judgedBy(t, pretended.Options{}, ofTheClient)
	ours := w.net.Community("Indie bookshops", w.Conn.Account)
	for _, words := range []string{"bookshops", "nothing like it"} {
		if _, err := w.choices(words); err != nil {
			t.Error(err)
		}
	}
	part := into(w, "hello", ours, true)
	if _, err := w.Send(part); err != nil {
		t.Error(err)
	}
	if look, err := w.driver.Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute)); err != nil || len(look.Near) != 1 || look.Near[0].Apart {
		t.Errorf("%+v, %v", look, err)
	}
}
