package networktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// actsMost bounds a way that does not come to an end.
const actsMost = 500

// Send publishes a part as the house would: in one act, or act by act. How far it
// came is remembered, so that sending it again goes on.
func (w *World) Send(part network.Part) (network.Sent, error) {
	w.t.Helper()
	return w.send(part, func(network.Part) {})
}

// SendWatching is Send; watch sees the part before each act.
func (w *World) SendWatching(part network.Part, watch func(network.Part)) (network.Sent, error) {
	w.t.Helper()
	return w.send(part, watch)
}

// send is Send; before is called before each act.
func (w *World) send(part network.Part, before func(network.Part)) (network.Sent, error) {
	w.t.Helper()
	stepper, gradual := w.Driver.(network.Stepper)
	if !gradual {
		return w.Driver.(network.Publisher).Publish(w.t.Context(), w.Conn, part)
	}
	return w.steply(part, func(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
		did, err := stepper.Step(ctx, conn, part)
		if starter, ok := w.Driver.(network.Starter); ok && part.Step.Name == network.Begun {
			w.started(starter, conn, part, did, err)
		}
		return did, err
	}, before)
}

// sendOnce publishes a part that must then stand in the network's ledger, alone.
func (w *World) sendOnce(part network.Part) network.Sent {
	w.t.Helper()
	sent, err := w.Send(part)
	if err != nil {
		w.t.Fatal(err)
	}
	if made := w.Ledger(sandbox.Publish, sandbox.Repost); len(made) != 1 || made[0].Object != sent.ID {
		w.t.Errorf("sent as %s, and the ledger has %+v", sent.ID, made)
	}
	return sent
}

// started holds what a Starter says of a part against the act that it spares.
func (w *World) started(starter network.Starter, conn network.Conn, part network.Part, did network.Stepped, err error) {
	w.t.Helper()
	step, ok := starter.Start(conn, part)
	switch {
	case !ok:
	case fault.Is(err, fault.Invalid):
		w.t.Errorf("a part starts at %q, and its first act is refused: %v", step.Name, err)
	case !step.Public || len(part.Media) > 0:
		w.t.Errorf("a part with %d files starts at %q, which is not the act that can be seen", len(part.Media), step.Name)
	case err == nil && !reflect.DeepEqual(stored(w.t, step, time.Time{}), stored(w.t, did.Step, time.Time{})):
		w.t.Errorf("a part starts at %+v, and its first act leads to %+v", step, did.Step)
	}
}

// Reply answers with a part, act by act where it has files and the network wants that.
func (w *World) Reply(part network.Part) (network.Sent, error) {
	w.t.Helper()
	if stepper, ok := w.Driver.(network.StepReplier); ok && len(part.Media) > 0 {
		return w.steply(part, stepper.StepReply, func(network.Part) {})
	}
	return w.Driver.(network.Replier).Reply(w.t.Context(), w.Conn, part)
}

// act is one act of several.
type act = func(context.Context, network.Conn, network.Part) (network.Stepped, error)

// steply does the acts of a part until it is there; before is called before each.
func (w *World) steply(part network.Part, step act, before func(network.Part)) (network.Sent, error) {
	w.t.Helper()
	forgot := false
	for range actsMost {
		if part.Step = w.steps[part.Key]; part.Step.Name == "" {
			part.Step = network.Step{Name: network.Begun, Since: w.Now()}
		}
		before(part)
		did, err := step(w.t.Context(), w.Conn, part)
		switch {
		case err != nil:
			if !part.Step.Public && fault.Is(err, fault.Uncertain) {
				w.t.Errorf("%s: nobody can see this act, and its outcome is called uncertain: %v", part.Step.Name, err)
			}
			return network.Sent{}, err
		case did.Sent != nil:
			return *did.Sent, nil
		case did.Step.Name == "":
			w.t.Fatalf("after %q comes a step without a name", part.Step.Name)
		case did.Loose && (did.Step.Public || did.Wait > 0):
			w.t.Errorf("%q: what may be forgotten is followed by an act that can be seen, or by a wait", part.Step.Name)
		case did.Loose && w.forgetful && !forgot:
			forgot = true
			w.forgotten++
			w.Restart()
			continue
		}
		forgot = false
		w.steps[part.Key] = stored(w.t, did.Step, part.Step.Since)
		w.Stage.Clock.Advance(did.Wait)
	}
	return network.Sent{}, errors.New("it does not come to an end")
}

// SendForgetting is Send in a house that dies after each act which need not be kept,
// once: it goes on from before. It says how often that was.
func (w *World) SendForgetting(part network.Part) (sent network.Sent, forgotten int, err error) {
	w.t.Helper()
	w.forgetful, w.forgotten = true, 0
	defer func() { w.forgetful = false }()
	sent, err = w.Send(part)
	return sent, w.forgotten, err
}

// stored is a step as it comes back from the database.
func stored(t *testing.T, s network.Step, since time.Time) network.Step {
	t.Helper()
	s.Since = since
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 64<<10 {
		t.Errorf("a step of %d bytes", len(data))
	}
	var again network.Step
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	return again
}

