package mastodon_test

import (
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

// quarter is a world whose instance is at hand. Persons with an even number are of this
// instance, the others of another one.
type quarter struct {
	*networktest.World
	t   *testing.T
	net *pretended.Network
}

func settle(t *testing.T, o pretended.Options) *quarter {
	t.Helper()
	w := &quarter{t: t}
	h := harness(o)
	o.Requests, o.Posts, o.Uploads, o.Deletes = plenty, plenty, plenty, plenty
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		w.net = pretended.New(stage, o)
		us := w.net.Account("atelier", "Atelier")
		return w.net.Handler(), func(base string) map[string]string {
			return map[string]string{"server": base, "token": us.Token}
		}
	}
	if _, err := os.Stat(specs("mastodon")); err == nil {
		h.Judge = judge
	}
	w.World = networktest.NewWorld(t, h)
	return w
}

// somebody of this instance, or of another one.
func (w *quarter) somebody(remote bool) sandbox.Person {
	for _, p := range w.Stage.Cast.All() {
		if strings.Contains(w.net.Address(p), "@") == remote {
			return p
		}
	}
	w.t.Fatal("nobody")
	return sandbox.Person{}
}

func (w *quarter) sharing(text, address string) network.Part {
	part := w.Part(text)
	part.Options = map[string]string{"reshare": address}
	return part
}

func TestAPostSharesAnotherWithItsOwnWords(t *testing.T) {
	w := settle(t, pretended.Options{})
	here, there := w.somebody(false), w.somebody(true)
	for name, c := range map[string]struct{ id, state string }{
		"of this server":               {w.net.Says(here, "Our report is out", "public", "", false), "accepted"},
		"unlisted":                     {w.net.Says(here, "And a note", "unlisted", "", false), "accepted"},
		"of another server":            {w.net.Says(there, "Our report is out too", "public", "", false), "pending"},
		"whose author looks at quotes": {w.net.Says(here, "Ask me first", "public", "", true), "pending"},
	} {
		address := w.net.Page(w.Base, c.id)
		part := w.sharing("Worth reading, "+name, " "+address+" ")
		if said := w.Driver.Profile().CheckOptions(part); len(said) > 0 {
			t.Errorf("%s: while it is written, %+v", name, said)
		}
		sent, err := w.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made := w.Ledger(sandbox.Publish)
		if last := made[len(made)-1]; last.Shared != c.id || last.Text != part.Text || last.Object != sent.ID {
			t.Errorf("%s: the ledger has %+v", name, last)
		}
		if of, state := w.net.Quotes(sent.ID); of != c.id || state != c.state {
			t.Errorf("%s: it quotes %s, which is %s", name, of, state)
		}
		for _, agreed := range []bool{false, true} { // before its author agreed, and afterwards
			if agreed {
				w.net.Agree(sent.ID, true)
			}
			look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
			if err != nil || !look.Complete || look.Near[0].ID != sent.ID || look.Near[0].Text != part.Text || look.Near[0].Apart {
				t.Errorf("%s, %v: found %+v, %v", name, agreed, look, err)
			}
		}
	}
}

func TestWhatCannotBeSharedIsSaidBefore(t *testing.T) {
	w := settle(t, pretended.Options{})
	theirs := w.net.Page(w.Base, w.net.Says(w.somebody(false), "Our report is out", "public", "", false))
	for name, change := range map[string]func(*network.Part){
		"words":        func(p *network.Part) { p.Options["reshare"] = "the one of yesterday" },
		"a person":     func(p *network.Part) { p.Options["reshare"] = "@ana@elsewhere.test" },
		"a server":     func(p *network.Part) { p.Options["reshare"] = "https://elsewhere.test/" },
		"other things": func(p *network.Part) { p.Options["reshare"] = "javascript:alert(1)//https://elsewhere.test/a" },
		"a key in it":  func(p *network.Part) { p.Options["reshare"] = "https://ana:secret@elsewhere.test/@ana/1" },
		"a picture":    func(p *network.Part) { p.Media = []network.Media{networktest.Picture("image/png", 24, 16, "a chart")} },
		"a poll":       func(p *network.Part) { p.Poll = &network.Poll{Options: []string{"Yes", "No"}, Minutes: 60} },
	} {
		part := w.sharing("Worth reading", theirs)
		change(&part)
		w.Improper(name, part)
	}
}

