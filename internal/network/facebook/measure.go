package facebook

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// What is asked of a post. Metrics that Graph does not answer any more are not
// asked for: one of them spoils the whole call.
const (
	countFields   = "id,shares,reactions.summary(total_count).limit(0),comments.filter(stream).summary(total_count).limit(0)"
	insightFields = countFields + ",insights.metric(post_media_view,post_total_media_view_unique,post_clicks)"
)

// summary is a list of which only the number is wanted.
type summary struct {
	Summary struct {
		Total *int64 `json:"total_count"`
	} `json:"summary"`
}

// counted is a post with what is counted of it.
type counted struct {
	Reactions summary `json:"reactions"`
	Comments  summary `json:"comments"`
	Shares    struct {
		Count *int64 `json:"count"`
	} `json:"shares"`
	Insights struct {
		Data []struct {
			Name   string `json:"name"`
			Values []struct {
				Value *int64 `json:"value"`
			} `json:"values"`
		} `json:"data"`
	} `json:"insights"`
}

// Measure gives the counts of posts. What Graph leaves out is absent: it leaves
// out shares where there are none, and insights of small Pages.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, refs []network.Ref) (map[string]network.Counts, error) {
	var ids []string
	for _, r := range refs {
		// A story is no post: asked for it, Graph might refuse the others too.
		if graph.Object.MatchString(r.ID) && !readExtra(&r).Story && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	all := map[string]network.Counts{}
	for some := range slices.Chunk(ids, 50) {
		found, err := graph.ByIDs(ctx, d.as(conn), some, insightFields)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Denied) {
			found, err = graph.ByIDs(ctx, d.as(conn), some, countFields) // no insights for us
		}
		if err != nil {
			return nil, err
		}
		for id, item := range found {
			if counts, ok := count(item); ok && slices.Contains(some, id) {
				all[id] = counts
			}
		}
	}
	return all, nil
}

func count(item json.RawMessage) (network.Counts, bool) {
	var c *counted
	if err := json.Unmarshal(item, &c); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
			return nil, false
		}
	}
	if c == nil {
		return nil, false
	}
	given := map[string]*int64{network.Likes: c.Reactions.Summary.Total, network.Replies: c.Comments.Summary.Total, network.Reposts: c.Shares.Count}
	names := map[string]string{"post_media_view": network.Views, "post_total_media_view_unique": network.Reach, "post_clicks": network.Clicks}
	for _, one := range c.Insights.Data {
		if name := names[one.Name]; name != "" && len(one.Values) > 0 {
			given[name] = one.Values[0].Value
		}
	}
	maps.DeleteFunc(given, func(_ string, n *int64) bool { return n == nil || *n < 0 })
	counts := network.Counts{}
	for name, n := range given {
		counts[name] = *n
	}
	return counts, true
}
