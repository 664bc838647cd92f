package stream

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Fresh says which facts are told for the first time, and remembers them in the
// transaction that applies them. Of two with the same key the first is fresh.
func Fresh(ctx context.Context, tx *store.Tx, facts []Fact) ([]bool, error) {
	type name struct{ Workspace, Key string }
	told, fresh := make(map[name]bool, len(facts)), make([]bool, len(facts))
	keys := make([][]any, 0, len(facts))
	for _, f := range facts {
		if n := (name{f.Workspace, f.Key}); !told[n] {
			told[n] = true
			keys = append(keys, []any{f.Workspace, f.Key})
		}
	}
	clear(told)
	known, err := store.Keyed[name](ctx, tx, `select workspace, key from (keys) k cross join fact_seen where workspace = k.column1 and key = k.column2`, keys)
	if err != nil {
		return nil, err
	}
	for _, n := range known {
		told[n] = true
	}
	var rows [][]any
	for i, f := range facts {
		if n := (name{f.Workspace, f.Key}); !told[n] {
			told[n], fresh[i] = true, true
			rows = append(rows, []any{f.Workspace, f.Key, tx.Now})
		}
	}
	_, err = tx.Insert(ctx, "fact_seen (workspace, key, at)", 3, rows, "")
	return fresh, err
}

// ForgetSeen forgets keys of long ago. A fact that is told again after that is
// taken for a new one, so before must be older than any network's memory.
func ForgetSeen(ctx context.Context, tx *store.Tx, before time.Time) (int64, error) {
	return tx.Exec(ctx, `delete from fact_seen where at < $1`, before)
}
