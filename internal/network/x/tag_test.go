package x_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// tagged is a part with a picture for each list of names.
func tagged(w *networktest.World, lists ...string) network.Part {
	part := w.Part("the team")
	for _, list := range lists {
		m := networktest.Picture("image/png", 40, 30, "the team")
		for _, name := range strings.Fields(list) {
			m.Tags = append(m.Tags, network.Tag{Name: name, At: &network.Spot{X: 0.5, Y: 0.5}})
		}
		part.Media = append(part.Media, m)
	}
	return part
}

// lookups are the paid questions for people by their names.
func lookups(w *house) (n int) {
	for _, r := range w.Front.Requests() {
		if r.Path == "/2/users/by" {
			n++
		}
	}
	return n
}

func TestPeopleAreTagged(t *testing.T) {
	w := enter(t, pretended.Options{Premium: true})
	for name, shy := range map[string]bool{"Lea_M": false, "ben": false, "hidden": true} {
		w.net.Someone(name, shy)
	}
	part := tagged(w.World, "lea_m ben", "LEA_M hidden", "")
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	made := w.Ledger(sandbox.Publish)
	if len(made) != 1 || lookups(w) != 1 {
		t.Fatalf("%d posts, %d look-ups", len(made), lookups(w))
	}
	// Each once, whatever the capital letters; who is shy is left out by X.
	if got := w.net.Tagged(made[0].Object); !slices.Equal(got, []string{"Lea_M", "ben"}) {
		t.Errorf("tagged are %v", got)
	}
	w.Stage.Clock.Advance(time.Minute)
	part = tagged(w.World, "ben")
	part.Text = "the team, again"
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	// A version that says nothing of it would have nobody tagged.
	part.Text = "the whole team, again"
	ref, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, sent.Ref, part)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.net.Tagged(ref.ID); !slices.Equal(got, []string{"ben"}) {
		t.Errorf("after a change, tagged are %v", got)
	}
}

func TestATagThatXDoesNotKnowIsRefusedBeforeAnythingIsHandedOver(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.net.Someone("ben", false)
	many := strings.Fields("a1 a2 a3 a4 a5 a6 a7 a8 a9 b1 b2")
	for _, name := range many {
		w.net.Someone(name, false)
	}
	for what, c := range map[string]struct {
		lists []string
		says  string
		asked int
	}{
		"nobody":             {[]string{"nobody_at_all"}, "nobody_at_all", 1},
		"one of two":         {[]string{"ben nobody_at_all"}, "nobody_at_all", 1},
		"no name of X":       {[]string{"lea.m"}, "lea.m", 0},
		"eleven, together":   {[]string{strings.Join(many[:6], " "), strings.Join(many[6:], " ")}, "11", 0},
		"eleven, in the one": {[]string{strings.Join(many, " ")}, "11", 0},
	} {
		before := lookups(w)
		_, err := w.Send(tagged(w.World, c.lists...))
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, c.says) || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
		if n := lookups(w) - before; n != c.asked {
			t.Errorf("%s: %d look-ups", what, n)
		}
	}
	if n := len(w.Ledger(sandbox.Publish, sandbox.Upload)); n != 0 {
		t.Errorf("%d things were handed over", n)
	}
	if _, err := w.Send(tagged(w.World, strings.Join(many[:10], " "), strings.ToUpper(many[0]))); err != nil {
		t.Errorf("ten: %v", err)
	}
}

// X is asked once for each name, also where it has forgotten the files meanwhile.
func TestWhoIsTaggedIsAskedForOnce(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.net.Someone("ben", false)
	step := w.Driver.(network.Stepper).Step
	part := tagged(w.World, "ben")
	part.Step = network.Step{Name: network.Begun}
	slept := false
	for range 20 {
		did, err := step(t.Context(), w.Conn, part)
		if err != nil {
			t.Fatal(err)
		}
		if did.Sent != nil {
			if got := w.net.Tagged(did.Sent.ID); !slices.Equal(got, []string{"ben"}) || lookups(w) != 1 {
				t.Errorf("tagged are %v after %d look-ups", got, lookups(w))
			}
			return
		}
		if part.Step = did.Step; did.Step.Public && !slept {
			w.Stage.Clock.Advance(25 * time.Hour)
			_, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
			if err != nil || keys == "" {
				t.Fatal(err)
			}
			w.Conn.Keys, slept = keys, true
		}
	}
	t.Error("it does not come to an end")
}

func TestTagsCostMoney(t *testing.T) {
	w := enter(t, pretended.Options{})
	p := w.Driver.Profile()
	plain, with := p.Priced(network.Act{For: network.ForPost}), p.Priced(network.Act{For: network.ForPost, Tagged: 3})
	a, _ := network.Sum(plain)
	b, _ := network.Sum(with)
	if a.Amount != "0.015" || b.Amount != "0.045" {
		t.Errorf("%s without and %s with three people", a.Amount, b.Amount)
	}
}
