package inbox

import (
	"context"
	"encoding/json"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Fill records that an answer is made of a template.
func Fill(ctx context.Context, tx *store.Tx, m Message, with network.Filled) error {
	text, err := json.Marshal(with)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing a template")
	}
	_, err = tx.Exec(ctx, "insert into answer_template (message_id, workspace, filled) values ($1, $2, $3)", m.ID, m.Workspace, string(text))
	return err
}

// Filling gives the template that an answer is made of, nil where it is our own words.
func Filling(ctx context.Context, tx *store.Tx, m Message) (*network.Filled, error) {
	all, err := store.All[string](ctx, tx, "select filled from answer_template where workspace = $1 and message_id = $2", m.Workspace, m.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var with network.Filled
	if err := json.Unmarshal([]byte(all[0]), &with); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "reading a template")
	}
	return &with, nil
}
