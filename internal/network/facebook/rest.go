package facebook

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/graph"
)

// rests reads on below the posts that had more comments than fitted; done is
// false when there is still more, which the next Read goes on with.
func (r *reading) rests(ctx context.Context) (done bool, err error) {
	for s := r.c.Sweep; len(s.Left) > 0; {
		if r.calls >= callsMost {
			return false, nil
		}
		if over, err := r.rest(ctx, &s.Left[0]); err != nil || !over {
			return false, err
		}
		s.Left = s.Left[1:]
	}
	r.c.Sweep.Left = nil
	return true, nil
}

// rest reads the comments of one post from a moment on, oldest first, so that
// what is said meanwhile comes at the end.
func (r *reading) rest(ctx context.Context, left *rest) (over bool, err error) {
	for try := 0; ; try++ {
		before := left.From
		query := url.Values{"fields": {commentFields}, "filter": {"stream"}, "order": {"chronological"}, "limit": {"100"},
			"since": {strconv.FormatInt(max(left.From-1, 1), 10)}}
		end, err := r.walk(ctx, r.conn, left.Post+"/comments", query, max(callsMost-r.calls, 1), func(items []json.RawMessage) bool {
			r.calls++
			for _, item := range items {
				left.From = max(left.From, r.comment(left.Post, item))
			}
			return false
		})
		switch {
		case fault.Is(err, fault.NotFound):
			return true, nil // the post is gone, and its comments with it
		case err != nil:
			return false, err
		case end == graph.Lost && try < 2:
			continue // the comment that marked our place may be gone: on from the last we saw
		case end == graph.Broken:
			if left.From == before {
				left.From++ // thousands in one second: better one left out than all that follow
			}
			return false, nil
		}
		return true, nil
	}
}

// felt is how many reactions of one post are listed at most.
const feltPages = 5

// reactions tells who reacted to a post, when the number has changed. Graph does
// not say when, so it is now.
func (r *reading) reactions(ctx context.Context, p feedPost) error {
	total := p.Reactions.Summary.Total
	if total == nil || *total <= 0 {
		return nil
	}
	if r.c.Felt[p.ID] == *total {
		r.c.Sweep.Felt[p.ID] = *total
		return nil
	}
	now := graph.Clock(r.now().Unix())
	_, err := r.walk(ctx, r.conn, p.ID+"/reactions", url.Values{"limit": {"100"}}, feltPages, func(items []json.RawMessage) bool {
		r.calls++
		for _, item := range items {
			var one struct {
				person
				Type string `json:"type"`
			}
			if json.Unmarshal(item, &one) != nil || one.ID == "" || string(one.ID) == r.conn.Account {
				continue
			}
			c := change{From: one.person, Item: "reaction", Verb: "add", Post: p.ID, Parent: p.ID, Reaction: one.Type, Created: now}
			if c, ok := c.lean(); ok {
				r.tell(c.raw(r.conn.Account, time.Time{}))
			}
		}
		return false
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil {
		r.c.Sweep.Felt[p.ID] = *total
	}
	return err
}
