package lemmy

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Measure gives the counts of posts. Lemmy lets everybody vote for what they
// write: our own vote is no like.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, refs []network.Ref) (map[string]network.Counts, error) {
	all := map[string]network.Counts{}
	for _, r := range refs {
		kind, id, err := split(r.ID)
		if _, done := all[r.ID]; done || err != nil || kind != kindPost {
			continue
		}
		v, err := d.post(ctx, conn, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !v.Post.Deleted {
			all[r.ID] = v.counts()
		}
	}
	return all, nil
}

func (v postView) counts() network.Counts {
	counts := network.Counts{}
	for name, n := range map[string]*int64{network.Likes: v.Counts.Upvotes, network.Replies: v.Counts.Comments, "lemmy:downvotes": v.Counts.Downvotes, "lemmy:score": v.Counts.Score} {
		if n != nil {
			counts[name] = *n
		}
	}
	if n, given := counts[network.Likes]; given && v.Vote != nil && *v.Vote > 0 && n > 0 {
		counts[network.Likes] = n - 1
	}
	return counts
}

// Insights are what the account has written so far; Lemmy has no days and counts
// no followers.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, _ time.Time) (network.Counts, error) {
	p, err := d.wrote(ctx, conn, 1)
	if err != nil {
		return nil, err
	}
	counts := network.Counts{}
	for name, n := range map[string]*int64{"lemmy:posts": p.Person.Counts.Posts, "lemmy:comments": p.Person.Counts.Comments} {
		if n != nil {
			counts[name] = *n
		}
	}
	return counts, nil
}
