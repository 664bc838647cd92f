package channel

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Bought counts what networks took money for on a day (UTC), each thing once on a day and
// network, whichever channel it was for: that is how it is charged. It and what it is
// counted as are written together, so that nothing is counted twice or forgotten when a
// process dies.
func Bought(ctx context.Context, tx *store.Tx, all []Purchased) error {
	fresh, err := unpaid(ctx, tx, all)
	if err != nil || len(fresh) == 0 {
		return err
	}
	rows, uses := make([][]any, len(fresh)), make([]Use, len(fresh))
	for i, p := range fresh {
		rows[i], uses[i] = p.key(), p.Use
		uses[i].N = 1
	}
	if _, err := tx.Insert(ctx, "purchase (network, day, thing)", 3, rows, ""); err != nil {
		return err
	}
	return Took(ctx, tx, uses...)
}

// Purchased is a thing that was bought, and what it is counted as.
type Purchased struct {
	Use
	What string // each of a sort is charged once
	ID   string
	At   time.Time
}

// AllPaid says whether everything was counted already: mostly a reading brings what was
// read before.
func AllPaid(ctx context.Context, tx *store.Tx, all []Purchased) (bool, error) {
	fresh, err := unpaid(ctx, tx, all)
	return len(fresh) == 0, err
}

type bought struct {
	Network network.Name
	Day     string
	Thing   string
}

func (p Purchased) as() bought {
	digest := sha256.Sum256([]byte(p.What + " " + p.ID))
	return bought{p.Network, p.At.UTC().Format(time.DateOnly), base64.RawURLEncoding.EncodeToString(digest[:16])}
}

func (p Purchased) key() []any {
	b := p.as()
	return []any{string(b.Network), b.Day, b.Thing}
}

// unpaid are those that are not there yet, each once.
func unpaid(ctx context.Context, tx *store.Tx, all []Purchased) ([]Purchased, error) {
	keys := make([][]any, len(all))
	for i, p := range all {
		keys[i] = p.key()
	}
	known, err := store.Keyed[bought](ctx, tx, "select network, day, thing from (keys) k cross join purchase where network = k.column1 and day = k.column2 and thing = k.column3", keys)
	if err != nil {
		return nil, err
	}
	there := make(map[bought]bool, len(all))
	for _, b := range known {
		there[b] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(p Purchased) bool {
		b := p.as()
		was := there[b]
		there[b] = true
		return was
	}), nil
}

// ForgetPurchases forgets what was bought on days that are over; clocks may differ a little.
func ForgetPurchases(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "delete from purchase where day < $1", tx.Now.UTC().Add(-24*time.Hour).Format(time.DateOnly))
	return err
}
