package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Why a gap is there.
const (
	Lost   = "lost"   // the network tells no more of it
	Silent = "silent" // the network did not answer
	Untold = "untold" // the network was not asked to tell us, and tells it no more
	Paused = "paused" // what may be spent on reading was used up
)

// How a gap ended.
const (
	filled    = "filled"
	dismissed = "dismissed"
)

// Gap is a time of which we may have missed something.
type Gap struct {
	ID        string
	Workspace string
	Channel   string
	From      time.Time
	To        time.Time // zero: it goes on
	Reason    string
	Closed    string
	CreatedAt time.Time
}

const gapColumns = "id, workspace, channel_id, from_at, to_at, reason, closed, created_at"

// Gaps gives the open gaps of a channel, the newest first.
func Gaps(ctx context.Context, tx *store.Tx, workspace, channel string) ([]Gap, error) {
	return store.All[Gap](ctx, tx, "select "+gapColumns+" from gap where workspace = $1 and channel_id = $2 and closed = '' order by from_at desc, id desc limit 50", workspace, channel)
}

// OpenGaps gives the open gaps of all channels that are connected, the newest
// first.
func OpenGaps(ctx context.Context, tx *store.Tx, workspace string) ([]Gap, error) {
	return store.All[Gap](ctx, tx, "select "+gapColumns+` from gap where workspace = $1 and closed = ''
		and channel_id in (select id from channel where workspace = $1 and removed_at is null) order by from_at desc, id desc limit 200`, workspace)
}

// Miss opens a gap. What is inside of one that is open already is told once; one
// that goes on is not opened twice.
func Miss(ctx context.Context, tx *store.Tx, workspace, channel, reason string, span network.Span) error {
	if !span.To.IsZero() && !span.From.Before(span.To) {
		return nil
	}
	open, err := Gaps(ctx, tx, workspace, channel)
	if err != nil {
		return err
	}
	for _, g := range open {
		inside := !span.From.Before(g.From) && (g.To.IsZero() || !span.To.IsZero() && !span.To.After(g.To))
		if inside {
			return nil
		}
	}
	_, err = tx.Exec(ctx, "insert into gap ("+gapColumns+") values ($1, $2, $3, $4, $5, $6, '', $7)",
		id.New(), workspace, channel, span.From, span.To, reason, tx.Now)
	return err
}

// Recover ends the gaps of a channel that went on, now that it has been read to
// its end. reach is how far back the network tells; 0: as far as needed, so that
// nothing is missing. Otherwise what is older than that stays a gap. What nobody was
// told of comes back by no reading: Told ends that.
func Recover(ctx context.Context, tx *store.Tx, workspace, channel string, reach time.Duration) error {
	if reach == 0 {
		_, err := tx.Exec(ctx, "update gap set closed = $1, to_at = $2 where workspace = $3 and channel_id = $4 and closed = '' and to_at is null and reason <> 'untold'",
			filled, tx.Now, workspace, channel)
		return err
	}
	told := tx.Now.Add(-reach)
	if _, err := tx.Exec(ctx, "update gap set closed = $1, to_at = $2 where workspace = $3 and channel_id = $4 and closed = '' and to_at is null and reason <> 'untold' and from_at >= $5",
		filled, tx.Now, workspace, channel, told); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "update gap set to_at = $1, reason = $2 where workspace = $3 and channel_id = $4 and closed = '' and to_at is null and reason <> 'untold'",
		told, Lost, workspace, channel)
	return err
}

// Told ends the gap of a channel that nobody told anything, now that somebody does; it
// stays one until a person has looked.
func Told(ctx context.Context, tx *store.Tx, workspace, channel string) error {
	_, err := tx.Exec(ctx, "update gap set to_at = $1 where workspace = $2 and channel_id = $3 and closed = '' and to_at is null and reason = 'untold'", tx.Now, workspace, channel)
	return err
}

// GetGap gives one gap of a workspace.
func GetGap(ctx context.Context, tx *store.Tx, workspace, gapID string) (Gap, error) {
	g, err := store.One[Gap](ctx, tx, "select "+gapColumns+" from gap where workspace = $1 and id = $2", workspace, gapID)
	if fault.Is(err, fault.NotFound) {
		return g, fault.New(fault.NotFound, "There is no such gap.")
	}
	return g, err
}

// Dismiss closes a gap by the word of a person, who has looked on the network.
func Dismiss(ctx context.Context, tx *store.Tx, workspace, gapID string) error {
	n, err := tx.Exec(ctx, "update gap set closed = $1 where workspace = $2 and id = $3 and closed = '' and to_at is not null", dismissed, workspace, gapID)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "This gap is closed already, or it goes on.").WithHint("While the network does not answer, the gap stays open.")
	}
	return err
}
