package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// report is the line of one step on one engine.
type report struct {
	step, engine string
	rounds       int
	posts        int // parts and answers
	kills        int
	caught       int // kills that found something at the step
	duplicates   int
	lost         int
	unclear      int
	asked        int // without need
	person       int // rightly: nobody else could look
	late         int
	slowest      time.Duration
	flows        map[string]flow
}

// flow is what happened to one way of a network at a step.
type flow struct{ posts, caught int }

func (s report) String() string {
	return fmt.Sprintf("%-26s %-8s %4d rounds %5d posts %4d kills (%d at the step) %3d duplicates %3d lost %5d unclear %5d resolved alone, %d by a person who alone could look, slowest settle after restart %.1f s",
		s.step, s.engine, s.rounds, s.posts, s.kills, s.caught, s.duplicates, s.lost, s.unclear, s.unclear-s.asked-s.person, s.person, s.slowest.Seconds())
}

// count notes which flows of a batch a kill found on their way.
func (s *report) count(b *batch, d doubts) {
	for id, p := range b.posts {
		f := s.flows[p.flow]
		f.posts++
		if d.posts[id] {
			f.caught++
		}
		s.flows[p.flow] = f
	}
}

// table says, flow by flow, how many posts there were at each step and how many of
// them the kill found on their way. A flow that was never found tries nothing.
func table(t *testing.T, all []report) {
	t.Helper()
	flows := map[string]map[string]flow{}
	var steps []string
	for _, r := range all {
		if !slices.Contains(steps, r.step) {
			steps = append(steps, r.step)
		}
		for name, f := range r.flows {
			if flows[name] == nil {
				flows[name] = map[string]flow{}
			}
			so := flows[name][r.step]
			flows[name][r.step] = flow{so.posts + f.posts, so.caught + f.caught}
		}
	}
	slices.Sort(steps)
	var out strings.Builder
	fmt.Fprintf(&out, "flows: killed on their way / posts\n%-38s", "")
	for _, step := range steps {
		fmt.Fprintf(&out, "%26s", step)
	}
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		fmt.Fprintf(&out, "\n%-38s", name)
		for _, step := range steps {
			f := flows[name][step]
			fmt.Fprintf(&out, "%26s", fmt.Sprintf("%d/%d", f.caught, f.posts))
			enough := 2
			if step == "at any moment" || step == "answered" || step == "before claim" {
				enough = 20 // what such a kill finds on its way is chance
			}
			if f.posts >= enough && f.caught == 0 && !t.Failed() {
				t.Errorf("%s was never killed at the step %s", name, step)
			}
		}
	}
	t.Log(out.String())
}

// judge reads the networks' own ledger: every marker once, and of what has no text
// as many as were sent.
func (r *rig) judge(t *testing.T, all []string) {
	t.Helper()
	for _, d := range r.Ledger.Duplicates(marker) {
		r.sum.duplicates++
		for _, e := range d.Entries {
			t.Errorf("twice: %s %s on %s at %v, parent %s, key %s", d.Marker, e.Object, e.Network, e.At, e.Parent, e.ClientID)
		}
	}
	there := map[string]bool{}
	for _, e := range r.Ledger.Entries(sandbox.Filter{}) {
		there[marker.FindString(e.Text)] = true
	}
	for _, mark := range all {
		if !there[mark] {
			r.sum.lost++
			t.Errorf("lost: %s", mark)
		}
	}
	for of, want := range r.mutes {
		n := 0
		for _, e := range r.Ledger.Entries(of) {
			if e.Text == "" {
				n++
			}
		}
		r.sum.duplicates += max(n-want, 0)
		r.sum.lost += max(want-n, 0)
		if n != want {
			t.Errorf("%d posts without a text on %s %s, and %d were sent", n, of.Network, of.Account, want)
		}
	}
}
