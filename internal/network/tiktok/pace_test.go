package tiktok_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

// ration is what a house gives a driver to pace itself by: the places of a quota of its facts.
func ration(w *networktest.World) func(context.Context, string) (time.Duration, error) {
	var taken []time.Time
	return func(_ context.Context, name string) (time.Duration, error) {
		for _, q := range w.Driver.Profile().Quotas {
			if q.Name != name {
				continue
			}
			now, while := w.Stage.Clock.Now(), time.Duration(q.WindowS)*time.Second+time.Second
			for len(taken) > 0 && !taken[0].After(now.Add(-while)) {
				taken = taken[1:]
			}
			if len(taken) >= q.Max {
				return taken[0].Add(while).Sub(now), nil
			}
			taken = append(taken, now)
			return 0, nil
		}
		return 0, fmt.Errorf("no quota is called %s", name)
	}
}

// steps takes a part through its acts as a house does, which waits where it is told to; what
// TikTok refused because it was too much is counted.
func steps(t *testing.T, w *networktest.World, part network.Part) (refused int) {
	t.Helper()
	part.Step = network.Step{Name: network.Begun, Since: w.Stage.Clock.Now()}
	for range 50 {
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
		switch {
		case fault.Is(err, fault.Throttled):
			refused++
			w.Stage.Clock.Advance(fault.After(err))
			continue
		case err != nil:
			t.Fatal(err)
		case did.Sent != nil:
			return refused
		}
		if did.Wait > 0 && part.Step.Public {
			if before, now := string(part.Step.State), string(did.Step.State); did.Step.Name == part.Step.Name && before == now {
				t.Error("an act that may be seen waits, and nobody knows whether it was done")
			}
		}
		w.Stage.Clock.Advance(did.Wait)
		did.Step.Since = part.Step.Since
		part.Step = did.Step
	}
	t.Fatal("it does not come to an end")
	return refused
}

// Nine posts at once are more than TikTok takes in a minute: with a house that counts them
// they wait, and TikTok refuses none. Without one, it does.
func TestABurstWaitsAndIsNotRefused(t *testing.T) {
	kinds := map[string][]network.Media{"videos": {networktest.Clip(2000, 5, 720, 1280, "")}, "photos": {photo(), photo()}}
	for kind, media := range kinds {
		for _, paced := range []bool{true, false} {
			w := networktest.NewWorld(t, harness(quick(), nil))
			if paced {
				w.Conn.Pace = ration(w)
			}
			refused := 0
			for i := range 9 {
				part := w.Part(fmt.Sprintf("%s %d", kind, i))
				part.Media = media
				refused += steps(t, w, part)
			}
			if (refused > 0) == paced {
				t.Errorf("%s, paced %v: TikTok refused %d times", kind, paced, refused)
			}
		}
	}
}
