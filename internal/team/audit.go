package team

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Entry is one line of the audit.
type Entry struct {
	ID      string
	At      time.Time
	Actor   string
	Verb    string
	Subject string
	Detail  string
}

// Record writes what somebody did into the audit. No secret and no text of
// other people belongs into the detail.
func Record(ctx context.Context, tx *store.Tx, actor access.Actor, verb, subject, detail string) error {
	_, err := tx.Exec(ctx, "insert into audit (id, workspace, at, actor_id, actor_name, verb, subject, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		id.New(), actor.Workspace, tx.Now, actor.User, actor.Name, verb, subject, detail)
	return err
}

// Audit gives the newest lines older than a line (zero: from the newest), of one
// verb or of all.
func Audit(ctx context.Context, tx *store.Tx, workspace, verb string, before time.Time, beforeID string, limit int) ([]Entry, error) {
	if before.IsZero() {
		before = tx.Now.Add(time.Hour)
	}
	return store.All[Entry](ctx, tx, `select id, at, actor_name, verb, subject, detail from audit
		where workspace = $1 and ($2 = '' or verb = $2) and (at < $3 or at = $3 and id < $4) order by at desc, id desc limit $5`,
		workspace, verb, before, beforeID, limit)
}
