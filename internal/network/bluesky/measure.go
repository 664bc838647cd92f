package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// record is the part of a post's record that we read.
type record struct {
	Text    string          `json:"text"`
	Created string          `json:"createdAt"`
	Reply   *reply          `json:"reply"`
	Subject json.RawMessage `json:"subject"` // of a like or repost: a strong reference; of a follow: a DID
	Embed   *embedded       `json:"embed"`
}

type embedded struct {
	Type   string `json:"$type"`
	Images []struct {
		Alt string `json:"alt"`
	} `json:"images"`
	External *struct {
		URI   string `json:"uri"`
		Title string `json:"title"`
	} `json:"external"`
	Media  *embedded       `json:"media"`  // of recordWithMedia
	Record json.RawMessage `json:"record"` // what is quoted
}

func (r record) images() []string {
	e := r.Embed
	if e != nil && e.Media != nil {
		e = e.Media
	}
	if e == nil {
		return nil
	}
	var alts []string
	for _, i := range e.Images[:min(len(e.Images), 20)] {
		alts = append(alts, text.Clean(i.Alt))
	}
	return alts
}

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
		Like string `json:"like"`
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