func TestWhatTheServerDoesNotShareIsSaid(t *testing.T) {
	w := settle(t, pretended.Options{})
	here, there := w.somebody(false), w.somebody(true)
	page := func(visibility, policy string) string {
		return w.net.Page(w.Base, w.net.Says(here, "of "+visibility+policy, visibility, policy, false))
	}
	gone := w.net.Says(here, "for an hour", "public", "", false)
	was := w.net.Page(w.Base, gone)
	w.Act(sandbox.Act{Kind: "remove", Target: gone, Person: here.ID})
	_, ours := w.Publish("ours")
	shut := w.net.Page(w.Base, w.net.Says(there, "not for you", "public", "", false))
	w.net.Shut(there, w.Conn.Account)
	for name, c := range map[string]struct{ address, sign string }{
		"unknown":                  {w.Base + "/@nobody/1", "does not find"},
		"deleted":                  {was, "does not find"},
		"of nobody's server":       {"https://elsewhere.test/@nobody/1", "does not find"},
		"of somebody who blocks":   {shut, "does not find"},
		"that nobody may share":    {page("public", "nobody"), "The author of the post does not allow"},
		"for followers to share":   {page("public", "followers"), "The author of the post does not allow"},
		"whose rule is not known":  {page("public", "unsupported_policy"), "The author of the post does not allow"},
		"for followers alone":      {page("private", ""), "does not find"},
		"a page that is no status": {w.Base + "/about", "does not find"},
	} {
		n := len(w.Ledger(sandbox.Publish))
		_, err := w.Send(w.sharing("Worth reading", c.address))
		text, hint := fault.Shown(err)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(text, c.sign) || hint == "" {
			t.Errorf("%s: %q, %q, %v", name, text, hint, err)
		}
		if len(w.Ledger(sandbox.Publish)) != n {
			t.Errorf("%s: it is there", name)
		}
	}
	if _, err := w.Send(w.sharing("As I said", ours.URL)); err != nil {
		t.Errorf("our own: %v", err)
	}
}

// A server that knows no quotes would publish the text alone, and say nothing.
func TestAServerWithoutQuotesIsAskedForNone(t *testing.T) {
	for name, o := range map[string]pretended.Options{"Mastodon before 4.5": {Old: true}, "GoToSocial": {GoToSocial: true}} {
		h := harness(o)
		w := networktest.NewWorld(t, h)
		_, sent := w.Publish("ours")
		part := w.Part("As I said")
		part.Options = map[string]string{"reshare": sent.URL}
		_, err := w.Send(part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "This server cannot") || hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(w.Ledger(sandbox.Publish)); n != 1 {
			t.Errorf("%s: %d posts", name, n)
		}
	}
}

// What is shared is gone, or closed, between our look and the post: nothing is there.
func TestWhatIsGoneMeanwhileIsNotShared(t *testing.T) {
	w := settle(t, pretended.Options{})
	here := w.somebody(false)
	id := w.net.Says(here, "for a minute", "public", "", false)
	part := w.sharing("Worth reading", w.net.Page(w.Base, id))
	part.Step = network.Step{Name: network.Begun, Since: w.Now()}
	did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	if err != nil || !did.Step.Public {
		t.Fatalf("%+v, %v", did, err)
	}
	w.Act(sandbox.Act{Kind: "remove", Target: id, Person: here.ID})
	part.Step = did.Step
	_, err = w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	if text, _ := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "does not find") || len(w.Ledger(sandbox.Publish)) != 0 {
		t.Errorf("%v, %d posts", err, len(w.Ledger(sandbox.Publish)))
	}
}

