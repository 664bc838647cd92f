package inbox

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/store"
)

// Emptied records that a network has deleted all comments below a publication, ours and
// theirs, and gives the conversations that they were in. What is still to be sent stays:
// the network will say what becomes of it.
func Emptied(ctx context.Context, tx *store.Tx, workspace, publicationID string) (conversations []string, err error) {
	all, err := store.All[Message](ctx, tx, "select "+messageColumns+` from message where workspace = $1 and state <> 'deleted' and private = 0 and remote_id is not null
		and conversation_id in (select id from conversation where workspace = $1 and publication_id = $2 and kind = 'comments') order by seq`, workspace, publicationID)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if err := Move(ctx, tx, m, Deleted, ""); err != nil {
			return nil, err
		}
		if !slices.Contains(conversations, m.ConversationID) {
			conversations = append(conversations, m.ConversationID)
		}
	}
	return conversations, nil
}
