package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Suspect makes everything unclear, in all workspaces, that is to go out and has not
// been sent according to this database. It is for a database that was restored from a
// backup of a moment: what it calls due, or due later, may have gone out since, and may
// have been brought forward. byHand says of which a person publishes.
func Suspect(ctx context.Context, tx *store.Tx, backup time.Time, byHand func(Publication) bool) ([]Publication, error) {
	all, err := store.All[Publication](ctx, tx, "select "+publicationColumns+` from publication
		where state in ('scheduled', 'publishing') order by id`)
	if err != nil {
		return nil, err
	}
	var doubtful []Publication
	for _, p := range all {
		if byHand(p) {
			continue
		}
		parts, err := Sequence(ctx, tx, p.Workspace, p.ID)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			if part.State == sent {
				continue
			}
			if part.State == due {
				// It cannot have been sent before the backup was made.
				if err := move(ctx, tx, part, "claimed_at = $5", backup); err != nil {
					return nil, err
				}
			}
			if err := Doubt(ctx, tx, part, "Kith was restored from a backup; this may have been sent since."); err != nil {
				return nil, err
			}
			doubtful = append(doubtful, p)
			break
		}
	}
	return doubtful, nil
}
