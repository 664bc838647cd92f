package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Doubtful gives the unclear part of a publication with what surrounds it; an
// empty Claimed when nothing is unclear any more.
func Doubtful(ctx context.Context, tx *store.Tx, workspace, publicationID string) (Claimed, error) {
	parts, err := Sequence(ctx, tx, workspace, publicationID)
	if err != nil {
		return Claimed{}, err
	}
	var c Claimed
	for i := range parts {
		switch parts[i].State {
		case sent:
			if c.Root == nil {
				c.Root = &parts[i].Remote
			}
			c.After = &parts[i].Remote
			continue
		case unclear:
			c.Part, c.Last = parts[i], i == len(parts)-1
		}
		return c, nil
	}
	return c, nil
}

// Ours says which of these remote ids stand for parts of ours already.
func Ours(ctx context.Context, tx *store.Tx, workspace, channelID string, seen []network.Seen) (map[string]bool, error) {
	known := map[string]bool{}
	for _, s := range seen {
		n, err := store.One[int](ctx, tx, "select count(*) from part where workspace = $1 and channel_id = $2 and remote_id = $3", workspace, channelID, s.ID)
		if err != nil {
			return nil, err
		}
		known[s.ID] = n > 0
	}
	return known, nil
}

// Place is where something lies on a network.
type Place struct{ Workspace, Channel, RemoteID string }

// Whose says which of these places are parts of publications of ours, and of
// which.
func Whose(ctx context.Context, tx *store.Tx, places []Place) (map[Place]string, error) {
	keys := make([][]any, len(places))
	for i, p := range places {
		keys[i] = []any{p.Workspace, p.Channel, p.RemoteID}
	}
	ours := map[Place]string{}
	found, err := store.Keyed[struct{ Workspace, Channel, RemoteID, Publication string }](ctx, tx, `select workspace, channel_id, remote_id, publication_id
		from (keys) k cross join part where workspace = k.column1 and channel_id = k.column2 and remote_id = k.column3`, keys)
	for _, f := range found {
		ours[Place{f.Workspace, f.Channel, f.RemoteID}] = f.Publication
	}
	return ours, err
}

// Missed notes one complete look, after the network's delay, that did not find
// the part. At the second one, some time after the first, the part is due again
// and Missed says so.
func Missed(ctx context.Context, tx *store.Tx, p Part, between time.Duration) (dueAgain bool, err error) {
	if p.AbsentSince.IsZero() {
		return false, move(ctx, tx, p, "looks = looks + 1, absent_since = $5", tx.Now)
	}
	if tx.Now.Before(p.AbsentSince.Add(between)) {
		return false, nil
	}
	return true, DueAgain(ctx, tx, p)
}

// DueAgain makes an unclear part due: it is known not to exist.
func DueAgain(ctx context.Context, tx *store.Tx, p Part) error {
	if err := move(ctx, tx, p, "state = 'due', claimed_at = null, looks = 0, absent_since = null"); err != nil {
		return err
	}
	of, err := GetPublication(ctx, tx, p.Workspace, p.PublicationID)
	if err != nil {
		return err
	}
	state := Publishing
	if p.Position == 0 && of.DueAt.After(tx.Now) { // it was asked about before its moment
		state = Scheduled
	}
	return mark(ctx, tx, p, state, "error_kind = '', error_text = '', error_hint = '', seen = '[]'")
}

// AskPerson records what was seen, for a person to decide.
func AskPerson(ctx context.Context, tx *store.Tx, p Part, why string, seen []network.Seen) error {
	if seen == nil {
		seen = []network.Seen{}
	}
	return mark(ctx, tx, p, Unclear, "error_kind = 'uncertain', error_text = $4, error_hint = $5, seen = $6", why,
		"Look on the network, then say whether it is there. Kith sends nothing before you do.", seen)
}

// Retry makes the failed part of a publication due again, after a person mended
// what was wrong.
func Retry(ctx context.Context, tx *store.Tx, workspace, publicationID string) error {
	parts, err := Sequence(ctx, tx, workspace, publicationID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.State != failed {
			continue
		}
		// From the beginning: what was handed over may be what was wrong.
		if err := move(ctx, tx, p, "state = 'due', claimed_at = null, step = '{}'"); err != nil {
			return err
		}
		return mark(ctx, tx, p, Scheduled, "error_kind = '', error_text = '', error_hint = ''")
	}
	return fault.New(fault.Conflict, "Nothing has failed here.").WithHint("Read it again.")
}

// Gone records that a publication was deleted on the network.
func Gone(ctx context.Context, tx *store.Tx, workspace, publicationID string) error {
	p, err := GetPublication(ctx, tx, workspace, publicationID)
	if err != nil {
		return err
	}
	return mark(ctx, tx, Part{PublicationID: p.ID, Workspace: workspace}, Deleted, "url = ''")
}

// Remembered gives the published parts of a channel since a moment, newest
// first: what is worth counting.
func Remembered(ctx context.Context, tx *store.Tx, workspace, channelID string, since time.Time, limit int) ([]Part, error) {
	return store.All[Part](ctx, tx, "select "+partColumns+` from part where workspace = $1 and channel_id = $2 and state = 'sent' and position = 0 and sent_at >= $3
		order by sent_at desc limit $4`, workspace, channelID, since, limit)
}
