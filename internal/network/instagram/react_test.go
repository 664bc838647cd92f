package instagram_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// Each side has one reaction to a message, and what Meta refuses is said.
func TestOurReactionToAMessage(t *testing.T) {
	for _, login := range []string{facebook, own} {
		o := open(t, login)
		e := direct(t, o.World, "p002", "Merci pour tout")
		like := func(ref network.Ref, on bool, want string) {
			t.Helper()
			if err := o.driver.Like(t.Context(), o.Conn, ref, on); err != nil || o.net.Felt(ref.ID) != want {
				t.Errorf("like %v: %v, and there stands %q", on, err, o.net.Felt(ref.ID))
			}
		}
		like(e.Ref, true, "love")
		like(e.Ref, true, "love")
		like(e.Ref, false, "")
		like(e.Ref, false, "")
		made := o.Ledger(sandbox.Like)
		if len(made) != 2 || made[0].Object != e.ID || made[0].Text != "love" || made[1].Text != "" { // repeats are nothing new
			t.Errorf("%+v", made)
		}
		// An answer that is lost is no harm: it is done once more.
		o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Message, Times: 1})
		if err := o.driver.Like(t.Context(), o.Conn, e.Ref, true); err != nil && !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
		like(e.Ref, true, "love")

		if _, err := o.Stage.Scripts.Do(sandbox.Act{Network: "instagram", Kind: "remove", Target: e.ID, Person: "p002"}); err != nil {
			t.Fatal(err)
		}
		refused(t, o.driver.Like(t.Context(), o.Conn, e.Ref, true)) // it was taken back
		late := direct(t, o.World, "p003", "une question")
		o.Stage.Clock.Advance(25 * time.Hour)
		err := o.driver.Like(t.Context(), o.Conn, late.Ref, true)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "no reaction any more") || hint == "" {
			t.Errorf("a day later: %v", err)
		}
		refused(t, o.driver.Like(t.Context(), o.Conn, network.Ref{ID: e.ID}, true)) // of whom it is nobody knows
		refused(t, o.driver.Like(t.Context(), o.Conn, network.Ref{ID: "../me", Extra: e.Extra}, true))
	}
}

func refused(t *testing.T, err error) {
	t.Helper()
	if text, _ := fault.Shown(err); text == "" || !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// Reactions and pressed buttons are told by webhook alone, once the account's news come.
func TestReactionsAndButtonsComeIn(t *testing.T) {
	for _, login := range []string{facebook, own} {
		o := open(t, login)
		conn := o.Conn
		conn.App = word()
		if login == own { // the address is typed in the app's console
			if err := o.net.Subscribe(t.Context(), o.door, "typed"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.driver.Subscribe(t.Context(), conn, o.door); err != nil {
			t.Fatal(err)
		}
		said := o.Act(sandbox.Act{Kind: "message", Text: "Bonjour", Person: "p001"})
		for _, with := range []string{"", "NONE", "ANGRY", "🔥"} {
			o.Stage.Clock.Advance(time.Second)
			o.Act(sandbox.Act{Kind: "react", Target: said.ID, Person: "p001", Reaction: with})
		}
		pressed, err := o.net.Press(o.person("p002"), o.account.ID, "Vos horaires ?")
		if err != nil {
			t.Fatal(err)
		}
		raws := o.told()
		type line struct {
			kind    network.EventKind
			text    string
			removed bool
		}
		want := []line{{network.Direct, "Bonjour", false}, {network.Reaction, "❤️", false}, {network.Reaction, "", true}, {network.Reaction, "😠", false},
			{network.Reaction, "🔥", false}, {network.Direct, "Vos horaires ?", false}}
		var got []line
		keys := map[string]bool{}
		for _, raw := range raws {
			e := o.decode(raw)
			got = append(got, line{e.Kind, e.Text, e.Removed})
			if e.Kind == network.Reaction && (e.Parent != said.ID || e.Thread != e.Author.ID || !e.Private || e.At.IsZero()) {
				t.Errorf("%+v", e)
			}
			if keys[raw.Key] {
				t.Errorf("%q twice", raw.Key)
			}
			keys[raw.Key] = true
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s:\n%+v\n%+v", login, got, want)
		}
		// Who pressed is answered like who wrote.
		e := o.decode(raws[len(raws)-1])
		part := o.Answer("De 9 à 18 heures", e.Ref)
		part.Private = true
		if _, err := o.driver.Reply(t.Context(), o.Conn, part); err != nil || e.ID != pressed {
			t.Errorf("%+v: %v", e, err)
		}
	}
}
