package api

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Spending is what a workspace paid to networks, as far as Kith knows their prices.
type Spending struct {
	Lines   List[SpendingLine] `json:"lines" doc:"The newest month first."`
	Sums    List[SpendingSum]  `json:"sums"`
	Unknown List[Unpriced]     `json:"unknown" doc:"Channels whose network takes money and whose prices Kith does not know: what they cost is in no sum."`
}

// SpendingLine is what one sort of act cost on a channel in a month.
type SpendingLine struct {
	Month     string         `json:"month" doc:"As 2026-11, by the clock of the workspace."`
	ChannelID string         `json:"channel_id"`
	Network   network.Name   `json:"network"`
	Handle    string         `json:"handle"`
	Kind      string         `json:"kind" enum:"posts,answers,templates,reading,other"`
	What      string         `json:"what" doc:"As the network's prices name it: post, reply, read_post."`
	N         int64          `json:"n"`
	Price     string         `json:"price" doc:"Of one, a decimal number."`
	Amount    string         `json:"amount" doc:"Of all, a decimal number."`
	Currency  string         `json:"currency"`
	Sources   List[SourceOf] `json:"sources" doc:"Where the price is from."`
}

// SpendingSum is what a month cost in one currency.
type SpendingSum struct {
	Month    string `json:"month"`
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
}

// Unpriced is a channel of which it is not known what it costs.
type Unpriced struct {
	ChannelID string         `json:"channel_id"`
	Network   network.Name   `json:"network"`
	Handle    string         `json:"handle"`
	Sources   List[SourceOf] `json:"sources" doc:"Why there is no figure."`
}

type spendingAsked struct {
	Months int `query:"months" minimum:"1" maximum:"26" default:"12" doc:"This one and those before it."`
}

func (d *Door) spending() {
	read(d, route{id: "GET /spending", name: "getSpending", verb: access.Measure, summary: "What was paid to networks, by month, channel and sort"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *spendingAsked) (Spending, error) {
			r, err := d.House.Spending(ctx, tx, by, in.Months, flow.Span{})
			return Spending{each(r.Lines, spendingLineOf), each(r.Sums, func(s flow.SpendingSum) SpendingSum { return SpendingSum(s) }),
				each(r.Unknown, func(u flow.Unpriced) Unpriced {
					return Unpriced{u.Account.ID, u.Account.Network, u.Account.Handle, pricesFrom(u.Sources)}
				})}, err
		})
	raw(d, route{id: "GET /spending.csv", name: "exportSpending", verb: access.Measure, summary: "The same as a table for other programs",
		notes: "Of the months from one to another (from and to, as 2026-09), else of all that are kept. RFC 4180, in UTF-8; a field that a spreadsheet would take for a formula begins with an apostrophe."},
		func(op *huma.Operation) {
			asks(op, "from", "to")
			gives(op, http.StatusOK, "text/csv", nil)
		}, d.spendingTable)
}

func pricesFrom(all []network.Source) List[SourceOf] {
	return each(all, func(s network.Source) SourceOf { return SourceOf{"prices", s.Text, s.Date, s.Uncertain} })
}

func spendingLineOf(l flow.SpendingLine) SpendingLine {
	return SpendingLine{l.Month, l.Account.ID, l.Account.Network, l.Account.Handle, l.Kind, l.What, l.N, l.Price, network.Price{Amount: l.Price}.Times(l.N), l.Currency, pricesFrom(l.Sources)}
}

func (d *Door) spendingTable(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	var report flow.Report
	span := flow.Span{From: r.URL.Query().Get("from"), Until: r.URL.Query().Get("to")}
	for field, month := range map[string]string{"from": span.From, "to": span.Until} {
		if _, err := time.Parse("2006-01", month); month != "" && err != nil {
			return fault.New(fault.Invalid, "A month is written as 2026-11.").On(field)
		}
	}
	if err := store.View(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		report, err = d.House.Spending(ctx, tx, by, flow.SpendingMonths, span)
		return err
	}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="kith-spending`+named(span)+`.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	table := csv.NewWriter(w)
	table.UseCRLF = true
	rows := [][]string{{"month", "network", "channel", "kind", "what", "number", "price", "amount", "currency", "price_source", "price_date"}}
	for _, l := range report.Lines {
		one := spendingLineOf(l)
		var source, date string
		if len(one.Sources) > 0 {
			source, date = one.Sources[0].Text, one.Sources[0].Date
		}
		rows = append(rows, []string{one.Month, string(one.Network), one.Handle, one.Kind, one.What, strconv.FormatInt(one.N, 10), one.Price, one.Amount, one.Currency, source, date})
	}
	for _, u := range report.Unknown {
		rows = append(rows, []string{"", string(u.Account.Network), u.Account.Handle, "", "", "", "not known", "not known", "", u.Sources[0].Text, u.Sources[0].Date})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = inert(row[i])
		}
	}
	return table.WriteAll(rows) //nolint:wrapcheck // whoever asked has gone away
}

// named is a span in the name of a file.
func named(s flow.Span) (name string) {
	for _, month := range []string{s.From, s.Until} {
		if month != "" {
			name += "-" + month
		}
	}
	return name
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(field string) string {
	if strings.IndexAny(field, "=+-@\t\r\n") == 0 {
		return "'" + field
	}
	return field
}
