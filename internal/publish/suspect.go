package publish

import (
	"context"

	"github.com/kithhq/kith/internal/store"
)

// Suspect makes everything unclear, in all workspaces, that was due before this
// moment and has not been sent according to this database. It is for a database
// that was restored: what it calls due may have gone out since the backup.
func Suspect(ctx context.Context, tx *store.Tx) ([]Publication, error) {
	all, err := store.All[Publication](ctx, tx, "select "+publicationColumns+` from publication
		where state in ('scheduled', 'publishing') and due_at <= $1 order by id`, tx.Now)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		parts, err := Sequence(ctx, tx, p.Workspace, p.ID)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			if part.State == sent {
				continue
			}
			if part.State == due {
				// It cannot have been sent before it was due.
				if err := move(ctx, tx, part, "claimed_at = $5", p.DueAt); err != nil {
					return nil, err
				}
			}
			if err := Doubt(ctx, tx, part, "Kith was restored from a backup; this may have been sent since."); err != nil {
				return nil, err
			}
			break
		}
	}
	return all, nil
}
