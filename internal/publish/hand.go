package publish

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// HandOver makes a publication one that a person publishes: its moment has come,
// and no program can do it, or the network refused ours. Parts that are out
// already stay out; what nobody can tell (unclear) is not handed over.
func HandOver(ctx context.Context, tx *store.Tx, workspace, publicationID string) (Publication, error) {
	p, err := GetPublication(ctx, tx, workspace, publicationID)
	if err != nil {
		return p, err
	}
	parts, err := Sequence(ctx, tx, workspace, publicationID)
	if err != nil {
		return p, err
	}
	for _, part := range parts {
		switch part.State {
		case sent, due:
			continue
		case failed:
			if err := move(ctx, tx, part, "state = 'due', claimed_at = null, step = '{}'"); err != nil {
				return p, err
			}
		default:
			return p, fault.New(fault.Conflict, "Kith is still at it.").WithHint("Wait until it says what became of it.")
		}
	}
	if p.State != Scheduled && p.State != Publishing && p.State != Failed {
		return p, fault.New(fault.Conflict, "This is %s and cannot be published by hand.", p.State).WithHint("Read it again.")
	}
	p.State = ByHand
	return p, mark(ctx, tx, Part{PublicationID: p.ID, Workspace: workspace}, ByHand, "job_id = '', reminded = 0")
}

// Reminded counts a reminder; still: it still waits for a person.
func Reminded(ctx context.Context, tx *store.Tx, workspace, publicationID string) (p Publication, still bool, err error) {
	if p, err = GetPublication(ctx, tx, workspace, publicationID); err != nil || p.State != ByHand {
		return p, false, err
	}
	p.Reminded++
	_, err = tx.Exec(ctx, "update publication set reminded = $1 where id = $2 and workspace = $3", p.Reminded, p.ID, workspace)
	return p, true, err
}

// Done takes a person's word that they published it, with the address or a
// picture of it if they have one.
func Done(ctx context.Context, tx *store.Tx, workspace, publicationID, url, proof string) error {
	p, err := GetPublication(ctx, tx, workspace, publicationID)
	if err != nil {
		return err
	}
	if p.State != ByHand {
		return fault.New(fault.Conflict, "This does not wait to be published by hand.").WithHint("Read it again.")
	}
	parts, err := Sequence(ctx, tx, workspace, publicationID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "update publication set proof = $1 where id = $2 and workspace = $3", proof, p.ID, workspace); err != nil {
		return err
	}
	for _, part := range parts {
		if part.State != due {
			continue
		}
		// Its id there is not known, so its key stands for it.
		if err := Settle(ctx, tx, part, network.Sent{Ref: network.Ref{ID: "hand:" + part.Key, URL: url}, At: tx.Now}); err != nil {
			return err
		}
	}
	return nil
}
