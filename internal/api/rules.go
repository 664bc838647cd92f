package api

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

// Rule is a behaviour that Kith watches for.
type Rule struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" enum:"flooding"`
	Mode    string `json:"mode" enum:"off,shadow,live"`
	Count   int    `json:"count" doc:"So many messages …"`
	WindowS int    `json:"window_s" doc:"… within so many seconds."`
	Version int    `json:"version"`
}

// RuleChange changes a rule; its version grows.
type RuleChange struct {
	Mode    *string `json:"mode,omitempty" enum:"off,shadow,live"`
	Count   *int    `json:"count,omitempty" minimum:"2" maximum:"1000"`
	WindowS *int    `json:"window_s,omitempty" minimum:"5" maximum:"86400"`
}

// Verdict is what a rule decided, with its reason; it can be undone.
type Verdict struct {
	ID          string            `json:"id"`
	Rule        string            `json:"rule"`
	RuleVersion int               `json:"rule_version"`
	Person      Maybe[PersonName] `json:"person"`
	MessageIDs  List[string]      `json:"message_ids"`
	Reason      Reason            `json:"reason"`
	At          time.Time         `json:"at"`
	Action      string            `json:"action" enum:"hold,hide,none"`
	State       string            `json:"state" enum:"in_force,undone,upheld,shadow"`
	ClosedBy    string            `json:"closed_by"`
	ClosedAt    *time.Time        `json:"closed_at"`
	ClosedWhy   string            `json:"closed_why"`
}

// Undo takes a verdict back and says why.
type Undo struct {
	Reason string `json:"reason" maxLength:"2000"`
}

type verdictQuery struct {
	Paging
	State string `query:"state" enum:"in_force,undone,upheld,shadow"`
}

func (d *Door) rules() {
	read(d, route{id: "GET /rules", name: "listRules", verb: access.Read, summary: "Behaviours that Kith watches for"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Page[Rule], error) {
			all, err := moderate.Rules(ctx, tx, by.Workspace)
			return Page[Rule]{Items: each(all, ruleOf)}, err
		})
	write(d, route{id: "PATCH /rules/{id}", name: "changeRule", verb: access.Moderate, audit: "rule.change", summary: "Change a rule",
		notes: "What is absent stays. Verdicts keep the version they were made under. A rule is for all channels, and so must be the rights of whoever changes it."}, d.changeRule)
	read(d, route{id: "GET /verdicts", name: "listVerdicts", verb: access.Read, summary: "What rules decided, newest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *verdictQuery) (Page[Verdict], error) {
			found, err := view.Verdicts(ctx, tx, by, in.State, in.Cursor, in.Limit)
			return Page[Verdict]{each(found.Items, verdictOf), found.Next}, err
		})
	way(d, route{id: "POST /verdicts/{id}/undo", name: "undoVerdict", verb: access.Moderate, audit: "verdict.undo", summary: "Take it back: its messages are shown again"},
		func(ctx context.Context, by access.Actor, in *with[Undo]) (Verdict, error) {
			return d.thenVerdict(ctx, by, in.ID, d.House.Undo(ctx, by, in.ID, in.Body.Reason))
		})
	way(d, route{id: "POST /verdicts/{id}/uphold", name: "upholdVerdict", verb: access.Moderate, audit: "verdict.uphold", summary: "It was right"},
		func(ctx context.Context, by access.Actor, in *byID) (Verdict, error) {
			return d.thenVerdict(ctx, by, in.ID, d.House.Uphold(ctx, by, in.ID))
		})
}

func (d *Door) changeRule(ctx context.Context, tx *store.Tx, by access.Actor, in *with[RuleChange]) (Rule, error) {
	if by.Channels != nil {
		return Rule{}, fault.New(fault.Denied, "A rule is for all channels, and your rights are limited to some.").WithHint("Ask somebody who sees all channels.")
	}
	all, err := moderate.Rules(ctx, tx, by.Workspace)
	if err != nil {
		return Rule{}, err
	}
	i := slices.IndexFunc(all, func(r moderate.Rule) bool { return r.ID == in.ID })
	if i < 0 {
		return Rule{}, fault.New(fault.NotFound, "There is no such rule.")
	}
	now := all[i]
	if in.Body.Mode != nil {
		now.Mode = *in.Body.Mode
	}
	if in.Body.Count != nil {
		now.Count = *in.Body.Count
	}
	if in.Body.WindowS != nil {
		now.Window = *in.Body.WindowS
	}
	now, err = moderate.Declare(ctx, tx, by.Workspace, now.ID, now.Mode, now.Count, now.Window)
	if err != nil {
		return Rule{}, err
	}
	d.House.Tell(tx, by.Workspace, "rules", now.ID)
	return ruleOf(now), nil
}

// thenVerdict gives a verdict as it is after a way that went well.
func (d *Door) thenVerdict(ctx context.Context, by access.Actor, id string, err error) (v Verdict, _ error) {
	if err != nil {
		return v, err
	}
	return v, store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		r, err := moderate.Get(ctx, tx, by.Workspace, id)
		if err != nil {
			return err
		}
		p, err := view.OnePerson(ctx, tx, by, r.PersonID)
		if err != nil {
			return err
		}
		v = Verdict{ID: r.ID, Rule: r.RuleKind, RuleVersion: r.RuleVersion, MessageIDs: r.MessageIDs, Reason: Reason{r.Reason.Key, r.Reason.Params},
			At: r.At, Action: r.Action, State: r.State, ClosedBy: r.ClosedBy, ClosedAt: when(r.ClosedAt), ClosedWhy: r.ClosedWhy,
			Person: some(PersonName{ID: p.ID, Name: p.Name})}
		return nil
	})
}

func ruleOf(r moderate.Rule) Rule { return Rule{r.ID, r.Kind, r.Mode, r.Count, r.Window, r.Version} }

func verdictOf(v view.Verdict) Verdict {
	return Verdict{ID: v.ID, Rule: v.RuleKind, RuleVersion: v.RuleVersion, MessageIDs: v.MessageIDs, Reason: Reason{v.Reason.Key, v.Reason.Params},
		At: v.At, Action: v.Action, State: v.State, ClosedBy: v.ClosedBy, ClosedAt: when(v.ClosedAt), ClosedWhy: v.ClosedWhy,
		Person: some(PersonName{ID: v.PersonID, Name: v.PersonName})}
}
