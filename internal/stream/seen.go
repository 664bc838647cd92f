package stream

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Fresh says whether a fact is told for the first time, and remembers it in the
// transaction that applies it.
func Fresh(ctx context.Context, tx *store.Tx, workspace, key string) (bool, error) {
	n, err := tx.Exec(ctx, `insert into fact_seen (workspace, key, at) values ($1, $2, $3) on conflict do nothing`, workspace, key, tx.Now)
	return n == 1, err
}

// FreshMany is Fresh for many facts in one statement, in their order; of two
// with the same key the first is fresh.
func FreshMany(ctx context.Context, tx *store.Tx, facts []Fact) ([]bool, error) {
	type name struct{ workspace, key string }
	first, fresh := make(map[name]int, len(facts)), make([]bool, len(facts))
	var values strings.Builder
	args := []any{tx.Now}
	insert := func() error {
		if len(args) == 1 {
			return nil
		}
		type row struct{ Workspace, Key string }
		rows, err := store.All[row](ctx, tx, `insert into fact_seen (workspace, key, at) values `+values.String()+
			` on conflict do nothing returning workspace, key`, args...)
		for _, r := range rows {
			fresh[first[name{r.Workspace, r.Key}]] = true
		}
		values.Reset()
		args = args[:1]
		return err
	}
	for i, f := range facts {
		n := name{f.Workspace, f.Key}
		if _, again := first[n]; again {
			continue
		}
		first[n] = i
		if len(args) > 1 {
			values.WriteByte(',')
		}
		args = append(args, f.Workspace, f.Key)
		values.WriteString("($" + strconv.Itoa(len(args)-1) + ",$" + strconv.Itoa(len(args)) + ",$1)")
		if len(args) > 2000 {
			if err := insert(); err != nil {
				return nil, err
			}
		}
	}
	return fresh, insert()
}

// ForgetSeen forgets keys of long ago. A fact that is told again after that is
// taken for a new one, so before must be older than any network's memory.
func ForgetSeen(ctx context.Context, tx *store.Tx, before time.Time) (int64, error) {
	return tx.Exec(ctx, `delete from fact_seen where at < $1`, before)
}
