package view

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Edit is one change of a publication that is out.
type Edit struct {
	ID        string
	Part      int
	Before    Part
	After     Part
	State     string
	ByName    string
	ErrorText string
	ErrorHint string
	CreatedAt time.Time
}

// Edits gives how a publication was changed, the newest first.
func Edits(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID string) ([]Edit, error) {
	var seen query
	seen.add("select count(*) from publication u where u.id = ? and u.workspace = ?", publicationID, actor.Workspace).within(actor, "u.channel_id")
	n, err := store.One[int](ctx, tx, seen.text.String(), seen.args...)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "There is no such publication.")
	}
	if err != nil {
		return nil, err
	}
	return store.All[Edit](ctx, tx, `select e.id, a.position, e.before, e.after, e.state, e.by_name, e.error_text, e.error_hint, e.created_at
		from edit e join part a on a.id = e.part_id where e.publication_id = $1 and e.workspace = $2 order by e.created_at desc, e.id desc limit 100`, publicationID, actor.Workspace)
}
