package jobs

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// State says where a job stands.
type State string

// The states.
const (
	Ready     State = "ready"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Job is one intention as the database has it.
type Job struct {
	ID          string
	Workspace   string
	Kind        string
	Lane        string
	Key         string
	Args        json.RawMessage
	State       State
	Due         time.Time // its place in the lane
	RunAt       time.Time // not before; later than Due when it is tried again
	Attempt     int       // tries begun, this one included
	Rescued     bool      // a former try ended without a word: it may have got somewhere
	Done, Total int64     // progress, as the handler tells it
	ErrorKind   string    // of the last try that failed; a fault.Kind by name
	ErrorText   string    // what a person may read about it
	CancelAsked bool
	Created     time.Time
	Finished    time.Time // zero while open

	broken, failing int
	runner          string // who holds the lane for it, and
	token           int64  // since which claim
	settled         func() // tells its runner that a handler's transaction has settled it
}

// row is what a query gives; its fields are the columns in order.
type row struct {
	ID, Workspace, Kind, Lane, Key string
	Args                           []byte
	State                          string
	Due, RunAt                     time.Time
	Attempt, Broken, Failing       int
	Rescued                        bool
	Done, Total                    int64
	ErrorKind, ErrorText           string
	CancelAsked                    bool
	Created, Finished              time.Time
	Token                          int64
	Runner                         string
}

// selectJob reads jobs with the lane that is held for them, if one is.
const selectJob = `select j.id, j.workspace, j.kind, j.lane, coalesce(j.key, ''), j.args, j.state, j.due_at, j.run_at,
	j.attempt, j.broken, j.failing, j.rescued, j.done_units, j.total_units, j.error_kind, j.error_text, j.cancel_asked,
	j.created_at, j.finished_at, coalesce(l.token, 0), coalesce(l.runner, '')
	from job j left join job_lane l on l.workspace = j.workspace and l.lane = j.lane and l.head = j.id and l.runner <> '' `

func (r row) job() *Job {
	j := &Job{
		ID: r.ID, Workspace: r.Workspace, Kind: r.Kind, Lane: r.Lane, Key: r.Key, Args: r.Args, State: State(r.State),
		Due: r.Due, RunAt: r.RunAt, Attempt: r.Attempt, Rescued: r.Rescued, Done: r.Done, Total: r.Total,
		ErrorKind: r.ErrorKind, ErrorText: r.ErrorText, CancelAsked: r.CancelAsked, Created: r.Created, Finished: r.Finished,
		broken: r.Broken, failing: r.Failing, token: r.Token, runner: r.Runner,
	}
	if r.State == "open" {
		j.State = Ready
		if r.Runner != "" {
			j.State = Running
			j.Attempt++
		}
	}
	return j
}

// Get reads one job.
func Get(ctx context.Context, tx *store.Tx, workspace, id string) (*Job, error) {
	r, err := store.One[row](ctx, tx, selectJob+`where j.workspace = $1 and j.id = $2`, workspace, id)
	if err != nil {
		return nil, err
	}
	return r.job(), nil
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Kind   string
	States []State
	Before string // only jobs inserted before this id
	Limit  int    // 0 = 50
}

// List gives the jobs of a workspace, the youngest first.
func List(ctx context.Context, tx *store.Tx, workspace string, f Filter) ([]*Job, error) {
	text, args := selectJob+`where j.workspace = $1`, []any{workspace}
	where := func(condition string, value any) {
		args = append(args, value)
		text += condition + "$" + strconv.Itoa(len(args))
	}
	if f.Before != "" {
		where(" and j.id < ", f.Before)
	}
	if f.Kind != "" {
		where(" and j.kind = ", f.Kind)
	}
	if len(f.States) > 0 {
		var any []string
		for _, s := range f.States {
			switch s {
			case Ready:
				any = append(any, "j.state = 'open' and l.runner is null")
			case Running:
				any = append(any, "j.state = 'open' and l.runner is not null")
			case Done, Failed, Cancelled:
				any = append(any, "j.state = '"+string(s)+"'")
			default:
				return nil, fault.New(fault.Invalid, "There is no such state of a job.").On("state")
			}
		}
		text += " and (" + strings.Join(any, " or ") + ")"
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	where(" order by j.id desc limit ", f.Limit)
	rows, err := store.All[row](ctx, tx, text, args...)
	jobs := make([]*Job, len(rows))
	for i, r := range rows {
		jobs[i] = r.job()
	}
	return jobs, err
}

// Cancel ends a job that waits, and asks one that runs: its handler's context is
// cancelled, and unless it succeeds all the same it is not tried again. A
// finished job stays as it is: Conflict.
func Cancel(ctx context.Context, tx *store.Tx, workspace, id string) error {
	j, err := locked(ctx, tx, workspace, id)
	switch {
	case err != nil:
		return err
	case j.State == Running:
		tx.Notify(topic, cancel+id)
		_, err := tx.Exec(ctx, `update job set cancel_asked = 1 where workspace = $1 and id = $2 and state = 'open'`, workspace, id)
		return err
	case j.State != Ready:
		return fault.New(fault.Conflict, "This is finished already.")
	}
	if _, err := tx.Exec(ctx, `update job set state = 'cancelled', finished_at = $1 where workspace = $2 and id = $3 and state = 'open'`,
		tx.Now, workspace, id); err != nil {
		return err
	}
	return findOut(ctx, tx, j)
}

// Move gives a job that waits another time, and so another place in its lane. A
// job that runs or is finished stays as it is: Conflict.
func Move(ctx context.Context, tx *store.Tx, workspace, id string, at time.Time) error {
	j, err := locked(ctx, tx, workspace, id)
	if err != nil {
		return err
	}
	if j.State != Ready {
		return fault.New(fault.Conflict, "This has begun or is finished already.")
	}
	if _, err := tx.Exec(ctx, `update job set due_at = $1, run_at = $2 where workspace = $3 and id = $4 and state = 'open'`,
		at, at, workspace, id); err != nil {
		return err
	}
	return findOut(ctx, tx, j)
}

// locked reads a job and keeps its lane as it is until the transaction ends.
// When a runner was at the lane meanwhile, PostgreSQL makes us repeat.
func locked(ctx context.Context, tx *store.Tx, workspace, id string) (*Job, error) {
	j, err := Get(ctx, tx, workspace, id)
	if err != nil || !tx.Postgres() { // SQLite has one writer
		return j, err
	}
	_, err = store.All[int64](ctx, tx, `select token from job_lane where workspace = $1 and lane = $2 for update`, workspace, j.Lane)
	return j, err
}

// findOut lets the next runner choose the head of a free lane anew.
func findOut(ctx context.Context, tx *store.Tx, j *Job) error {
	tx.Notify(topic, wake)
	_, err := tx.Exec(ctx, `update job_lane set head = '', due_at = 0, run_at = $1 where workspace = $2 and lane = $3 and runner = ''`,
		tx.Now, j.Workspace, j.Lane)
	return err
}
