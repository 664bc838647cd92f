// Package measure keeps counts as the networks gave them and makes rates that
// carry their own definition. A count that was not given is absent, never 0.
package measure

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Snapshot is what a network said of a publication at a moment.
type Snapshot struct {
	ID            string
	Workspace     string
	PublicationID string
	ChannelID     string
	TakenAt       time.Time
	AgeSeconds    int64
	Counts        network.Counts
	Source        string // the network that said so
}

const columns = "id, workspace, publication_id, channel_id, taken_at, age_s, counts, source"

// Keep stores a snapshot. Equal counts in a row are kept too: that nothing
// moved is a fact.
func Keep(ctx context.Context, tx *store.Tx, workspace, publicationID, channelID string, published time.Time, counts network.Counts, source network.Name) error {
	_, err := tx.Exec(ctx, "insert into snapshot ("+columns+") values ($1, $2, $3, $4, $5, $6, $7, $8)",
		id.New(), workspace, publicationID, channelID, tx.Now, int64(tx.Now.Sub(published)/time.Second), counts, source)
	return err
}

// Latest gives the newest snapshot of a publication, NotFound when there is none.
func Latest(ctx context.Context, tx *store.Tx, workspace, publicationID string) (Snapshot, error) {
	s, err := store.One[Snapshot](ctx, tx, "select "+columns+" from snapshot where workspace = $1 and publication_id = $2 order by taken_at desc limit 1", workspace, publicationID)
	if fault.Is(err, fault.NotFound) {
		return s, fault.New(fault.NotFound, "This post has not been counted yet.")
	}
	return s, err
}

// Due says whether a publication of this age, last counted at a moment, wants to
// be counted: often while it is young, at the fixed ages at which posts are
// compared, then daily to the end of the first quarter.
func Due(published, last, now time.Time) bool {
	age := now.Sub(published)
	if age < 0 || age > 91*24*time.Hour {
		return false
	}
	if last.IsZero() {
		return true
	}
	for _, at := range []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 90 * 24 * time.Hour} {
		if age >= at && last.Before(published.Add(at)) {
			return true
		}
	}
	every := 24 * time.Hour
	switch {
	case age < 2*time.Hour:
		every = 5 * time.Minute
	case age < 24*time.Hour:
		every = time.Hour
	}
	return !now.Before(last.Add(every))
}

// Tally is what happened in one batch of events, to be added to what happened on
// each channel in a day (UTC).
type Tally map[tallied]int

type tallied struct{ workspace, channel, day, kind string }

// Add counts something once.
func (t Tally) Add(workspace, channelID string, at time.Time, kind string) {
	t[tallied{workspace, channelID, at.UTC().Format(time.DateOnly), kind}]++
}

// Keep adds what was counted.
func (t Tally) Keep(ctx context.Context, tx *store.Tx) error {
	var rows [][]any
	for at, n := range t {
		rows = append(rows, []any{at.workspace, at.channel, at.day, at.kind, n})
	}
	_, err := tx.Insert(ctx, "tally (workspace, channel_id, day, kind, n)", 5, rows, "on conflict (workspace, channel_id, day, kind) do update set n = tally.n + excluded.n")
	return err
}
