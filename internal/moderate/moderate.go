package moderate

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// The states of a verdict.
const (
	InForce = "in_force"
	Undone  = "undone"
	Upheld  = "upheld"
)

// Ruling is a verdict as it is kept: an episode of one person under one rule.
type Ruling struct {
	ID          string
	Workspace   string
	RuleID      string
	RuleKind    string
	RuleVersion int
	PersonID    string
	MessageIDs  []string
	Reason      Sentence
	Action      string // hold; none when in shadow
	State       string
	At          time.Time
	ClosedBy    string
	ClosedAt    time.Time
	ClosedWhy   string
}

const (
	ruleColumns   = "id, workspace, kind, mode, version, max_count, window_s, updated_at"
	rulingColumns = "id, workspace, rule_id, rule_kind, rule_version, person_id, message_ids, reason, action, state, at, closed_by, closed_at, closed_reason"
)

// Begin gives a new workspace its rules: flooding, in shadow, so that nothing is
// held before somebody has seen what would be.
func Begin(ctx context.Context, tx *store.Tx, workspace string) error {
	_, err := tx.Exec(ctx, "insert into rule ("+ruleColumns+") values ($1, $2, 'flooding', 'shadow', 1, 5, 60, $3) on conflict (workspace, kind) do nothing", id.New(), workspace, tx.Now)
	return err
}

// Rules gives the rules of a workspace.
func Rules(ctx context.Context, tx *store.Tx, workspace string) ([]Rule, error) {
	return store.All[Rule](ctx, tx, "select "+ruleColumns+" from rule where workspace = $1 order by kind", workspace)
}

// What a rule may be declared with; the API says the same.
const (
	LeastCount  = 2 // one message alone is no flood
	MostCount   = 1000
	LeastWindow = 5
	MostWindow  = 24 * 60 * 60 // seconds: what is judged is looked up for each message
)

// Declare changes a rule: a new version, so that old verdicts keep theirs.
func Declare(ctx context.Context, tx *store.Tx, workspace, ruleID, mode string, count, window int) (Rule, error) {
	switch {
	case !slices.Contains([]string{Off, Shadow, Live}, mode):
		return Rule{}, fault.New(fault.Invalid, "A rule is off, shadow or live.").On("mode")
	case count < LeastCount || count > MostCount:
		return Rule{}, fault.New(fault.Invalid, "The number of messages is from 2 to 1,000.").On("count")
	case window < LeastWindow || window > MostWindow:
		return Rule{}, fault.New(fault.Invalid, "The window is from 5 seconds to one day.").On("window_s")
	}
	n, err := tx.Exec(ctx, "update rule set mode = $1, max_count = $2, window_s = $3, version = version + 1, updated_at = $4 where id = $5 and workspace = $6",
		mode, count, window, tx.Now, ruleID, workspace)
	if err != nil {
		return Rule{}, err
	}
	if n == 0 {
		return Rule{}, fault.New(fault.NotFound, "There is no such rule.")
	}
	return store.One[Rule](ctx, tx, "select "+ruleColumns+" from rule where workspace = $1 and id = $2", workspace, ruleID)
}

// Get gives a ruling of a workspace.
func Get(ctx context.Context, tx *store.Tx, workspace, rulingID string) (Ruling, error) {
	r, err := store.One[Ruling](ctx, tx, "select "+rulingColumns+" from verdict where workspace = $1 and id = $2", workspace, rulingID)
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "There is no such verdict.")
	}
	return r, err
}

// Also gives what else was ruled of a person and stands.
func Also(ctx context.Context, tx *store.Tx, r Ruling) ([]Ruling, error) {
	return store.All[Ruling](ctx, tx, "select "+rulingColumns+" from verdict where workspace = $1 and person_id = $2 and id <> $3 and state in ('in_force', 'upheld') order by at desc limit 1000",
		r.Workspace, r.PersonID, r.ID)
}

// Close ends a ruling that is in force: undone or upheld, by whom and why.
func Close(ctx context.Context, tx *store.Tx, r Ruling, state, by, why string) error {
	n, err := tx.Exec(ctx, "update verdict set state = $1, closed_by = $2, closed_at = $3, closed_reason = $4 where id = $5 and workspace = $6 and state = 'in_force'",
		state, by, tx.Now, why, r.ID, r.Workspace)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "This verdict is %s already.", r.State).WithHint("Read it again.")
	}
	return err
}
