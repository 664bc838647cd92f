package networktest

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// slowAnswers lets a network accept and answer later than we wait: half of the answer is
// there, and the rest does not come. What may have happened is Uncertain, is looked for,
// and is there once; what was only asked is asked again.
func slowAnswers(t *testing.T, h Harness) {
	if h.Judge != nil {
		t.Log("what is said on the wire is judged with a network that answers")
		return
	}
	if offers(t, h, network.ActPublish) {
		t.Run("to a post", func(t *testing.T) { slowPost(t, h) })
	}
	if offers(t, h, network.ActReply) {
		t.Run("to an answer in public", func(t *testing.T) { slowReply(t, h, false) })
	}
	if offers(t, h, network.ActPrivateReply) {
		t.Run("to an answer in private", func(t *testing.T) { slowReply(t, h, true) })
	}
	if offers(t, h, network.ActPoll) && offers(t, h, network.ActPublish) && offers(t, h, network.ActReply) {
		t.Run("to a reading", func(t *testing.T) { slowReading(t, h) })
	}
}

// usual is how long the suite waits for a network where nothing is said.
const usual = 10 * time.Second

// outwait gives worlds whose driver waits for a while, and then longer: on a busy machine
// it may take as long for the network to accept something. try says whether it has.
func outwait(t *testing.T, h Harness, try func(limit time.Duration) bool) {
	t.Helper()
	for limit := 400 * time.Millisecond; limit < time.Minute; limit *= 3 {
		if try(limit) {
			return
		}
	}
	t.Fatalf("%s accepts nothing", h.Name)
}

// hurry makes a driver that waits for so long.
func (w *World) hurry(limit time.Duration) {
	w.harness.limit = limit
	w.Restart()
}

// slow holds the rest of an answer back until nobody waits for it any more.
func slow(action sandbox.Action) sandbox.Mishap {
	return sandbox.Mishap{Kind: sandbox.SlowAnswer, Action: action, DelayMS: int((10 * time.Minute).Milliseconds())}
}

func slowPost(t *testing.T, h Harness) {
	outwait(t, h, func(limit time.Duration) bool {
		w := NewWorld(t, h)
		part := w.Part("Is anybody there?")
		w.Weather(slow(sandbox.Publish))
		w.hurry(limit)
		_, err := w.Send(part)
		if len(w.Ledger(sandbox.Publish)) == 0 {
			return false
		}
		w.kind(err, fault.Uncertain)
		w.Stage.Weather.Clear()
		w.slowLook(part)
		found(t, w, part, sandbox.Publish)
		return true
	})
}

// slowLook looks at a network that does not answer in time: that proves nothing.
func (w *World) slowLook(part network.Part) {
	w.t.Helper()
	w.Weather(slow(sandbox.Read))
	look, err := w.Look(part)
	switch {
	case err != nil:
		w.kind(err, fault.Unavailable)
	case look.Exact == nil && (look.Keyed || look.Complete && len(near(look, part)) == 0):
		w.t.Errorf("nothing was seen, and it proves %+v", look)
	}
	w.Stage.Weather.Clear()
	w.hurry(usual)
}

func slowReply(t *testing.T, h Harness, private bool) {
	action := sandbox.Reply
	if private {
		action = sandbox.Message
	}
	outwait(t, h, func(limit time.Duration) bool {
		w, e := asked(t, h, private)
		if w == nil {
			return true // nobody speaks to us there
		}
		part := w.Answer("One moment, please", network.Ref{ID: e.ID, URL: e.URL, Extra: e.Extra})
		part.Private = private
		w.Weather(slow(action))
		w.hurry(limit)
		_, err := w.Reply(part)
		made := w.Ledger(action)
		if len(made) == 0 {
			return false
		}
		w.kind(err, fault.Uncertain)
		w.Stage.Weather.Clear()
		if !offers(t, h, network.ActFind) {
			return true // something else proves it
		}
		w.slowLook(part)
		look, err := w.Look(part)
		if err != nil {
			t.Fatal(err)
		}
		if look.Exact != nil {
			if !strings.Contains(look.Exact.ID, made[0].Object) {
				t.Errorf("found %s, and ours is %s", look.Exact.ID, made[0].Object)
			}
		} else if same := near(look, part); len(same) != 1 || !strings.Contains(same[0].ID, made[0].Object) {
			t.Errorf("what looks like ours: %+v of %+v; ours is %s", same, look.Near, made[0].Object)
		}
		if len(made) != 1 {
			t.Errorf("the ledger has %+v", made)
		}
		return true
	})
}

func slowReading(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	_, sent := w.Publish("Take your time")
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "slowly does it", Person: "p001"})
	w.Weather(slow(sandbox.Read))
	w.hurry(400 * time.Millisecond)
	_, next, err := w.tryRead(t.Context(), cursor)
	w.kind(err, fault.Unavailable)
	if next != cursor {
		t.Error("nothing was read, and it goes on behind it")
	}
	w.Stage.Weather.Clear()
	w.hurry(usual)
	events, _ := w.Read(cursor)
	told := 0
	for _, e := range events {
		if strings.Contains(e.Text, "slowly does it") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("it was said once, and is told %d times: %+v", told, events)
	}
}
