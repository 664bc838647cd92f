package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Edit is one change of a part that is out. All of them stay: they are the
// history of the post.
type Edit struct {
	ID            string
	Workspace     string
	PublicationID string
	PartID        string
	Before        Content
	After         Content
	State         string // due claimed done unclear failed
	Token         int64
	Looks         int
	ByName        string
	ErrorText     string
	ErrorHint     string
	CreatedAt     time.Time
	ClaimedAt     time.Time
	ClosedAt      time.Time
}

// done is the state of a change that the network has made.
const done = "done"

const editColumns = "id, workspace, publication_id, part_id, before, after, state, token, looks, by_name, error_text, error_hint, created_at, claimed_at, closed_at"

// Propose keeps a change that is about to leave.
func Propose(ctx context.Context, tx *store.Tx, p Part, after Content, by string) (Edit, error) {
	open, err := store.One[int](ctx, tx, "select count(*) from edit where part_id = $1 and workspace = $2 and state in ('due', 'claimed', 'unclear')", p.ID, p.Workspace)
	if err != nil {
		return Edit{}, err
	}
	if open > 0 {
		return Edit{}, fault.New(fault.Conflict, "A change of this post is on its way already.").WithHint("Wait a moment, then make the next one.")
	}
	e := Edit{ID: id.New(), Workspace: p.Workspace, PublicationID: p.PublicationID, PartID: p.ID, Before: p.Content, After: after, State: due, ByName: by, CreatedAt: tx.Now}
	_, err = tx.Exec(ctx, "insert into edit ("+editColumns+") values ($1, $2, $3, $4, $5, $6, 'due', 0, 0, $7, '', '', $8, null, null)",
		e.ID, e.Workspace, e.PublicationID, e.PartID, e.Before, e.After, e.ByName, e.CreatedAt)
	return e, err
}

// GetEdit gives a change, and the part it is about.
func GetEdit(ctx context.Context, tx *store.Tx, workspace, editID string) (Edit, Part, error) {
	e, err := store.One[Edit](ctx, tx, "select "+editColumns+" from edit where id = $1 and workspace = $2", editID, workspace)
	if err != nil {
		return e, Part{}, err
	}
	p, err := GetPart(ctx, tx, workspace, e.PartID)
	return e, p, err
}

// Changed counts the changes of a part that the network has made.
func Changed(ctx context.Context, tx *store.Tx, p Part) (int, error) {
	return store.One[int](ctx, tx, "select count(*) from edit where part_id = $1 and workspace = $2 and state = 'done'", p.ID, p.Workspace)
}

// ClaimEdit takes a change for the holder of a token. former: an earlier holder
// was not heard of again, so the change is unclear from now on.
func ClaimEdit(ctx context.Context, tx *store.Tx, e Edit, token int64) (now Edit, former bool, err error) {
	switch e.State {
	case due:
		e.State, e.Token, e.ClaimedAt = claimed, token, tx.Now
		_, err = tx.Exec(ctx, "update edit set state = 'claimed', token = $1, claimed_at = $2 where id = $3 and workspace = $4", token, tx.Now, e.ID, e.Workspace)
		return e, false, err
	case claimed:
		return e, true, DoubtEdit(ctx, tx, e)
	}
	return Edit{}, false, nil
}

func (e Edit) move(ctx context.Context, tx *store.Tx, set string, args ...any) error {
	n, err := tx.Exec(ctx, "update edit set "+set+" where id = $1 and workspace = $2 and state = $3 and token = $4", append([]any{e.ID, e.Workspace, e.State, e.Token}, args...)...)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "Somebody else holds this change by now.")
	}
	return err
}

// ReleaseEdit gives a change back: the call certainly did nothing.
func ReleaseEdit(ctx context.Context, tx *store.Tx, e Edit, why string) error {
	return e.move(ctx, tx, "state = 'due', claimed_at = null, error_text = $5", why)
}

// DoubtEdit records that nobody knows whether a change was made.
func DoubtEdit(ctx context.Context, tx *store.Tx, e Edit) error {
	return e.move(ctx, tx, "state = 'unclear', error_text = $5, error_hint = $6", "The network did not answer.", "Kith is looking on the network; nothing is changed twice.")
}

// FailEdit records that a change was not made, or that nobody can tell.
func FailEdit(ctx context.Context, tx *store.Tx, e Edit, cause error) error {
	text, hint := fault.Shown(cause)
	return e.move(ctx, tx, "state = 'failed', error_text = $5, error_hint = $6, closed_at = $7", text, hint, tx.Now)
}

// SettleEdit records that the network has changed a part: what it says from now
// on is what the page shows.
func SettleEdit(ctx context.Context, tx *store.Tx, e Edit, p Part, ref network.Ref) error {
	if err := e.move(ctx, tx, "state = '"+done+"', error_text = '', error_hint = '', closed_at = $5", tx.Now); err != nil {
		return err
	}
	url := ref.URL
	if url == "" {
		url = p.URL
	}
	if _, err := tx.Exec(ctx, "update part set content = $1, fingerprint = $2, remote = $3, url = $4 where id = $5 and workspace = $6",
		e.After, Fingerprint(e.After.Text, len(e.After.Media)), ref, url, p.ID, p.Workspace); err != nil {
		return err
	}
	parts, err := Sequence(ctx, tx, p.Workspace, p.PublicationID)
	if err != nil {
		return err
	}
	own := make([]Content, len(parts))
	for i, one := range parts {
		own[i] = one.Content
		own[i].Kind, own[i].Options = network.PlainPost, nil // these stay the publication's
	}
	if _, err := tx.Exec(ctx, "update publication set own_parts = $1, url = case when $2 = 0 then $3 else url end where id = $4 and workspace = $5", own, p.Position, url, p.PublicationID, p.Workspace); err != nil {
		return err
	}
	pub, err := GetPublication(ctx, tx, p.Workspace, p.PublicationID)
	if err != nil {
		return err
	}
	return sum(ctx, tx, p.Workspace, pub.PostID)
}

// Pin records whether a publication is kept at the top; most is how many the
// network keeps there, 0 when nobody knows.
func Pin(ctx context.Context, tx *store.Tx, p Publication, on bool, most int) error {
	if on && most == 1 { // it takes the place of the one before
		if _, err := tx.Exec(ctx, "update publication set pinned = 0 where workspace = $1 and channel_id = $2 and pinned = 1", p.Workspace, p.ChannelID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "update publication set pinned = $1 where id = $2 and workspace = $3", on, p.ID, p.Workspace)
	return err
}

// Close records whether nobody may comment on a publication.
func Close(ctx context.Context, tx *store.Tx, workspace, publicationID string, on bool) error {
	_, err := tx.Exec(ctx, "update publication set closed = $1 where id = $2 and workspace = $3", on, publicationID, workspace)
	return err
}

// Reads finds a changed part among what was seen: the post itself, or the newer
// one that took its place.
func Reads(seen []network.Seen, p Part, e Edit) *network.Seen {
	meant := Fingerprint(e.After.Text, len(e.After.Media))
	for i, s := range seen {
		if Fingerprint(s.Text, s.Media) == meant && (s.ID == p.RemoteID || s.At.After(p.SentAt)) {
			return &seen[i]
		}
	}
	return nil
}