// Look looks for a part as the house does: since it was tried, by a clock that may
// be minutes ahead of the network's.
func (w *World) Look(part network.Part) (network.Look, error) {
	return w.Find(part, part.At.Add(-network.Skew))
}

// Find looks for a part, knowing how far it came.
func (w *World) Find(part network.Part, since time.Time) (network.Look, error) {
	part.Step = w.steps[part.Key]
	return w.Driver.(network.Finder).Find(w.t.Context(), w.Conn, part, since)
}

func gradual(t *testing.T, h Harness) bool {
	t.Helper()
	_, yes := open(t, h, h.Open).Driver.(network.Stepper)
	if !yes {
		t.Logf("%s publishes in one act", h.Name)
	}
	return yes
}

// dressed are parts that take the ways a network has: a post as usual, one with a
// video, one with several images, one that is somebody else's.
func (w *World) dressed() map[string]network.Part {
	all := map[string]network.Part{"post": w.Part("step by step")}
	if w.can(network.ActVideo) {
		p := w.Part("with a video, step by step")
		p.Media = []network.Media{w.voiced()}
		all["video"] = p
	}
	if w.can(network.ActDocument) {
		p := w.Part("with a document, step by step")
		p.Media = []network.Media{w.paper()}
		all["document"] = p
	}
	if w.harness.Passing != nil {
		all["repost"] = w.harness.Passing(w)
	}
	if w.can(network.ActCarousel) {
		p := w.Part("with images, step by step")
		p.Media = []network.Media{w.picture("one"), w.picture("two")}
		all["carousel"] = p
	}
	return all
}

// twice does every act that nobody sees twice, with a restart between, as after a
// crash between the act and its record.
func twice(t *testing.T, h Harness) {
	if !offers(t, h, network.ActPublish) || !gradual(t, h) {
		return
	}
	for name := range NewWorld(t, h).dressed() {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, h)
			part := w.dressed()[name]
			public := 0
			sent, err := w.send(part, func(p network.Part) {
				if p.Step.Public {
					public++
					return
				}
				if did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, p); err != nil {
					w.kind(err, fault.Throttled, fault.Unavailable)
				} else if did.Sent != nil {
					t.Errorf("%s: it was said to be seen by nobody, and it exists", p.Step.Name)
				}
				w.Restart()
			})
			if err != nil {
				t.Fatal(err)
			}
			made := w.Ledger(sandbox.Publish, sandbox.Repost)
			if len(made) != 1 || made[0].Object != sent.ID || public == 0 {
				t.Errorf("sent as %s after %d public acts, and the ledger has %+v", sent.ID, public, made)
			}
		})
	}
}

// forgets dies after each act that need not be kept, as the house may at any time.
func forgets(t *testing.T, h Harness) {
	if !offers(t, h, network.ActPublish) || !gradual(t, h) {
		return
	}
	w := NewWorld(t, h)
	for name, part := range w.dressed() {
		sent, n, err := w.SendForgetting(part)
		made := w.Ledger(sandbox.Publish, sandbox.Repost)
		if err != nil || len(made) == 0 || made[len(made)-1].Object != sent.ID {
			t.Errorf("%s, after %d acts were forgotten: %v, and the ledger has %+v", name, n, err, made)
		}
	}
	if made := w.Ledger(sandbox.Publish, sandbox.Repost); len(made) != len(w.dressed()) {
		t.Errorf("the ledger has %d", len(made))
	}
}

// resumes breaks each act once, in each way, and goes on.
func resumes(t *testing.T, h Harness) {
	if !offers(t, h, network.ActPublish) || !gradual(t, h) {
		return
	}
	ways := append(after(), sandbox.Mishap{Kind: sandbox.Cut}, sandbox.Mishap{Kind: sandbox.ServerError}, sandbox.Mishap{Kind: sandbox.Throttled})
	for name := range NewWorld(t, h).dressed() {
		for _, m := range ways {
			for n := range actsMost {
				w := NewWorld(t, h)
				part := w.dressed()[name]
				if over := w.breakAct(t, part, n, m); over {
					break
				}
			}
		}
	}
}

