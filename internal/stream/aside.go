package stream

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Aside is a fact that could not be applied and waits for somebody to look.
type Aside struct {
	ID    string
	Fact  Fact
	Said  string    // why, as a person may read it; "" = a mistake of ours
	At    time.Time // since when
	Times int       // how often it failed for good
	Tried time.Time // when somebody asked for it again; zero: never
	Again bool      // it is on its way again, and how that goes is not known yet
}

// Which says which facts of a workspace are asked for.
type Which struct {
	Channels []string  // nil: of all channels
	Untried  time.Time // asked for again last before this, or never; zero: whenever
	After    time.Time // since when: those that were set aside later
	AfterID  string
	Limit    int
}

// setAside keeps a fact that fails where people see it, and goes on.
func (r *reader) setAside(ctx context.Context, f Fact, cause error) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "a fact cannot be written down")
	}
	said := ""
	if !fault.Is(cause, fault.Internal) {
		said, _ = fault.Shown(cause)
	}
	err = store.Do(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
		if err := r.advance(ctx, tx, f.Sequence); err != nil {
			return err
		}
		tx.AfterCommit(func() { r.s.news.Tell(f.Workspace, Item{Topic: "asides", At: tx.Now}) })
		_, err := tx.Exec(ctx, `insert into fact_aside (id, workspace, channel_id, person, key, body, error_text, said, at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (workspace, key) do update set body = excluded.body, error_text = excluded.error_text, said = excluded.said,
			times = fact_aside.times + 1, replayed_at = null`,
			id.New(), f.Workspace, f.Channel, f.Person, f.Key, string(body), printable(cause.Error()), printable(said), tx.Now)
		return err
	})
	if err == nil {
		r.applied = f.Sequence
		r.s.o.Log.Error("a fact was set aside", "workspace", f.Workspace, "channel", f.Channel, "sequence", f.Sequence, "error", cause)
	}
	return err
}

// printable is a text that both databases take.
func printable(s string) string {
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// waits is what has not come in after all: asked for again, or told again by the network.
const waits = ` not exists (select 1 from fact_seen s where s.workspace = a.workspace and s.key = a.key)`

const asideColumns = `select a.id, a.body, a.said, a.at, a.times, a.tried_at, case when a.replayed_at is null then 0 else 1 end from fact_aside a where a.workspace = $1 and`

// Asides lists what was set aside and has not come in since, oldest first.
func Asides(ctx context.Context, tx *store.Tx, workspace string, w Which) ([]Aside, error) {
	text, args := w.text()
	args = append([]any{workspace}, args...)
	return store.All[Aside](ctx, tx, asideColumns+waits+text+` order by a.at, a.id limit `+strconv.Itoa(max(1, w.Limit)), args...)
}

// CountAsides counts them.
func CountAsides(ctx context.Context, tx *store.Tx, workspace string, w Which) (int, error) {
	text, args := w.text()
	return store.One[int](ctx, tx, `select count(*) from fact_aside a where a.workspace = $1 and`+waits+text, append([]any{workspace}, args...)...)
}

// text is the condition, from the second placeholder on.
func (w Which) text() (text string, args []any) {
	next := func(a any) string {
		args = append(args, a)
		return "$" + strconv.Itoa(len(args)+1)
	}
	if w.Channels != nil {
		marks := []string{"''"} // a list is never empty
		for _, c := range w.Channels {
			marks = append(marks, next(c))
		}
		text += " and a.channel_id in (" + strings.Join(marks, ", ") + ")"
	}
	if !w.Untried.IsZero() {
		text += " and (a.tried_at is null or a.tried_at < " + next(w.Untried) + ")"
	}
	if !w.After.IsZero() {
		at := next(w.After)
		text += " and (a.at > " + at + " or a.at = " + at + " and a.id > " + next(w.AfterID) + ")"
	}
	return text, args
}

// GetAside gives one of them.
func GetAside(ctx context.Context, tx *store.Tx, workspace, aside string) (Aside, error) {
	return store.One[Aside](ctx, tx, asideColumns+waits+` and a.id = $2`, workspace, aside)
}

// Heap is how many facts of a channel were set aside, and since when.
type Heap struct {
	Channel string
	N       int
	Since   time.Time
}

// Heaps counts what was set aside in each channel.
func Heaps(ctx context.Context, tx *store.Tx, workspace string) ([]Heap, error) {
	return store.All[Heap](ctx, tx, `select a.channel_id, count(*), min(a.at) from fact_aside a where a.workspace = $1 and`+waits+` group by a.channel_id order by a.channel_id`, workspace)
}

// Waiting counts what was set aside and has not come in since, in all workspaces, and
// how many of these cannot even be read: for whoever runs the house.
func Waiting(ctx context.Context, tx *store.Tx) (all, unreadable int, err error) {
	type counts struct{ All, Unreadable int }
	n, err := store.One[counts](ctx, tx, `select count(*), coalesce(sum(case when a.workspace = '' then 1 else 0 end), 0) from fact_aside a where`+waits)
	return n.All, n.Unreadable, err
}

// Replay appends facts that were set aside once more. Whoever does it twice changes
// nothing: a fact is applied once.
func (s *Stream) Replay(ctx context.Context, asides []Aside) error {
	facts := make([]Fact, len(asides))
	for i, a := range asides {
		facts[i] = a.Fact
	}
	return s.Append(ctx, facts)
}

// Replayed notes that facts were appended again. Those that have failed once more
// meanwhile go on waiting.
func Replayed(ctx context.Context, tx *store.Tx, workspace string, asides []Aside) error {
	keys := make([][]any, len(asides))
	for i, a := range asides {
		keys[i] = []any{a.ID, a.Times, tx.Now, workspace}
	}
	_, err := tx.ExecKeyed(ctx, `update fact_aside set tried_at = k.column3, replayed_at = case when times = k.column2 then k.column3 else replayed_at end
		from (keys) k where fact_aside.workspace = k.column4 and fact_aside.id = k.column1`, keys)
	return err
}

// Discard gives a fact up: nothing is kept of it, and told again by the network it is
// passed over.
func Discard(ctx context.Context, tx *store.Tx, workspace string, a Aside) error {
	if _, err := Fresh(ctx, tx, []Fact{a.Fact}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from fact_aside where workspace = $1 and id = $2`, workspace, a.ID)
	return err
}

// ForgetAsides removes what has come in after all.
func ForgetAsides(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, `delete from fact_aside where exists (select 1 from fact_seen s where s.workspace = fact_aside.workspace and s.key = fact_aside.key)`)
	return err
}
