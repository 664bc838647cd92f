package crash

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// step kills the child at one moment of a batch's way out. It gives whether
// the kill found something at that very moment.
type step struct {
	name string
	kill func(t *testing.T, r *rig, b *batch, round int) (caught bool)
}

// A process that is killed while posts, threads and answers go out sends each of
// them once: none twice, none never, and Kith finds out by itself which are there.
func TestNothingIsLostOrSentTwiceWhenKilled(t *testing.T) {
	t.Parallel()
	rounds := 3
	if soaking() {
		rounds = 100
	}
	if n, err := strconv.Atoi(os.Getenv("KITH_CRASH_ROUNDS")); err == nil {
		rounds = n
	}
	var mu sync.Mutex
	var reports []report
	t.Cleanup(func() {
		for _, r := range reports {
			t.Log(r.String())
		}
		table(t, reports)
	})
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, s := range steps() {
			t.Run(engine+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, s.name, engine)
				defer func() {
					mu.Lock()
					reports = append(reports, r.sum)
					mu.Unlock()
				}()
				var all []string
				for round := range rounds {
					all = append(all, r.round(t, s, round)...)
					if t.Failed() {
						break
					}
				}
				r.judge(t, all)
				if r.sum.caught == 0 {
					t.Errorf("no kill found anything at this step")
				}
				if r.sum.asked*100 > r.sum.unclear {
					t.Errorf("%d of %d unclear ones were left to a person", r.sum.asked, r.sum.unclear)
				}
				r.child.integrity(t.Context(), t)
			})
		}
	}
}

// round lets a batch go out, kills, starts again at once and waits for the end.
func (r *rig) round(t *testing.T, s step, round int) []string {
	t.Helper()
	if r.child.cmd == nil {
		r.child.start(t)
	}
	b := r.write(t, round)
	if s.kill(t, r, b, round) {
		r.sum.caught++
	}
	r.doubt(t, b)
	r.child.start(t)
	asked, late := r.settled(t, b, time.Minute)
	for _, what := range late {
		t.Errorf("round %d: not settled a minute after the restart: %s", round, what)
	}
	r.sum.rounds++
	r.sum.kills++
	r.sum.posts += b.size()
	r.sum.asked += asked
	r.sum.late += len(late)
	r.sum.slowest = max(r.sum.slowest, time.Since(r.child.began))
	r.Weather.Clear()
	return b.markers()
}

func steps() []step {
	return []step{
		{"before claim", beforeClaim},
		{"after claim", afterClaim},
		{"request half sent", func(t *testing.T, r *rig, b *batch, round int) bool {
			// What was sent gets lost on the way, or arrives in full when its sender is dead.
			return r.atGate(t, b, round, sandbox.Begun, func() { r.Gate.ReleaseAll(round%2 == 0) })
		}},
		{"accepted but unanswered", func(t *testing.T, r *rig, b *batch, round int) bool {
			r.listLate()
			return r.atGate(t, b, round, sandbox.Accepted, func() { r.Gate.ReleaseAll(true) })
		}},
		{"answered", answered},
		{"before settle", beforeSettle},
		{"at any moment", anyMoment},
		{"handed over ahead", handedOver},
	}
}

// listLate lets what is accepted appear in lists some seconds later.
func (r *rig) listLate() {
	seconds := listedAfter
	r.Weather.Must(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.AnyWrite, Probability: 0.4, Seconds: &seconds})
}

// beforeClaim kills when posts are due and nothing is claimed: in even rounds
// because the database lets nobody write at that moment, in odd ones by being
// quick.
func beforeClaim(t *testing.T, r *rig, b *batch, round int) bool {
	due := r.leave(t, b, round)
	if round%2 == 1 {
		wait(t, time.Until(due))
		r.child.kill()
	} else {
		wait(t, time.Until(due)-100*time.Millisecond)
		letGo := r.child.lock(t)
		wait(t, time.Until(due)+time.Duration(rand.IntN(200))*time.Millisecond)
		r.child.kill()
		letGo()
	}
	db := r.child.left(t)
	defer db.Close()
	return inspect(t, db).due > 0
}

// afterClaim kills when everything is claimed and the network has not read a
// byte of it; what was on its way is lost.
func afterClaim(t *testing.T, r *rig, b *batch, round int) bool {
	r.hold()
	defer r.drop()
	r.leave(t, b, round)
	db := r.child.open(t)
	hand.Until(t, time.Minute, "everything is claimed", func() (bool, any) {
		s := inspect(t, db)
		return s.claimed == len(r.channels)+len(b.answers), s
	})
	_ = db.Close()
	r.child.kill()
	return true
}

// stop makes the gate hold, or report, the chosen parts at a step.
func (r *rig) stop(t *testing.T, b *batch, at sandbox.Step, hold bool) {
	t.Helper()
	for _, aim := range b.targets {
		match := aim.mark
		switch {
		case match != "":
		case at == sandbox.Begun:
			match = aim.begun
		default:
			match = aim.accepted
		}
		if err := r.Gate.Stop(sandbox.Stop{Step: at, Network: aim.network, Action: aim.action, Match: match, Times: 1, Hold: hold}); err != nil {
			t.Fatal(err)
		}
	}
}

