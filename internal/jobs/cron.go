package jobs

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// recurring is something that is begun again and again.
type recurring struct {
	name, spec string
	schedule   cron.Schedule
	do         func(ctx context.Context, tx *store.Tx, at time.Time) error
	next       time.Time // when to look at its row; a guess, the row decides
}

// Every calls a function in a transaction at every tick of a schedule
// ("*/5 * * * *", "@hourly", "@every 10m"; UTC): exactly once over all
// processes, however many know of it. What takes time it inserts as jobs. Ticks
// missed while nothing ran are made up for by one call, for the latest. Before
// Start.
func (r *Runner) Every(name, spec string, do func(ctx context.Context, tx *store.Tx, at time.Time) error) error {
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%q is not a schedule", spec)
	}
	if r.started {
		return fault.New(fault.Internal, "a schedule comes after Start")
	}
	r.crons = append(r.crons, &recurring{name: name, spec: spec, schedule: schedule, do: do})
	return nil
}

// tick begins what is due and says when to come back.
func (r *Runner) tick() time.Time {
	var soonest time.Time
	for _, c := range r.crons {
		if now := r.db.Now(); !c.next.After(now) {
			c.next = now.Add(look) // unless the row says otherwise
			r.attempt("the schedule of "+c.name, func(ctx context.Context) error { return guard(func() error { return c.tick(ctx, r.db) }) })
		}
		if soonest.IsZero() || c.next.Before(soonest) {
			soonest = c.next
		}
	}
	return soonest
}

// tick moves the row of a schedule and begins the work in the same transaction:
// of several processes one wins, the others read that it is done.
func (c *recurring) tick(ctx context.Context, db *store.DB) error {
	var next time.Time
	err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		type row struct {
			Spec string
			Last time.Time
		}
		last, err := store.One[row](ctx, tx, `select spec, last_at from job_cron where name = $1`, c.name)
		switch {
		case fault.Is(err, fault.NotFound):
			next = c.after(tx.Now)
			_, err := tx.Exec(ctx, `insert into job_cron (name, spec, last_at) values ($1, $2, $3) on conflict do nothing`, c.name, c.spec, tx.Now)
			return err
		case err != nil:
			return err
		case last.Spec != c.spec: // another schedule begins now
			next = c.after(tx.Now)
			_, err := tx.Exec(ctx, `update job_cron set spec = $1, last_at = $2 where name = $3`, c.spec, tx.Now, c.name)
			return err
		}
		at := c.after(last.Last)
		if next = at; at.IsZero() || at.After(tx.Now) {
			return nil
		}
		// The latest that was missed; after a very long time, in several steps.
		for range 10_000 {
			if next = c.after(at); next.IsZero() || next.After(tx.Now) {
				break
			}
			at = next
		}
		if _, err := tx.Exec(ctx, `update job_cron set last_at = $1 where name = $2`, at, c.name); err != nil {
			return err
		}
		return c.do(ctx, tx, at)
	})
	if err == nil && !next.IsZero() {
		c.next = next
	}
	return err
}

func (c *recurring) after(t time.Time) time.Time { return c.schedule.Next(t.UTC()) }
