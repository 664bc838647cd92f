package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Hand is what was decided about publishing by hand, before there was anything to
// publish.
type Hand struct {
	Chosen bool            `json:"chosen,omitempty"` // also where a program could
	More   []string        `json:"more,omitempty"`   // what to add there that no program can, by the names of the network's facts
	Note   string          `json:"note,omitempty"`   // for whoever does it
	Crops  map[string]Crop `json:"crops,omitempty"`  // by file; none: the middle of it
}

// Crop is which piece of a picture is kept where not all of it fits.
type Crop struct {
	X     float64 `json:"x"`               // 0 the left of it, 1 the right
	Y     float64 `json:"y"`               // 0 the top, 1 the bottom
	Whole bool    `json:"whole,omitempty"` // all of it, with bars beside it
}

// handed is how the id of a part begins that is there by a person's word: its id on
// the network is not known, so its key stands for it.
const handed = "hand:"

// HandOver makes a publication one that a person publishes: its moment has come,
// and no program can do it, or the network refused ours, or nobody came to it the
// first time. Parts that are out already stay out; what nobody can tell (unclear) is
// not handed over.
func HandOver(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID string) (Publication, error) {
	p, err := GetPublication(ctx, tx, actor.Workspace, publicationID)
	if err != nil {
		return p, err
	}
	parts, err := Sequence(ctx, tx, actor.Workspace, publicationID)
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
	if p.State != Scheduled && p.State != Publishing && p.State != Failed && p.State != Unconfirmed {
		return p, fault.New(fault.Conflict, "This is %s and cannot be published by hand.", p.State).WithHint("Read it again.")
	}
	if err := note(ctx, tx, actor, p.ID, HandStep{What: StepHanded}); err != nil {
		return p, err
	}
	p.State, p.HandSince, p.Reminded = ByHand, tx.Now, 0
	return p, mark(ctx, tx, p.whole(), ByHand, "job_id = '', reminded = 0, hand_since = $4", tx.Now)
}

// whole names a publication where a part of it is asked for.
func (p Publication) whole() Part { return Part{PublicationID: p.ID, Workspace: p.Workspace} }

// Reminded counts a reminder of what waits for a person. widely: those who lead were
// told, too.
func Reminded(ctx context.Context, tx *store.Tx, p Publication, widely bool) error {
	what := StepReminded
	if widely {
		what = StepEscalated
	}
	if err := note(ctx, tx, access.System(p.Workspace), p.ID, HandStep{What: what}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "update publication set reminded = $1 where id = $2 and workspace = $3", p.Reminded+1, p.ID, p.Workspace)
	return err
}

// Snooze puts off what waits for a person: nobody is reminded before that moment.
func Snooze(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID string, until time.Time, why string) error {
	p, err := waiting(ctx, tx, actor.Workspace, publicationID)
	if err != nil {
		return err
	}
	if err := note(ctx, tx, actor, p.ID, HandStep{What: StepSnoozed, Note: why, Until: until}); err != nil {
		return err
	}
	return mark(ctx, tx, p.whole(), ByHand, "reminded = 0, hand_since = $4", until)
}

// Skip records that nobody will publish it, and why. It is not published.
func Skip(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID, why string) error {
	p, err := waiting(ctx, tx, actor.Workspace, publicationID)
	if err != nil {
		return err
	}
	if err := note(ctx, tx, actor, p.ID, HandStep{What: StepSkipped, Note: why}); err != nil {
		return err
	}
	return mark(ctx, tx, p.whole(), Unconfirmed, "error_kind = '', error_text = '', error_hint = ''")
}

// Miss records that nobody confirmed it in time. It may be out, and nobody says so.
func Miss(ctx context.Context, tx *store.Tx, workspace, publicationID string) error {
	p, err := waiting(ctx, tx, workspace, publicationID)
	if err != nil {
		return err
	}
	if err := note(ctx, tx, access.System(workspace), p.ID, HandStep{What: StepMissed}); err != nil {
		return err
	}
	return mark(ctx, tx, p.whole(), Unconfirmed, "error_kind = '', error_text = '', error_hint = ''")
}

func waiting(ctx context.Context, tx *store.Tx, workspace, publicationID string) (Publication, error) {
	p, err := GetPublication(ctx, tx, workspace, publicationID)
	if err == nil && p.State != ByHand {
		err = fault.New(fault.Conflict, "This does not wait to be published by hand.").WithHint("Read it again.")
	}
	return p, err
}

// Word is what a person shows to confirm that they published something.
type Word struct {
	URL   string // its address on the network
	Proof string // a picture of it, by its id
}

func (w Word) kind() string {
	switch {
	case w.URL != "":
		return "link"
	case w.Proof != "":
		return "picture"
	}
	return "none"
}

// Done takes a person's word that they published it, with the address or a
// picture of it if they have one; also late.
func Done(ctx context.Context, tx *store.Tx, actor access.Actor, publicationID string, w Word) error {
	p, err := GetPublication(ctx, tx, actor.Workspace, publicationID)
	if err != nil {
		return err
	}
	if p.State != ByHand && p.State != Unconfirmed {
		return fault.New(fault.Conflict, "This does not wait to be published by hand.").WithHint("Read it again.")
	}
	parts, err := Sequence(ctx, tx, p.Workspace, p.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "update publication set proof = $1 where id = $2 and workspace = $3", w.Proof, p.ID, p.Workspace); err != nil {
		return err
	}
	if err := note(ctx, tx, actor, p.ID, HandStep{What: StepConfirmed, URL: w.URL, Proof: w.kind()}); err != nil {
		return err
	}
	for _, part := range parts {
		if part.State != due {
			continue
		}
		if err := Settle(ctx, tx, part, network.Sent{Ref: network.Ref{ID: handed + part.Key, URL: w.URL}, At: tx.Now}); err != nil {
			return err
		}
	}
	return nil
}

// Frame chooses which piece of a file is kept for a publication that is on its way.
func Frame(ctx context.Context, tx *store.Tx, p Publication, file string, c Crop) error {
	crops := map[string]Crop{file: c}
	for other, crop := range p.Hand.Crops {
		if other != file {
			crops[other] = crop
		}
	}
	p.Hand.Crops = crops
	_, err := tx.Exec(ctx, "update publication set hand = $1 where id = $2 and workspace = $3", p.Hand, p.ID, p.Workspace)
	return err
}
