package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// A number's messages of a day, as WhatsApp counts them.
const (
	countSent      = "whatsapp:sent"
	countDelivered = "whatsapp:delivered"
	countCharged   = "whatsapp:charged"
)

// spans are what an analysis tells, each from a moment to another.
type spans []struct {
	Start graph.Clock `json:"start"`
	// of analytics
	Sent      *int64 `json:"sent"`
	Delivered *int64 `json:"delivered"`
	// of pricing_analytics
	Type   string `json:"pricing_type"`
	Volume *int64 `json:"volume"`
}

// Insights gives what a number sent on one day. The days of a business account are
// those of its own time zone, which nothing says, so half hours are asked for and
// added: of a day in which nothing happened WhatsApp tells nothing, which is no zero.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	counts := network.Counts{}
	s, err := d.open(conn)
	if err != nil {
		return nil, err
	}
	phone := bare(conn.Handle)
	if phone == "" {
		return counts, nil // those of other numbers would be among them
	}
	from := day.UTC().Truncate(24 * time.Hour)
	within := fmt.Sprintf(".start(%d).end(%d).granularity(HALF_HOUR).phone_numbers([%q])", from.Unix(), from.Add(24*time.Hour).Unix(), phone)
	add := func(name string, n *int64) {
		if n != nil && *n >= 0 {
			counts[name] += *n
		}
	}
	messages, err := s.analysis(ctx, "analytics", within)
	if err != nil {
		return nil, err
	}
	charged, err := s.analysis(ctx, "pricing_analytics", within+`.metric_types(["VOLUME"]).dimensions(["PRICING_TYPE"])`)
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Denied) { // whose bill somebody else pays is told no prices
		return nil, err
	}
	inside := func(at graph.Clock) bool { return !at.When().Before(from) && at.When().Before(from.Add(24*time.Hour)) }
	for _, one := range messages {
		if inside(one.Start) {
			add(countSent, one.Sent)
			add(countDelivered, one.Delivered)
		}
	}
	for _, one := range charged {
		if inside(one.Start) && one.Volume != nil {
			if one.Type != "REGULAR" {
				*one.Volume = 0 // free of charge, and told
			}
			add(countCharged, one.Volume)
		}
	}
	return counts, nil
}

// analysis asks for one field of the business account; where there is nothing to tell
// WhatsApp leaves it out.
func (s *session) analysis(ctx context.Context, name, within string) (spans, error) {
	var got struct {
		ID       graph.Ident `json:"id"`
		Messages struct {
			Points spans `json:"data_points"`
		} `json:"analytics"`
		Prices struct {
			Data []struct {
				Points spans `json:"data_points"`
			} `json:"data"`
		} `json:"pricing_analytics"`
	}
	var raw json.RawMessage
	a := graph.Ask{Path: s.keys.Account, Query: url.Values{"fields": {name + within}}}
	if err := s.call(ctx, a, &raw); err != nil {
		return nil, err
	}
	if json.Unmarshal(raw, &got) != nil || string(got.ID) != s.keys.Account {
		return nil, s.graph.Misunderstood(a)
	}
	all := got.Messages.Points
	for _, one := range got.Prices.Data {
		all = append(all, one.Points...)
	}
	return all, nil
}
