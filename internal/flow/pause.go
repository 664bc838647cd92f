package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// weigh adds to what is known of a channel how it stands with what reading it costs.
func (h *House) weigh(ctx context.Context, tx *store.Tx, k *Condition) error {
	w, err := team.GetWorkspace(ctx, tx, k.Channel.Workspace)
	if err != nil {
		return err
	}
	r, charged, err := h.readingOf(ctx, tx, k.Channel, w.Clock())
	if err != nil || !charged {
		return err
	}
	k.Reading = &r
	if r.Paused() {
		k.Alerts = append(k.Alerts, pausedAlert(k.Channel, *r.Allowance))
	}
	return nil
}

// pauses are the alerts of channels that are not read because nothing may be spent on it.
func (h *House) pauses(ctx context.Context, tx *store.Tx, channels []channel.Channel, actor access.Actor) (all []Alert, err error) {
	budgets, err := channel.ReadingBudgets(ctx, tx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	for _, b := range budgets {
		i := slices.IndexFunc(channels, func(c channel.Channel) bool { return c.ID == b.Channel })
		if i < 0 || channels[i].PausedSince.IsZero() || !actor.Sees(b.Channel) {
			continue
		}
		a, limited, err := h.allowanceOf(ctx, tx, channels[i])
		if err != nil {
			return nil, err
		}
		if limited && a.Empty() {
			all = append(all, pausedAlert(channels[i], a))
		}
	}
	return all, nil
}

func pausedAlert(c channel.Channel, a Allowance) Alert {
	return Alert{Key: "reading_paused", Bad: true, Channel: c, At: c.CompleteUntil, Mend: mendBudget,
		Params: map[string]any{"since": moment(c.CompleteUntil), "amount": a.Budget.Amount, "currency": a.Budget.Currency, "resumes": a.Ends}}
}

// missed tells of the gaps of a channel, but for those that go on and are said by another
// alert: that nobody tells us anything now, and that reading is paused.
func missed(gaps []channel.Gap, c channel.Channel) (all []Alert) {
	for _, g := range gaps {
		if g.Channel == c.ID && (!g.To.IsZero() || g.Reason != channel.Untold && g.Reason != channel.Paused) {
			all = append(all, Alert{Key: "gap", Channel: c, At: g.From, Mend: mendLook, Params: map[string]any{"from": g.From, "to": moment(g.To), "reason": g.Reason}})
		}
	}
	return all
}
