package jobs

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Doors for the tests of this package.

// Poke makes a runner look now: after a test has moved its clock.
func (r *Runner) Poke() { r.poke() }

// Blind makes a runner that looks by itself once in an hour: what it begins in time it
// was told of, or had planned. Before Start.
func (r *Runner) Blind() { r.look = time.Hour }

// Patient makes a runner that lets handlers take their time to end. Before Start.
func (r *Runner) Patient() { r.patience = time.Minute }

// Pulse does now what the pulse does each second.
func (r *Runner) Pulse() {
	all := r.working()
	r.attempt("renew", r.renew)
	r.flush(all)
	r.check(all)
	r.attempt("rescue", r.rescueExpired)
	r.attempt("clean", r.clean)
}

// Late ends the lease of what a job does here, as when the machine stood still.
func (r *Runner) Late(job string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.running[job]; w != nil {
		w.until.Store(0)
	}
}

// Check looks whether what runs here is still ours.
func (r *Runner) Check() { r.check(r.working()) }

// Tick looks at all schedules now, beside the pulse, as another replica would.
func (r *Runner) Tick() {
	for _, c := range r.crons {
		other := recurring{name: c.name, spec: c.spec, schedule: c.schedule, do: c.do}
		r.attempt("tick", func(ctx context.Context) error { return other.tick(ctx, r.db) })
	}
}

// Steal takes a job over as a runner does whose claim comes after the lease.
func Steal(ctx context.Context, tx *store.Tx, runner string, until time.Time) ([]*Job, error) {
	if _, err := rescue(ctx, tx, func(string, time.Time) bool { return true }); err != nil {
		return nil, err
	}
	return claim(ctx, tx, runner, until, 100)
}

// Claim claims as a runner does that dies at once.
func Claim(ctx context.Context, tx *store.Tx, runner string, until time.Time) ([]*Job, error) {
	return claim(ctx, tx, runner, until, 100)
}

// ID is the runner's name in the database.
func (r *Runner) ID() string { return r.id }

var (
	Decide       = decide
	DefaultLimit = limits{defaultAttempts, defaultGiveUp}
)

// PlanTexts are the texts of a beat, with arguments.
func PlanTexts(skipLocked string) map[string][]any {
	list, ids := in(1, []string{"a", "b", "c"}, any(1))
	list0, ids0 := in(0, []string{"a", "b", "c"})
	byRunner := append([]any{"r"}, ids[1:]...)
	return map[string][]any{
		heldText + list:              byRunner,
		doneText + list:              ids,
		promoteText + list:           byRunner,
		selectJob + openText + list0: ids0,
		nextText:                     nil,
		claimText(skipLocked):        {1, 100, "r", 1},
		"select token from job_lane where workspace = $1 and lane = $2": {"w", "l1"},
	}
}

func (d decision) State() State  { return d.state }
func (d decision) At() time.Time { return d.at }
