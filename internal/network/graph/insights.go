package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Metric is a figure of a Page by Graph's name, and the count that it is to us.
type Metric struct{ Name, Count string }

// Figures gives the figures of a Page for one day. Facebook's days end at midnight in
// California: the one that lies most in the given day is taken. It tells them a day
// later, and none of small Pages; what it does not tell is absent.
func (c *Client) Figures(ctx context.Context, call Call, page string, metrics []Metric, day time.Time) (network.Counts, error) {
	counts := network.Counts{}
	err := c.figures(ctx, call, page, metrics, day, counts)
	if !fault.Is(err, fault.Invalid) {
		return counts, err
	}
	// One of the names is not answered any more, which spoils the question: each by itself.
	for i := range metrics {
		if err := c.figures(ctx, call, page, metrics[i:i+1], day, counts); err != nil && !fault.Is(err, fault.Invalid) {
			return nil, err
		}
	}
	return counts, nil
}

func (c *Client) figures(ctx context.Context, call Call, page string, metrics []Metric, day time.Time, into network.Counts) error {
	names := make([]string, len(metrics))
	counts := map[string]string{}
	for i, m := range metrics {
		names[i], counts[m.Name] = m.Name, m.Count
	}
	from := day.UTC().Truncate(24 * time.Hour)
	a := Ask{Path: page + "/insights", Query: url.Values{"metric": {strings.Join(names, ",")}, "period": {"day"},
		"since": {strconv.FormatInt(from.Unix(), 10)}, "until": {strconv.FormatInt(from.Add(48*time.Hour).Unix(), 10)}}}
	var got struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := call(ctx, a, &got); err != nil {
		return err
	}
	if got.Data == nil {
		return c.Misunderstood(a)
	}
	for _, item := range got.Data {
		var one struct {
			Name   string `json:"name"`
			Values []struct {
				Value json.RawMessage `json:"value"`
				End   Clock           `json:"end_time"`
			} `json:"values"`
		}
		if json.Unmarshal(item, &one) != nil || counts[one.Name] == "" {
			continue
		}
		for _, v := range one.Values {
			end := v.End.When()
			if n, ok := sumOf(v.Value); ok && !end.Before(from.Add(24*time.Hour)) && end.Before(from.Add(48*time.Hour)) {
				into[counts[one.Name]] = n
			}
		}
	}
	return nil
}

// sumOf is a figure, which some pages of the documentation write as a text, or the sum
// of its kinds.
func sumOf(value json.RawMessage) (sum int64, ok bool) {
	var said string
	if json.Unmarshal(value, &said) == nil && said != "" {
		value = json.RawMessage(said)
	}
	var n *int64
	if json.Unmarshal(value, &n) == nil {
		if n == nil || *n < 0 {
			return 0, false
		}
		return *n, true
	}
	var kinds map[string]json.RawMessage
	if json.Unmarshal(value, &kinds) != nil {
		return 0, false
	}
	for _, kind := range kinds {
		var n int64
		if json.Unmarshal(kind, &n) == nil { // what is no number is none of the kinds
			sum += max(n, 0)
		}
	}
	return sum, true
}
