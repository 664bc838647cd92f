package view

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// SeesFile says whether a file is there for an actor. Who is limited to channels sees
// what they brought themselves, and what belongs to a post or an answer that they see.
func SeesFile(ctx context.Context, tx *store.Tx, actor access.Actor, mediaID string) error {
	if actor.Channels == nil {
		return nil // room media asks whose workspace it is of
	}
	type row struct {
		CreatedBy string
		CreatedAt time.Time
	}
	m, err := store.One[row](ctx, tx, "select created_by, created_at from media where workspace = $1 and id = $2", actor.Workspace, mediaID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil && m.CreatedBy == actor.User {
		return nil
	}
	if err == nil {
		// Nothing that is older than a file holds it: of what there is, the latest is read.
		// When an answer was given, the network says, whose clock may be slow.
		told := m.CreatedAt.Add(-24 * time.Hour)
		named := `%"` + mediaID + `"%`
		var post, publication, answer query
		post.add("select count(*) from post o where o.workspace = ? and o.updated_at >= ? and o.parts like ?", actor.Workspace, m.CreatedAt, named)
		seeable(&post, actor)
		publication.add("select count(*) from publication u where u.workspace = ? and (u.own_parts like ? or u.proof = ?)", actor.Workspace, named, mediaID).within(actor, "u.channel_id")
		answer.add("select count(*) from conversation c join message g on g.conversation_id = c.id where c.workspace = ? and c.last_at >= ?", actor.Workspace, told).
			within(actor, "c.channel_id").add("and g.at >= ? and g.from_us = 1 and g.media like ?", told, named)
		for _, q := range []*query{&post, &publication, &answer} {
			n, err := store.One[int](ctx, tx, q.text.String(), q.args...)
			if err != nil || n > 0 {
				return err
			}
		}
	}
	return fault.New(fault.NotFound, "There is no such file.")
}
