package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/network"
)

// postView is a post as the AppView shows it.
type postView struct {
	strong
	Author  profileView `json:"author"`
	Record  record      `json:"record"`
	Likes   *int64      `json:"likeCount"`
	Replies *int64      `json:"replyCount"`
	Reposts *int64      `json:"repostCount"`
	Quotes  *int64      `json:"quoteCount"`
	Viewer  struct {
		Like   string `json:"like"`
		Repost string `json:"repost"`
		Closed bool   `json:"embeddingDisabled"` // to quotes
	} `json:"viewer"`
}

// posts asks for posts by address; those that are gone are not in the answer.
func (d *Driver) posts(ctx context.Context, conn network.Conn, uris []string) (map[string]postView, error) {
	all := map[string]postView{}
	for batch := range slices.Chunk(uris, 25) {
		var page struct {
			Posts []json.RawMessage `json:"posts"`
		}
		if _, err := d.call(ctx, conn, ask{method: "app.bsky.feed.getPosts", query: url.Values{"uris": batch}}, &page); err != nil {
			return nil, err
		}
		for _, raw := range page.Posts {
			var view postView
			if json.Unmarshal(raw, &view) == nil { // one odd post does not hide the others
				all[view.URI] = view
			}
		}
	}
	return all, nil
}

// Insights gives the figures of the account as they are now: Bluesky keeps no days.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, _ time.Time) (network.Counts, error) {
	a := ask{method: "app.bsky.actor.getProfile", query: url.Values{"actor": {conn.Account}}}
	var me profileView
	if _, err := d.call(ctx, conn, a, &me); err != nil {
		return nil, err
	}
	if me.DID != conn.Account {
		return nil, strange(a.rest())
	}
	counts := network.Counts{}
	for name, n := range map[string]*int64{network.Followers: me.Followers, "bluesky:following": me.Following, "bluesky:posts": me.Posts} {
		if n != nil {
			counts[name] = *n
		}
	}
	return counts, nil
}

// Measure gives the counts of posts as the AppView knows them.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, refs []network.Ref) (map[string]network.Counts, error) {
	var uris []string
	for _, r := range refs {
		if _, collection, _, ok := splitURI(r.ID); ok && collection == collectionPost {
			uris = append(uris, r.ID)
		}
	}
	found, err := d.posts(ctx, conn, uris)
	if err != nil {
		return nil, err
	}
	all := map[string]network.Counts{}
	for uri, view := range found {
		counts := network.Counts{}
		for name, n := range map[string]*int64{network.Likes: view.Likes, network.Replies: view.Replies, network.Reposts: view.Reposts, network.Quotes: view.Quotes} {
			if n != nil {
				counts[name] = *n
			}
		}
		all[uri] = counts
	}
	return all, nil
}
