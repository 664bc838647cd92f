package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Covered is what became of the cover of a video of a part, where the network takes it
// once the video is out. The video is out, whatever became of it.
type Covered struct {
	PartID        string
	MediaID       string // the video
	Workspace     string
	PublicationID string
	CoverID       string // the picture
	State         string // due there failed
	ErrorText     string
	ErrorHint     string
	ChangedAt     time.Time
}

// Due says that it is to be brought.
func (c Covered) Due() bool { return c.State == due }

const coveredColumns = "part_id, media_id, workspace, publication_id, cover_id, state, error_text, error_hint, changed_at"

// Covers are those of a publication.
func Covers(ctx context.Context, tx *store.Tx, workspace, publicationID string) ([]Covered, error) {
	return store.All[Covered](ctx, tx, "select "+coveredColumns+" from covered where publication_id = $1 and workspace = $2 order by part_id, media_id", publicationID, workspace)
}

// Cover intends to bring a video of a part its cover, once.
func Cover(ctx context.Context, tx *store.Tx, p Part, mediaID, coverID string) error {
	_, err := tx.Exec(ctx, "insert into covered ("+coveredColumns+") values ($1, $2, $3, $4, $5, 'due', '', '', $6) on conflict (part_id, media_id) do nothing",
		p.ID, mediaID, p.Workspace, p.PublicationID, coverID, tx.Now)
	return err
}

// Uncovered keeps why a video of a part went out without its cover.
func Uncovered(ctx context.Context, tx *store.Tx, p Part, coverID string, u network.Uncovered) error {
	_, err := tx.Exec(ctx, "insert into covered ("+coveredColumns+") values ($1, $2, $3, $4, $5, 'failed', $6, $7, $8) on conflict (part_id, media_id) do nothing",
		p.ID, u.Media, p.Workspace, p.PublicationID, coverID, u.Why, u.Hint, tx.Now)
	return err
}

// CoverAgain makes the covers of a publication due that failed, and says how many.
func CoverAgain(ctx context.Context, tx *store.Tx, workspace, publicationID string) (int64, error) {
	return tx.Exec(ctx, "update covered set state = 'due', error_text = '', error_hint = '', changed_at = $1 where publication_id = $2 and workspace = $3 and state = 'failed'",
		tx.Now, publicationID, workspace)
}

// Close records what became of a cover that was due; cause nil: it is there.
func (c Covered) Close(ctx context.Context, tx *store.Tx, cause error) error {
	state, text, hint := There, "", ""
	if cause != nil {
		state = failed
		text, hint = fault.Shown(cause)
	}
	_, err := tx.Exec(ctx, "update covered set state = $1, error_text = $2, error_hint = $3, changed_at = $4 where part_id = $5 and workspace = $6 and media_id = $7 and state = 'due'",
		state, text, hint, tx.Now, c.PartID, c.Workspace, c.MediaID)
	return err
}