// breakAct lets the n-th act of a part break, looks where the house would look,
// and goes on; over: there are fewer acts.
func (w *World) breakAct(t *testing.T, part network.Part, n int, m sandbox.Mishap) (over bool) {
	t.Helper()
	at, act := -1, network.Step{}
	broken := func(p network.Part) {
		if at++; at == n {
			act = p.Step
			m.Times = 1
			w.Weather(m)
		}
	}
	sent, err := w.send(part, broken)
	if at < n {
		return true
	}
	w.Stage.Weather.Clear()
	for range 3 {
		if err == nil {
			break
		}
		w.Restart()
		if fault.Is(err, fault.Uncertain) {
			w.Stage.Clock.Advance(w.Driver.Profile().Delay + time.Second)
			look, ferr := w.Look(part)
			if ferr != nil {
				t.Fatal(ferr)
			}
			if look.Exact != nil {
				sent, err = network.Sent{Ref: look.Exact.Ref}, nil
				break
			}
			if same := near(look, part); len(same) == 1 && !look.Keyed {
				sent, err = network.Sent{Ref: same[0].Ref}, nil
				break
			}
			if !look.Keyed && !look.Complete {
				t.Fatalf("%s of act %d (%s): the look proves nothing: %+v", m.Kind, n, act.Name, look)
			}
		} else {
			w.kind(err, fault.Throttled, fault.Unavailable)
		}
		w.Stage.Clock.Advance(max(fault.After(err), time.Second))
		sent, err = w.Send(part)
	}
	if err != nil {
		t.Fatalf("%s of act %d (%s): %v", m.Kind, n, act.Name, err)
	}
	if made := w.Ledger(sandbox.Publish, sandbox.Repost); len(made) != 1 || made[0].Object != sent.ID {
		t.Fatalf("%s of act %d (%s): sent as %s, and the ledger has %+v", m.Kind, n, act.Name, sent.ID, made)
	}
	return false
}

func videos(t *testing.T, h Harness) {
	if !offers(t, h, network.ActVideo) {
		return
	}
	w := NewWorld(t, h)
	part := w.Part("moving pictures")
	part.Media = []network.Media{w.clip()}
	sent := w.sendOnce(part)
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	ours(t, look, part, sent.ID)
}

func kinds(t *testing.T, h Harness) {
	for kind, action := range map[network.PostKind]network.Action{network.Story: network.ActStory, network.Reel: network.ActReel} {
		if !offers(t, h, action) {
			continue
		}
		t.Run(string(kind), func(t *testing.T) {
			w := NewWorld(t, h)
			part := w.Part("a " + string(kind))
			part.Kind = kind
			l, ok := w.Account.Limits.Of(kind)
			if !ok {
				t.Fatal("it has no limits")
			}
			if l.Text.None {
				part.Text = ""
			}
			part.Media = []network.Media{w.clip()}
			if len(l.Media.Video.Types) == 0 {
				part.Media = []network.Media{w.picture("up")}
			}
			w.sendOnce(part)
		})
	}
}

func polls(t *testing.T, h Harness) {
	if !offers(t, h, network.ActQuestion) {
		return
	}
	w := NewWorld(t, h)
	l := w.Account.Limits.Poll
	part := w.Part("Tea or coffee?")
	part.Media = nil
	part.Poll = &network.Poll{Options: []string{"Tea, please", "Coffee & milk"}, Minutes: max(l.MinMinutes, min(60, l.MaxMinutes))}
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, r := range w.Front.Requests() {
		for _, answer := range [][]string{{"Tea, please", "Tea%2C+please"}, {"Coffee & milk", "Coffee \\u0026 milk", "Coffee+%26+milk"}} {
			if slices.ContainsFunc(answer, func(form string) bool { return bytes.Contains(r.Body, []byte(form)) }) {
				told++
			}
		}
	}
	if told != 2 || len(w.Ledger(sandbox.Publish)) != 1 {
		t.Errorf("%d answers were told, the ledger has %+v", told, w.Ledger(sandbox.Publish))
	}
	part = w.Part("And now?")
	part.Media, part.Poll = nil, &network.Poll{Options: []string{strings.Repeat("x", l.OptionMax+1), "no"}, Minutes: l.MinMinutes}
	_, err := w.Send(part)
	w.kind(err, fault.Invalid)
}

// discloses holds what a driver sends with a disclosure against what it sends
// without: the network is told something.
func discloses(t *testing.T, h Harness) {
	for action, d := range map[network.Action]network.Disclosure{network.ActAILabel: {AI: true}, network.ActPaidLabel: {Paid: true}} {
		if !offers(t, h, action) {
			continue
		}
		bodies := func(d network.Disclosure) string {
			w := NewWorld(t, h)
			part := w.Part("made with care")
			part.Disclosure = d
			if _, err := w.Send(part); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
			var all strings.Builder
			for _, r := range w.Front.Requests() {
				all.WriteString(r.Query)
				all.Write(r.Body)
			}
			return all.String()
		}
		told := strings.Count(bodies(d), "true") - strings.Count(bodies(network.Disclosure{}), "true")
		if told < 1 {
			t.Errorf("%s: the network is not told", action)
		}
	}
}

func wrongFile(t *testing.T, h Harness) {
	if !offers(t, h, network.ActImage) && !offers(t, h, network.ActVideo) {
		return
	}
	w := NewWorld(t, h)
	part := w.Part("what is this?")
	part.Media = []network.Media{File("image/x-odd", []byte("odd"), 800, 800, "odd")}
	before := len(w.Front.Requests())
	_, err := w.Send(part)
	w.kind(err, fault.Invalid)
	if len(w.Front.Requests()) != before {
		t.Error("the network was asked about a file that it does not take")
	}
}
