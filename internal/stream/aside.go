package stream

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Aside is a fact that could not be applied and waits for somebody to look.
type Aside struct {
	ID        string
	Workspace string
	Channel   string
	Key       string
	Error     string
	At        time.Time
	Replayed  time.Time // zero: not yet
}

// setAside keeps a fact that fails where people see it, and goes on.
func (r *reader) setAside(ctx context.Context, f Fact, cause error) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "a fact cannot be written down")
	}
	err = store.Do(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
		if err := r.advance(ctx, tx, f.Sequence); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into fact_aside (id, workspace, channel_id, person, key, body, error_text, at)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id.New(), f.Workspace, f.Channel, f.Person, f.Key, string(body), printable(cause.Error()), tx.Now)
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

// Asides lists what was set aside and not replayed yet, oldest first.
func Asides(ctx context.Context, tx *store.Tx, workspace string) ([]Aside, error) {
	return store.All[Aside](ctx, tx, `select id, workspace, channel_id, key, error_text, at, replayed_at from fact_aside
		where workspace = $1 and replayed_at is null order by at, id limit 1000`, workspace)
}

// Waiting counts what was set aside and not replayed yet, in all workspaces: for whoever
// runs the house.
func Waiting(ctx context.Context, tx *store.Tx) (int, error) {
	return store.One[int](ctx, tx, "select count(*) from fact_aside where replayed_at is null")
}

// Replay appends a fact that was set aside once more.
func (s *Stream) Replay(ctx context.Context, db *store.DB, workspace, aside string) error {
	var f Fact
	err := store.View(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		body, err := store.One[string](ctx, tx, `select body from fact_aside where workspace = $1 and id = $2`, workspace, aside)
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), &f)
	})
	if err != nil {
		return err
	}
	if err := s.Append(ctx, []Fact{f}); err != nil {
		return err
	}
	return store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `update fact_aside set replayed_at = $3 where workspace = $1 and id = $2`, workspace, aside, tx.Now)
		return err
	})
}

// Erase removes what a person (by the network's id) told us: from the stream,
// overwritten on disk, and from what was set aside. It gives how many facts.
func (s *Stream) Erase(ctx context.Context, db *store.DB, workspace, person string) (int, error) {
	if store.InTx(ctx) {
		return 0, fault.New(fault.Internal, "erasing facts inside a transaction")
	}
	if person == "" {
		return 0, fault.New(fault.Invalid, "Nobody is named.")
	}
	erased, person := 0, named(person)
	partition := Fact{Workspace: workspace, Person: person}.partition(s.partitions)
	for from := uint64(1); ; {
		facts, _, err := s.fetch(ctx, partition, from, batch)
		if err != nil {
			return erased, err
		}
		if len(facts) == 0 {
			break
		}
		for _, f := range facts {
			from = f.Sequence + 1
			if f.Workspace != workspace || f.Person != person {
				continue
			}
			if err := s.stream.SecureDeleteMsg(ctx, f.Sequence); err != nil {
				return erased, fault.Wrap(fault.Unavailable, err, "A fact could not be erased.")
			}
			erased++
		}
	}
	err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, `delete from fact_aside where workspace = $1 and person = $2`, workspace, person)
		erased += int(n)
		return err
	})
	return erased, err
}