// arrived waits until so many have come to the gate since an arrival. Kith waits for an
// answer for 30 s: what is held longer than that tries something else. On a slow machine
// the last acts of a long way may not be reached in that time: the kill strikes those that
// came, if they are most, and the table of flows says whether one was never struck.
func (r *rig) arrived(t *testing.T, since int64, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 28*time.Second)
	defer cancel()
	var came []sandbox.Arrival
	for len(came) < want {
		all := r.Gate.Wait(ctx, since+int64(len(came)))
		if len(all) == 0 {
			for _, a := range came {
				t.Logf("at the gate: %v %s %s %s", a.At.Format("05.000"), a.Network, a.Action, a.Path)
			}
			if t.Logf("only %d of %d came to the gate", len(came), want); len(came)*4 < want*3 {
				t.Fatal("these are too few")
			}
			return
		}
		came = append(came, all...)
	}
}

func (r *rig) arrivals() int64 {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return int64(len(r.Gate.Wait(ctx, 0)))
}

// atGate kills when all chosen parts and all answers are held at a step.
func (r *rig) atGate(t *testing.T, b *batch, round int, at sandbox.Step, release func()) bool {
	t.Helper()
	before := r.arrivals()
	r.stop(t, b, at, true)
	defer r.Gate.Clear()
	r.leave(t, b, round)
	r.arrived(t, before, len(b.targets))
	r.child.kill()
	release()
	return true
}

// answered kills in the very moment in which an answer was flushed: in even rounds
// the first of all, in odd ones the first of those that were held back until all of
// them were accepted, so that ways of many acts are as far as the others.
func answered(t *testing.T, r *rig, b *batch, round int) bool {
	r.listLate()
	defer r.Gate.Clear()
	defer r.Gate.Hook(nil)
	struck := make(chan struct{})
	pull := sync.OnceFunc(func() { _ = r.child.cmd.Process.Kill(); close(struck) })
	before := r.arrivals()
	if round%2 == 1 {
		r.stop(t, b, sandbox.Accepted, true)
		r.leave(t, b, round)
		r.arrived(t, before, len(b.targets))
		r.Gate.Hook(func(sandbox.Arrival) { pull() })
		r.stop(t, b, sandbox.Answered, false)
		r.Gate.ReleaseAll(false)
	} else {
		var armed atomic.Bool
		var out atomic.Int64
		r.Gate.Hook(func(sandbox.Arrival) {
			if out.Add(1); armed.Load() {
				pull()
			}
		})
		r.stop(t, b, sandbox.Answered, false)
		due := r.leave(t, b, round)
		wait(t, time.Until(due)) // the answers are out
		armed.Store(true)
		if out.Load() >= int64(len(b.targets)) {
			pull() // as are all others, where the machine is so slow that leaving takes longer than the time until then
		}
	}
	select {
	case <-struck:
	case <-time.After(time.Minute):
		t.Fatal("nothing was answered")
	}
	r.child.kill()
	return true
}

// beforeSettle kills when the answers have come and the database does not let
// Kith write them down.
func beforeSettle(t *testing.T, r *rig, b *batch, round int) bool {
	r.listLate()
	before := r.arrivals()
	r.stop(t, b, sandbox.Accepted, true)
	r.leave(t, b, round)
	r.arrived(t, before, len(b.targets))
	letGo := r.child.lock(t)
	defer letGo()
	before = r.arrivals()
	r.stop(t, b, sandbox.Answered, false)
	r.Gate.ReleaseAll(false)
	r.arrived(t, before, len(b.targets))
	r.Gate.Clear()
	wait(t, 50*time.Millisecond) // Kith reads the answers
	r.child.kill()
	return true
}

// anyMoment kills whenever it may be, in odd rounds twice. Some ways take several
// seconds.
func anyMoment(t *testing.T, r *rig, b *batch, round int) bool {
	r.listLate()
	due := r.leave(t, b, round)
	// drawn, and not by turns: flows take turns, too, and one of three would always meet the same
	within := []int{150, 4000, 15_000}[rand.IntN(3)]
	wait(t, time.Until(due)+time.Duration(rand.IntN(within))*time.Millisecond)
	r.child.kill()
	if round%2 == 1 { // and again, while it finds out what became of everything
		r.child.start(t)
		wait(t, time.Duration(rand.IntN(4000))*time.Millisecond)
		r.child.kill()
		r.sum.kills++
	}
	return true
}

// handedOver kills before the time of the posts: in even rounds when films are handed over
// that nobody may see yet, in odd ones while they are.
func handedOver(t *testing.T, r *rig, b *batch, round int) bool {
	before := r.arrivals()
	if round%2 == 1 {
		if err := r.Gate.Stop(sandbox.Stop{Step: sandbox.Accepted, Network: "youtube", Action: sandbox.Upload, Times: 1, Hold: true}); err != nil {
			t.Fatal(err)
		}
	}
	defer r.Gate.Clear()
	due := time.Now().Add(20*time.Second + 4*r.pace)
	for id := range b.posts {
		r.child.hand.Schedule(t, id, due)
	}
	r.answer(t, b, round)
	if round%2 == 1 {
		r.arrived(t, before, 1)
		r.child.kill()
		r.Gate.ReleaseAll(true)
	} else {
		db := r.child.open(t)
		hand.Until(t, time.Until(due), "films are handed over", func() (bool, any) {
			n := waiting(t, db, "youtube")
			return n == each, n
		})
		_ = db.Close()
		r.child.kill()
	}
	for _, e := range r.Ledger.Entries(sandbox.Filter{Network: "youtube", Action: sandbox.Publish}) {
		for _, mark := range b.markers() {
			if strings.Contains(e.Text, mark) {
				t.Errorf("seen before its time: %+v", e)
			}
		}
	}
	return time.Now().Before(due)
}

// wait lets time pass: here the moment itself is what is tried.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}
