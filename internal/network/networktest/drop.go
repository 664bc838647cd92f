package networktest

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// ahead hands a film over before its time, as far as nobody sees it, and lets its life
// nearly pass: it must then be published without being handed over anew.
func ahead(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	a := w.Driver.Profile().Ahead
	if a == nil {
		return
	}
	if !gradual(t, h) || a.Minutes <= 0 || a.Lasts > 0 && a.Lasts < a.Minutes || a.Source.Text == "" || a.Source.Date == "" {
		t.Fatalf("handed over ahead: %+v", a)
	}
	part := w.dressed()["video"]
	if a.Before(part.Media) != time.Duration(a.Minutes)*time.Minute || a.Before(nil) != 0 || a.Before([]network.Media{w.picture("one")}) != 0 {
		t.Errorf("a video begins %s before, a picture %s", a.Before(part.Media), a.Before([]network.Media{w.picture("one")}))
	}
	handed := w.hand(t, &part)
	begun := part.Step.Since
	lives := 30 * 24 * time.Hour
	if end := a.Until(part.Step); end.Sub(begun) < lives {
		lives = end.Sub(begun) - time.Minute
	}
	w.Stage.Clock.Advance(lives - w.Now().Sub(begun))
	w.wake(t)
	sent, err := w.send(part, func(p network.Part) {
		if !p.Step.Public {
			t.Errorf("what lasts until %s is at %q after %s", a.Until(part.Step), p.Step.Name, lives)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 1 || made[0].Object != sent.ID || len(w.Ledger(sandbox.Upload)) != handed {
		t.Errorf("sent as %s, and the ledger has %+v", sent.ID, made)
	}
}

// wake begins again after a while, with keys as they are by then.
func (w *World) wake(t *testing.T) {
	t.Helper()
	w.Restart()
	checker, ok := w.Driver.(network.Checker)
	if !ok {
		return
	}
	health, keys, err := checker.Check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" {
		t.Fatalf("after a while: %+v, %v", health, err)
	}
	if keys == "" {
		keys = w.kept // by Conn.Renew
	}
	if keys != "" {
		w.Conn.Keys = keys
	}
}

// hand hands a part over as far as nobody sees it, and says what the ledger has of that.
func (w *World) hand(t *testing.T, part *network.Part) int {
	t.Helper()
	begun := w.Now()
	part.Step = network.Step{Name: network.Begun, Since: begun}
	for range actsMost {
		if part.Step.Public {
			break
		}
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, *part)
		if err != nil || did.Sent != nil {
			t.Fatalf("%s: %+v, %v", part.Step.Name, did.Sent, err)
		}
		part.Step = stored(t, did.Step, begun)
		w.Stage.Clock.Advance(did.Wait)
	}
	if made := w.Ledger(sandbox.Publish); !part.Step.Public || len(made) > 0 {
		t.Fatalf("at %q, and seen is %+v", part.Step.Name, made)
	}
	w.steps[part.Key] = part.Step
	return len(w.Ledger(sandbox.Upload))
}

// drops forgets what was handed over, also where an answer is lost, and never what is out
// or what another part needs.
func drops(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	dropper, ok := w.Driver.(network.Dropper)
	if !ok {
		t.Logf("%s: what is handed over lapses by itself", h.Name)
		return
	}
	part := w.dressed()["video"]
	w.hand(t, &part)
	if err := dropper.Drop(t.Context(), w.Conn, part.Step, []network.Step{part.Step}); err != nil || len(w.Ledger(sandbox.Delete)) > 0 {
		t.Fatalf("what another part needs: %v, %+v", err, w.Ledger(sandbox.Delete))
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Delete, Times: 1})
	for n := range 4 {
		err := dropper.Drop(t.Context(), w.Conn, part.Step, nil)
		if err == nil {
			break
		}
		if w.kind(err, fault.Throttled, fault.Unavailable, fault.Uncertain); n == 3 {
			t.Fatal(err)
		}
	}
	if err := dropper.Drop(t.Context(), w.Conn, part.Step, nil); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
	if gone := w.Ledger(sandbox.Delete); len(gone) != 1 {
		t.Fatalf("deleted: %+v", gone)
	}
	w = NewWorld(t, h)
	part = w.dressed()["video"]
	w.hand(t, &part)
	step := part.Step
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	if err := w.Driver.(network.Dropper).Drop(t.Context(), w.Conn, step, nil); err != nil || len(w.Ledger(sandbox.Delete)) > 0 {
		t.Errorf("what is out was dropped: %v, %+v", err, w.Ledger(sandbox.Delete))
	}
}
