package media

import (
	"context"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Upload is a file on its way here in pieces. What came is kept when the line
// breaks, so that its owner goes on where they were.
type Upload struct {
	ID        string
	Workspace string
	Name      string
	Bytes     int64  // announced
	Received  int64  // from the beginning, without a hole
	MediaID   string // what became of it; "": nothing yet
	CreatedBy string
	CreatedAt time.Time
}

// Piece is a part of an upload that is kept.
type Piece struct {
	Start int64
	Bytes int64
	Blob  string // in the blob store
}

// What one person may have under way, and for how long.
const (
	PieceBytes  = 8 << 20
	UploadLife  = 48 * time.Hour
	mostUploads = 20
	mostPieces  = 5000 // a line that breaks often has many small ones
	uploads     = "uploads/"
)

const uploadColumns = "id, workspace, name, bytes, received, media_id, created_by, created_at"

// Announce begins an upload of so many bytes.
func Announce(ctx context.Context, tx *store.Tx, actor access.Actor, name string, bytes int64) (Upload, error) {
	u := Upload{ID: id.New(), Workspace: actor.Workspace, Name: called(name), Bytes: bytes, CreatedBy: actor.User, CreatedAt: tx.Now}
	switch {
	case bytes < 1:
		return u, fault.New(fault.Invalid, "The file is empty.").On("Upload-Length").WithHint("Choose an image.")
	case bytes > MaxVideo:
		return u, tooLong()
	}
	open, err := store.One[int](ctx, tx, "select count(*) from upload where created_by = $1 and media_id = ''", actor.User)
	if err != nil {
		return u, err
	}
	if open >= mostUploads {
		return u, fault.New(fault.Conflict, "You have %d files under way already.", open).WithHint("Let them come to their end, or stop some. What nobody goes on with is forgotten after two days.")
	}
	_, err = tx.Exec(ctx, "insert into upload ("+uploadColumns+") values ($1, $2, $3, $4, 0, '', $5, $6)", u.ID, u.Workspace, u.Name, u.Bytes, u.CreatedBy, u.CreatedAt)
	return u, err
}

// GetUpload gives an upload to whoever began it, and to nobody else.
func GetUpload(ctx context.Context, tx *store.Tx, actor access.Actor, uploadID string) (Upload, error) {
	u, err := store.One[Upload](ctx, tx, "select "+uploadColumns+" from upload where workspace = $1 and created_by = $2 and id = $3", actor.Workspace, actor.User, uploadID)
	if fault.Is(err, fault.NotFound) {
		return u, fault.New(fault.NotFound, "There is no such upload.").WithHint("Send the file from its beginning.")
	}
	return u, err
}

// At checks that somebody goes on where an upload stands.
func (u Upload) At(start int64) error {
	if u.MediaID != "" || start != u.Received {
		return fault.New(fault.Conflict, "This upload stands at another byte.").On("Upload-Offset").WithHint("Ask where it stands, and go on there.")
	}
	return nil
}

// PieceKey is a new place for a piece.
func (u Upload) PieceKey() string { return uploads + u.Workspace + "/" + u.ID + "/" + id.New() }

// Add records a piece that is stored; Conflict when another came first.
func Add(ctx context.Context, tx *store.Tx, actor access.Actor, uploadID string, p Piece) (Upload, error) {
	u, err := GetUpload(ctx, tx, actor, uploadID)
	if err != nil {
		return u, err
	}
	if err := u.At(p.Start); err != nil {
		return u, err
	}
	count, err := store.One[int](ctx, tx, "select count(*) from upload_piece where upload_id = $1", u.ID)
	if err != nil {
		return u, err
	}
	if count >= mostPieces {
		return u, fault.New(fault.Invalid, "This file comes in too many small pieces.").WithHint("Send it from its beginning, in larger ones.")
	}
	if _, err := tx.Exec(ctx, "insert into upload_piece (upload_id, start, bytes, blob) values ($1, $2, $3, $4)", u.ID, p.Start, p.Bytes, p.Blob); err != nil {
		return u, err
	}
	u.Received += p.Bytes
	_, err = tx.Exec(ctx, "update upload set received = $1 where id = $2", u.Received, u.ID)
	return u, err
}

// Pieces gives what came of an upload, in order.
func Pieces(ctx context.Context, tx *store.Tx, u Upload) ([]Piece, error) {
	return store.All[Piece](ctx, tx, "select start, bytes, blob from upload_piece where upload_id = $1 order by start", u.ID)
}

// Become says what became of an upload and forgets its pieces. Conflict when
// somebody said so before.
func Become(ctx context.Context, tx *store.Tx, u Upload, mediaID string) error {
	n, err := tx.Exec(ctx, "update upload set media_id = $1 where id = $2 and media_id = ''", mediaID, u.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "This upload has come to its end already.").WithHint("Read it again.")
	}
	_, err = tx.Exec(ctx, "delete from upload_piece where upload_id = $1", u.ID)
	return err
}

// Drop forgets an upload; its pieces are the caller's to delete.
func Drop(ctx context.Context, tx *store.Tx, u Upload) error {
	if _, err := tx.Exec(ctx, "delete from upload_piece where upload_id = $1", u.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "delete from upload where id = $1", u.ID)
	return err
}

// Forget removes uploads that nobody went on with, and what is known of those that
// have ended. Their pieces are swept with SweepPieces.
func Forget(ctx context.Context, tx *store.Tx) error {
	before := tx.Now.Add(-UploadLife)
	if _, err := tx.Exec(ctx, "delete from upload_piece where upload_id in (select id from upload where created_at < $1)", before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "delete from upload where created_at < $1", before)
	return err
}

// SweepPieces deletes pieces that no upload can want any more.
func SweepPieces(ctx context.Context, blobs blob.Store, now time.Time) error {
	for f, err := range blobs.All(ctx) {
		if err != nil {
			return err
		}
		if !strings.HasPrefix(f.Key, uploads) || now.Sub(f.At) < 2*UploadLife {
			continue
		}
		if err := blobs.Delete(ctx, f.Key); err != nil {
			return err
		}
	}
	return nil
}

// Underway counts the uploads of everybody that have not come to their end, and what has
// come of them, for whoever runs the house.
func Underway(ctx context.Context, tx *store.Tx) (uploads int, bytes int64, err error) {
	type sum struct {
		N     int
		Bytes int64
	}
	s, err := store.One[sum](ctx, tx, "select count(*), coalesce(sum(received), 0) from upload where media_id = ''")
	return s.N, s.Bytes, err
}

// Promising looks at the beginning of a file of so many bytes: what Kith does not
// keep is refused before the rest has come.
func Promising(ctx context.Context, blobs blob.Store, first Piece, bytes int64) error {
	stored, err := blobs.Open(ctx, first.Blob)
	if err != nil {
		return err
	}
	defer stored.Close() //nolint:errcheck // it was only read
	start := make([]byte, 512)
	n, err := stored.ReadAt(start, 0)
	if n == 0 {
		return err
	}
	return promising(start[:n], bytes)
}
