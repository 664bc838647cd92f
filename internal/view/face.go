package view

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Face gives the address that a network told us for the picture of an identity
// or a channel that the actor may see.
func Face(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (address string, err error) {
	var c query
	c.add("select avatar_url from channel c where c.workspace = ? and c.id = ? and c.removed_at is null", actor.Workspace, id).within(actor, "c.id")
	if address, err = store.One[string](ctx, tx, c.text.String(), c.args...); fault.Is(err, fault.NotFound) {
		var i query
		i.add("select i.avatar_url from identity i join person p on p.id = i.person_id where i.workspace = ? and i.id = ?", actor.Workspace, id)
		known(&i, actor)
		address, err = store.One[string](ctx, tx, i.text.String(), i.args...)
	}
	if fault.Is(err, fault.NotFound) || err == nil && address == "" {
		return "", fault.New(fault.NotFound, "There is no picture.")
	}
	return address, err
}
