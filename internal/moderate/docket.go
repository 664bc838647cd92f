package moderate

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Docket is what one batch of messages is judged by: the rules, and of each
// person when they spoke and what was ruled about them. It is read at once
// ([Open]), judging happens in memory, and what came of it is written at once.
type Docket struct {
	rules   map[string][]Rule // of each workspace
	spoken  map[Person][]time.Time
	heard   map[string]bool // messages of this batch that are among what was spoken
	rulings map[under][]*ruling
	signals [][]any
	anew    [][]any // what was said, and is said in other words now
	order   []*ruling
}

// Person is somebody in a workspace.
type Person struct{ Workspace, ID string }

// Statement is that somebody may have said something.
type Statement struct {
	Person
	At time.Time
}

// most bounds how many other messages a verdict counts.
const most = 1001

// Open reads what is needed to judge statements.
func Open(ctx context.Context, tx *store.Tx, all []Statement) (*Docket, error) {
	d := &Docket{rules: map[string][]Rule{}, spoken: map[Person][]time.Time{}, heard: map[string]bool{}, rulings: map[under][]*ruling{}}
	times := map[Person][]time.Time{}
	for _, s := range all {
		if _, known := d.rules[s.Workspace]; !known {
			rules, err := Rules(ctx, tx, s.Workspace)
			if err != nil {
				return nil, err
			}
			d.rules[s.Workspace] = slices.DeleteFunc(rules, func(r Rule) bool { return r.Mode == Off })
		}
		if len(d.rules[s.Workspace]) > 0 && s.ID != "" {
			times[s.Person] = append(times[s.Person], s.At)
		}
	}
	if err := d.recall(ctx, tx, times); err != nil {
		return nil, err
	}
	return d, d.reopen(ctx, tx, times)
}

// recall reads when people spoke within the windows of the rules.
func (d *Docket) recall(ctx context.Context, tx *store.Tx, times map[Person][]time.Time) error {
	var keys [][]any
	for p, at := range times {
		slices.SortFunc(at, time.Time.Compare)
		from, to := at[0].Add(-d.window(p)), at[0]
		for _, next := range at[1:] {
			if begins := next.Add(-d.window(p)); begins.After(to) {
				keys = append(keys, []any{p.Workspace, p.ID, from, to})
				from = begins
			}
			to = next
		}
		keys = append(keys, []any{p.Workspace, p.ID, from, to})
	}
	// One text for each person: a person who floods has a thousand of them.
	found, err := store.Keyed[struct{ Workspace, ID, Times string }](ctx, tx, `select k.column1, k.column2, (select string_agg(cast(s.at as text), ',') from signal s
		where s.workspace = k.column1 and s.person_id = k.column2 and s.at > k.column3 and s.at <= k.column4) from (keys) k`, keys)
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Times == "" {
			continue
		}
		p := Person{f.Workspace, f.ID}
		for text := range strings.SplitSeq(f.Times, ",") {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fault.Wrap(fault.Internal, err, "reading when somebody spoke")
			}
			d.spoken[p] = append(d.spoken[p], time.UnixMicro(n).UTC())
		}
	}
	for _, all := range d.spoken {
		slices.SortFunc(all, time.Time.Compare)
	}
	return nil
}

// window is the longest window under which a person is judged.
func (d *Docket) window(p Person) (longest time.Duration) {
	for _, r := range d.rules[p.Workspace] {
		longest = max(longest, r.window())
	}
	return longest
}

// Rules gives the rules of a workspace that are not off.
func (d *Docket) Rules(workspace string) []Rule { return d.rules[workspace] }

// Witness remembers that a person said something, and gives when they said
// other things within the window before it.
func (d *Docket) Witness(p Person, messageID string, at time.Time, r Rule) Subject {
	all := d.spoken[p]
	to, _ := slices.BinarySearchFunc(all, at.Add(1), time.Time.Compare) // behind those of the same moment
	from, _ := slices.BinarySearchFunc(all, at.Add(1-r.window()), time.Time.Compare)
	if d.heard[messageID] {
		to--
	} else {
		d.heard[messageID] = true
		d.spoken[p] = slices.Insert(all, to, at)
		d.signals = append(d.signals, []any{p.Workspace, p.ID, at, messageID})
	}
	return Subject{PersonID: p.ID, MessageID: messageID, At: at, Others: all[max(from, to-most):to:to]}
}

// Anew makes what a person said something that they say in other words now: it counts
// once, at the moment of its newest words. former is the moment at which it counted.
func (d *Docket) Anew(p Person, messageID string, former time.Time) {
	if i, found := slices.BinarySearchFunc(d.spoken[p], former, time.Time.Compare); found {
		d.spoken[p] = slices.Delete(d.spoken[p], i, i+1)
	}
	delete(d.heard, messageID)
	d.signals = slices.DeleteFunc(d.signals, func(row []any) bool { return row[3] == messageID })
	d.anew = append(d.anew, []any{p.Workspace, p.ID, former, messageID})
}

// Keep writes what was said and ruled.
func (d *Docket) Keep(ctx context.Context, tx *store.Tx) error {
	for _, row := range d.anew {
		if _, err := tx.Exec(ctx, "delete from signal where workspace = $1 and person_id = $2 and at = $3 and message_id = $4", row...); err != nil {
			return err
		}
	}
	if _, err := tx.Insert(ctx, "signal (workspace, person_id, at, message_id)", 4, d.signals, "on conflict do nothing"); err != nil {
		return err
	}
	var rows [][]any
	for _, r := range d.order {
		switch {
		case !r.known:
			rows = append(rows, []any{r.ID, r.of.Workspace, r.of.rule, r.kind, r.of.version, r.of.ID, r.messages, r.reason, r.action, r.of.state, r.at, "", nil, ""})
		case r.changed:
			if _, err := tx.Exec(ctx, "update verdict set message_ids = $1, reason = $2, at = $3 where id = $4", r.messages, r.reason, r.at, r.ID); err != nil {
				return err
			}
		}
	}
	_, err := tx.Insert(ctx, "verdict ("+rulingColumns+")", 14, rows, "")
	return err
}
