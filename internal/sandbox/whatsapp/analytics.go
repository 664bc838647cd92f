package whatsapp

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// analytics answers a field of a business account that tells of a span: analytics, or pricing_analytics. Only stretches in which
// something was sent are told, and the field is left out where there are none. What is asked for further back than a year is refused.
//
// The days and months of an account are those of its own time zone, here two hours before Greenwich, so that whoever takes them for
// days of UTC is wrong.
func (a *ask) analytics(of *account, f graph.Field) (value any, has bool, fault *graph.Fault) {
	if fault := a.may(of, "whatsapp_business_management", "whatsapp_business_messaging"); fault != nil {
		return nil, false, fault
	}
	p := graph.Params{Values: f.Query()}
	prices := f.Name == "pricing_analytics"
	start, fault := p.When("start")
	if fault != nil {
		return nil, false, fault
	}
	end, fault := p.When("end")
	if fault != nil {
		return nil, false, fault
	}
	grain := p.Get("granularity")
	lengths := map[string]time.Duration{"HALF_HOUR": 30 * time.Minute, "DAY": 24 * time.Hour, "MONTH": 30 * 24 * time.Hour}
	if prices {
		lengths = map[string]time.Duration{"HALF_HOUR": 30 * time.Minute, "DAILY": 24 * time.Hour, "MONTHLY": 30 * 24 * time.Hour}
	}
	length := lengths[grain]
	switch {
	case start.IsZero() || end.IsZero() || length == 0:
		return nil, false, graph.Invalid("The parameters start, end and granularity (%s) are required.", strings.Join(slices.Sorted(maps.Keys(lengths)), ", "))
	case !start.Before(end):
		return nil, false, graph.Invalid("Param start must be before end.")
	case a.now.Sub(start) > 366*24*time.Hour:
		return nil, false, graph.Invalid("Param start must be within the last year.")
	}
	if dims := p.List("dimensions"); prices && !slices.Equal(dims, []string{"PRICING_TYPE"}) && len(dims) > 0 {
		return nil, false, graph.Invalid("This rehearsal knows the dimension PRICING_TYPE alone.")
	}
	points := a.n.points(of, p.List("phone_numbers"), start, end, length, a.now, prices && len(p.List("dimensions")) > 0)
	told := []any{}
	for _, at := range slices.Sorted(maps.Keys(points)) {
		for _, kind := range slices.Sorted(maps.Keys(points[at])) {
			n := points[at][kind]
			point := map[string]any{"start": at, "end": at + int64(length/time.Second)}
			switch {
			case !prices:
				point["sent"], point["delivered"] = n.sent, n.delivered
			case kind != "":
				point["volume"], point["pricing_type"] = n.delivered, kind
			default:
				point["volume"] = n.delivered
			}
			told = append(told, point)
		}
	}
	if len(told) == 0 {
		return nil, false, nil
	}
	if prices {
		return map[string]any{"data": []any{map[string]any{"data_points": told}}}, true, nil
	}
	return map[string]any{"phone_numbers": p.List("phone_numbers"), "granularity": grain, "data_points": told}, true, nil
}

type sentOf struct{ sent, delivered int }

// points counts what was sent, by the beginning of each stretch and, where asked for, by what it is charged as. A stretch is told
// once it is over.
func (n *Network) points(of *account, phones []string, start, end time.Time, length time.Duration, now time.Time, types bool) map[int64]map[string]sentOf {
	all := map[int64]map[string]sentOf{}
	for _, m := range n.messages {
		if !m.ours || m.kind == "reaction" || m.on.of != of || len(phones) > 0 && !slices.Contains(phones, m.on.digits()) {
			continue
		}
		const ahead = 2 * time.Hour // of the account's midnight
		begun := m.at.Add(ahead).Truncate(length).Add(-ahead)
		if begun.Before(start) || !begun.Before(end) || begun.Add(length).After(now) {
			continue
		}
		kind := ""
		if types {
			kind = map[bool]string{true: "REGULAR", false: "FREE_CUSTOMER_SERVICE"}[m.kind == "template"]
		}
		if all[begun.Unix()] == nil {
			all[begun.Unix()] = map[string]sentOf{}
		}
		c := all[begun.Unix()][kind]
		c.sent++
		if m.arrived {
			c.delivered++
		}
		all[begun.Unix()][kind] = c
	}
	return all
}