// The answer is lost after the server accepted a post; others with the same words share
// another post, or none.
func TestALostQuoteIsToldFromItsLikes(t *testing.T) {
	w := settle(t, pretended.Options{})
	here, there := w.somebody(false), w.somebody(true)
	theirs := w.net.Page(w.Base, w.net.Says(here, "the first", "public", "", false))
	other := w.net.Page(w.Base, w.net.Says(here, "the second", "public", "", false))
	far := w.net.Page(w.Base, w.net.Says(there, "the third", "public", "", false))
	send := func(part network.Part) network.Part {
		t.Helper()
		part.Step = network.Step{Name: network.Begun, Since: w.Now()}
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
		if err != nil {
			t.Fatal(err)
		}
		part.Step = did.Step
		w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
		if _, err = w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part); !fault.Is(err, fault.Uncertain) {
			t.Fatal(err)
		}
		return part
	}
	ours := func(part network.Part) (n int) {
		t.Helper()
		found, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
		if err != nil || !found.Complete {
			t.Fatal(found, err)
		}
		for _, s := range found.Near {
			if s.Text == part.Text && !s.Apart {
				n++
			}
		}
		return n
	}
	plain := w.Part("Worth reading")
	if _, err := w.Send(plain); err != nil {
		t.Fatal(err)
	}
	all := []network.Part{plain, send(w.sharing("Worth reading", theirs)), send(w.sharing("Worth reading", other))}
	for i, part := range all {
		if n := ours(part); n != 1 {
			t.Errorf("of three with the same words, the %d. is found %d times", i, n)
		}
	}
	// While another server has not agreed, nobody is told what is quoted.
	waiting := send(w.sharing("Read this", far))
	if n := ours(waiting); n != 1 {
		t.Errorf("one that waits is found %d times", n)
	}
	if n := ours(w.Part("Read this")); n != 0 {
		t.Errorf("without a quote it would be found %d times", n)
	}
}

// What the author of a quoted status thinks of that is told as the server has it; a state
// that says nothing of theirs, and a status that quotes nothing, are not told.
func TestWhatBecomesOfAQuoteIsTold(t *testing.T) {
	w := settle(t, pretended.Options{})
	of := func(manual bool) network.Sent {
		t.Helper()
		theirs := w.net.Page(w.Base, w.net.Says(w.somebody(false), "Our report is out", "public", "", manual))
		sent, err := w.Send(w.sharing("Worth reading", theirs))
		if err != nil {
			t.Fatal(err)
		}
		w.Stage.Clock.Advance(time.Minute)
		return sent
	}
	waits, agreed, refused, back, odd := of(true), of(true), of(true), of(false), of(false)
	w.net.Agree(agreed.ID, true)
	w.net.Agree(refused.ID, false)
	w.net.Revoke(back.ID)
	w.net.State(odd.ID, "blocked_account")
	_, plain := w.Publish("Shares nothing")
	gone := network.Ref{ID: "123456789012345678"}
	said, err := w.Driver.(network.Sharer).Shared(t.Context(), w.Conn, []network.Ref{waits.Ref, agreed.Ref, refused.Ref, back.Ref, odd.Ref, plain.Ref, gone, {ID: "no id/at all"}})
	want := map[string]network.Sharing{waits.ID: network.SharePending, agreed.ID: network.ShareAccepted, refused.ID: network.ShareRejected, back.ID: network.ShareRevoked}
	if err != nil || !maps.Equal(said, want) {
		t.Errorf("%v, %v; not %v", said, err, want)
	}
	w.Front.Instead(func(a http.ResponseWriter, _ *http.Request) bool {
		a.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	if _, err := w.Driver.(network.Sharer).Shared(t.Context(), w.Conn, []network.Ref{waits.Ref}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("out of order: %v", err)
	}
}
