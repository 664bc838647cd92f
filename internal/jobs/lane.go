package jobs

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// outcome is what a runner writes about a try.
type outcome struct {
	job      *Job
	decision decision
	written  bool // the job is settled already; only its lane is to be freed
	counted  bool // the try counts
	failing  int
	kind     string // of the error, and
	text     string // what a person may read
}

// The texts of every beat. A test looks at their plans on both engines: each
// must find its rows by an index, however many jobs wait. "runner <> ”" is said
// beside "runner = $1" because an index of held lanes alone serves only who says
// that he asks for held ones.
const (
	heldText    = `select head, token from job_lane where runner <> '' and runner = $1 and head in `
	doneText    = `update job set state = 'done', finished_at = $1, attempt = attempt + 1 where state = 'open' and id in `
	promoteText = `update job_lane set runner = '', lease_until = null, (head, due_at, run_at) =
		(select j.id, j.due_at, j.run_at from job j
		where j.workspace = job_lane.workspace and j.lane = job_lane.lane and j.state = 'open' order by j.due_at, j.id limit 1)
		where runner <> '' and runner = $1 and head in `
	openText = `where j.state = 'open' and j.id in `
	nextText = `select min(run_at) from job_lane where runner = ''`
)

func claimText(skipLocked string) string {
	return `with due as materialized (select workspace, lane from job_lane where runner = '' and run_at <= $1 order by run_at limit $2` + skipLocked + `)
		update job_lane set runner = $3, lease_until = $4, token = token + 1
		where (workspace, lane) in (select workspace, lane from due) returning head`
}

// in writes the placeholders for a list that follows n other arguments.
func in(n int, ids []string, args ...any) (string, []any) {
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = "$" + strconv.Itoa(n+i+1)
		args = append(args, id)
	}
	return "(" + strings.Join(marks, ",") + ")", args
}

// settle writes outcomes and frees their lanes for whoever is next in them.
// What this runner does not hold any more is left as it is.
func settle(ctx context.Context, tx *store.Tx, runner string, all []outcome) error {
	if len(all) == 0 {
		return nil
	}
	ids := make([]string, len(all))
	for i, o := range all {
		ids[i] = o.job.ID
	}
	list, args := in(1, ids, runner)
	text := heldText + list
	if tx.Postgres() {
		text += ` for update` // whoever inserts into these lanes waits, or we for them
	}
	type lane struct {
		Head  string
		Token int64
	}
	lanes, err := store.All[lane](ctx, tx, text, args...)
	if err != nil {
		return err
	}
	held := make(map[string]int64, len(lanes))
	for _, l := range lanes {
		held[l.Head] = l.Token
	}
	var done, free []string
	for _, o := range all {
		if token, found := held[o.job.ID]; !found || token != o.job.token {
			continue
		}
		free = append(free, o.job.ID)
		switch {
		case o.written:
		case o.decision.state == Done && o.job.ErrorKind == "":
			done = append(done, o.job.ID)
		default:
			if err := write(ctx, tx, o); err != nil {
				return err
			}
		}
	}
	if len(done) > 0 {
		list, args := in(1, done, tx.Now)
		if _, err := tx.Exec(ctx, doneText+list, args...); err != nil {
			return err
		}
	}
	return promote(ctx, tx, runner, free)
}

func write(ctx context.Context, tx *store.Tx, o outcome) error {
	j, attempt := o.job, o.job.Attempt
	if !o.counted {
		attempt--
	}
	if o.decision.state == Ready {
		_, err := tx.Exec(ctx, `update job set run_at = $1, attempt = $2, broken = $3, failing = $4, error_kind = $5, error_text = $6
			where id = $7 and state = 'open'`, o.decision.at, attempt, o.decision.broken, o.failing, o.kind, o.text, j.ID)
		return err
	}
	_, err := tx.Exec(ctx, `update job set state = $1, finished_at = $2, attempt = $3, error_kind = $4, error_text = $5
		where id = $6 and state = 'open'`, string(o.decision.state), tx.Now, attempt, o.kind, o.text, j.ID)
	return err
}

// promote frees the lanes that a runner holds for some heads and chooses the
// next head of each. The lanes' rows are locked by now, so that what is read
// here stays true until the commit.
func promote(ctx context.Context, tx *store.Tx, runner string, heads []string) error {
	if len(heads) == 0 {
		return nil
	}
	list, args := in(1, heads, runner)
	next, err := store.All[string](ctx, tx, promoteText+list+` returning coalesce(head, '')`, args...)
	if err != nil {
		return err
	}
	for _, head := range next {
		if head == "" {
			_, err = tx.Exec(ctx, `delete from job_lane where head is null`)
			break
		}
	}
	return err
}

// claim takes up to n lanes whose heads are due: one statement over all lanes.
// A lane that is to be found out about is put right on the way.
func claim(ctx context.Context, tx *store.Tx, runner string, until time.Time, n int) ([]*Job, error) {
	var claimed []*Job
	for n > 0 {
		heads, err := store.All[string](ctx, tx, claimText(tx.SkipLocked()), tx.Now, n, runner, until)
		if err != nil || len(heads) == 0 {
			return claimed, err
		}
		list, args := in(0, heads)
		rows, err := store.All[row](ctx, tx, selectJob+openText+list, args...)
		if err != nil {
			return nil, err
		}
		open := make(map[string]bool, len(rows))
		for _, r := range rows {
			open[r.ID] = true
			claimed = append(claimed, r.job())
		}
		n -= len(rows)
		var stale []string
		for _, head := range heads {
			if !open[head] {
				stale = append(stale, head)
			}
		}
		if len(stale) == 0 {
			break
		}
		if err := promote(ctx, tx, runner, stale); err != nil {
			return nil, err
		}
	}
	return claimed, nil
}

// nextDue is when a free lane is due next; zero = there is none.
func nextDue(ctx context.Context, tx *store.Tx) (time.Time, error) {
	return store.One[time.Time](ctx, tx, nextText)
}

// rescue frees lanes whose runner is gone; what it worked on is ready again.
func rescue(ctx context.Context, tx *store.Tx, gone func(runner string, until time.Time) bool) (int, error) {
	type lane struct {
		Head, Runner string
		Until        time.Time
	}
	held, err := store.All[lane](ctx, tx, `select head, runner, lease_until from job_lane where runner <> ''`+tx.SkipLocked())
	if err != nil {
		return 0, err
	}
	lost := map[string][]string{}
	for _, l := range held {
		if gone(l.Runner, l.Until) {
			lost[l.Runner] = append(lost[l.Runner], l.Head)
		}
	}
	n := 0
	for runner, heads := range lost {
		list, args := in(0, heads)
		if _, err := tx.Exec(ctx, `update job set attempt = attempt + 1, rescued = 1 where state = 'open' and id in `+list, args...); err != nil {
			return n, err
		}
		if err := promote(ctx, tx, runner, heads); err != nil {
			return n, err
		}
		n += len(heads)
	}
	return n, nil
}
