package flow

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// SpendingMonths is how far back it is told what was spent.
const SpendingMonths = 26

// SpendingLine is what one sort of act cost on a channel in a month.
type SpendingLine struct {
	Month   string // 2026-11, by the clock of the workspace
	Account channel.Account
	Kind    string // posts answers templates reading other
	channel.Payment
	Sources []network.Source
}

// SpendingSum is what a month cost in one currency.
type SpendingSum struct {
	Month    string
	Currency string
	Amount   string
}

// Report is what a workspace spent, and of whom it is not known.
type Report struct {
	Lines   []SpendingLine
	Sums    []SpendingSum
	Unknown []Unpriced
}

// Unpriced is a channel whose network takes money, and nobody here knows how much.
type Unpriced struct {
	Account channel.Account
	Sources []network.Source
}

// Span are months, 2026-11 each; empty: as far back as is kept, and until this one.
type Span struct{ From, Until string }

// has says whether a month lies in it.
func (s Span) has(month string) bool {
	return (s.From == "" || month >= s.From) && (s.Until == "" || month <= s.Until)
}

// Spending says what months cost on the channels that one sees, the newest first: so many
// of the last, as far as they lie in a span.
func (h *House) Spending(ctx context.Context, tx *store.Tx, actor access.Actor, months int, span Span) (r Report, err error) {
	if span.From != "" && span.Until != "" && span.From > span.Until {
		return r, fault.New(fault.Invalid, "The first month comes after the last.").On("from")
	}
	w, err := team.GetWorkspace(ctx, tx, actor.Workspace)
	if err != nil {
		return r, err
	}
	zone := w.Clock()
	all, err := channel.Accounts(ctx, tx, actor.Workspace)
	if err != nil {
		return r, err
	}
	accounts := map[string]channel.Account{}
	for _, a := range all {
		if actor.Sees(a.ID) {
			accounts[a.ID] = a
		}
	}
	now := tx.Now.In(zone)
	for ago := range months {
		from := time.Date(now.Year(), now.Month()-time.Month(ago), 1, 0, 0, 0, 0, zone)
		if !span.has(from.Format("2006-01")) {
			continue
		}
		paid, err := channel.Paid(ctx, tx, actor.Workspace, from, from.AddDate(0, 1, 0))
		if err != nil {
			return r, err
		}
		paid = slices.DeleteFunc(paid, func(p channel.Payment) bool { return accounts[p.Channel].ID == "" })
		r.month(h, from.Format("2006-01"), accounts, paid)
	}
	seen, err := channel.List(ctx, tx, actor.Workspace)
	for _, c := range seen {
		d, missing := h.Networks.Get(c.Network)
		if missing != nil || !actor.Sees(c.ID) {
			continue
		}
		if p := d.Profile(); len(p.Prices) == 0 && p.Sources["prices"].Text != "" {
			r.Unknown = append(r.Unknown, Unpriced{accounts[c.ID], []network.Source{p.Sources["prices"]}})
		}
	}
	return r, err
}

// month adds what was paid in one, and its sum in each currency.
func (r *Report) month(h *House, month string, accounts map[string]channel.Account, paid []channel.Payment) {
	var currencies []string
	sums := map[string][]network.Price{}
	for _, p := range paid {
		line := SpendingLine{Month: month, Account: accounts[p.Channel], Kind: kindOf(p.What), Payment: p}
		price := network.Price{What: p.What, Amount: p.Price, Currency: p.Currency}
		if d, err := h.Networks.Get(line.Account.Network); err == nil {
			for _, name := range d.Profile().PriceSources([]network.Price{price}) {
				line.Sources = append(line.Sources, d.Profile().Sources[name])
			}
		}
		r.Lines = append(r.Lines, line)
		if sums[p.Currency] == nil {
			currencies = append(currencies, p.Currency)
		}
		sums[p.Currency] = append(sums[p.Currency], network.Price{Amount: price.Times(p.N), Currency: p.Currency})
	}
	slices.Sort(currencies)
	for _, currency := range currencies {
		sum, _ := network.Sum(sums[currency])
		r.Sums = append(r.Sums, SpendingSum{month, currency, sum.Amount})
	}
}

// kindOf puts what prices are for into the few sorts that people compare.
func kindOf(what string) string {
	plain, _, _ := strings.Cut(what, "_with_")
	switch {
	case network.IsReading(what):
		return "reading"
	case plain == network.ForPost || plain == "description":
		return "posts"
	case plain == network.ForReply || plain == network.ForMessage:
		return "answers"
	case plain == network.ForTemplate:
		return "templates"
	}
	return "other"
}
