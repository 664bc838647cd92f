package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// What happens to a publication that a person publishes.
const (
	StepHanded    = "handed"
	StepReminded  = "reminded"
	StepEscalated = "escalated" // those who lead were told, too
	StepSnoozed   = "snoozed"
	StepSkipped   = "skipped"
	StepMissed    = "missed"
	StepConfirmed = "confirmed"
	StepCounted   = "counted"
)

// HandStep is one thing that happened to a publication that a person publishes.
type HandStep struct {
	ID            string
	Workspace     string
	PublicationID string
	At            time.Time
	What          string
	ByID          string // "" where Kith did it
	ByName        string
	Note          string
	URL           string
	Proof         string // how it was confirmed: link, picture, none
	Until         time.Time
}

const handStepColumns = "id, workspace, publication_id, at, what, by_id, by_name, note, url, proof, until"

// note adds to the history of a publication.
func note(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID string, s HandStep) error {
	_, err := tx.Exec(ctx, "insert into hand_step ("+handStepColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		id.New(), actor.Workspace, publicationID, tx.Now, s.What, actor.User, actor.Name, s.Note, s.URL, s.Proof, s.Until)
	return err
}

// Counted adds to the history that somebody typed numbers in.
func Counted(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID string) error {
	return note(ctx, tx, actor, publicationID, HandStep{What: StepCounted})
}

// HandSteps is what happened to a publication by hand, the oldest first.
func HandSteps(ctx context.Context, tx *store.Tx, workspace, publicationID string) ([]HandStep, error) {
	return store.All[HandStep](ctx, tx, "select "+handStepColumns+" from hand_step where workspace = $1 and publication_id = $2 order by id limit 200", workspace, publicationID)
}

// At gives another publication of the workspace that is known to be at an address,
// NotFound where there is none.
func At(ctx context.Context, tx *store.Tx, workspace, url, other string) (Publication, error) {
	p, err := store.One[Publication](ctx, tx, "select "+publicationColumns+" from publication where workspace = $1 and url = $2 and id <> $3 order by id limit 1", workspace, url, other)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "There is no such publication.")
	}
	return p, err
}
