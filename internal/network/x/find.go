package x

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// ours is a list of what the account wrote itself, newest first.
type ours struct {
	posts    []post
	complete bool // it reaches back to where it was asked for
}

// pagesMost bounds how far a look goes back.
const pagesMost = 10

// own lists what the account wrote since, every line of which must be understood:
// what is overlooked would be taken for absent.
func (d *Driver) own(ctx context.Context, conn network.Conn, since time.Time, pages int) (ours, error) {
	var all ours
	next := ""
	for range pages {
		query := reading("100")
		if !since.IsZero() {
			query.Set("start_time", since.UTC().Format(time.RFC3339))
		}
		if next != "" {
			query.Set("pagination_token", next)
		}
		path, err := at("users", conn.Account, "tweets")
		if err != nil {
			return all, err
		}
		var p page
		if _, err := d.call(ctx, conn, rest.Ask{Path: path, Query: query}, &p); err != nil {
			return all, err
		}
		if !p.whole() {
			return all, unclear(rest.Ask{})
		}
		all.posts = append(all.posts, p.Data...)
		if next = p.Meta.Next; next == "" {
			all.complete = true
			return all, nil
		}
	}
	return all, nil
}

// whole says whether a page is one, and nothing of it is odd.
func (p page) whole() bool {
	return p.Meta.Count != nil && *p.Meta.Count == len(p.Data) && !slices.ContainsFunc(p.Data, func(o post) bool { return !o.good() })
}

// reading are the fields with which posts are read.
func reading(most string) url.Values {
	return url.Values{
		"max_results":  {most},
		"post.fields":  {fields("created_at", "conversation_id", "community_id", "entities", "attachments", "display_text_range", "public_metrics")},
		"expansions":   {fields("author_id", "in_reply_to_user_id", "referenced_posts", "attachments.media_keys")},
		"user.fields":  {fields("profile_image_url")},
		"media.fields": {fields("type", "url", "preview_image_url", "alt_text")},
	}
}

func (p post) said() string {
	s, _ := p.plain()
	return s
}

// Find lists what the account wrote since. A post with one of our files is the
// part beyond doubt. What reads as the part would gets the part's own text: X
// shows it with other links and names.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	if part.Private && part.After != nil {
		return d.findMessage(ctx, conn, part, since)
	}
	asked, err := compose(part)
	if err != nil {
		return network.Look{}, err
	}
	all, err := d.own(ctx, conn, since, pagesMost)
	if err != nil {
		return network.Look{}, err
	}
	var w way
	_ = json.Unmarshal(part.Step.State, &w) // none: there are no files
	sought := alike(asked.Text)
	// Nothing says that what stands in a community alone is in this list: there it proves
	// a post is there, never that none is.
	look := network.Look{Complete: all.complete && asked.Community == ""}
	for _, p := range all.posts {
		if p.refers("retweeted") != "" {
			continue
		}
		seen := network.Seen{Ref: network.Ref{ID: p.ID, URL: address(conn.Handle, p.ID), Extra: extra{Author: conn.Account, Handle: conn.Handle, Files: w.ids(), Tagged: w.Tagged}.raw()},
			Text: p.said(), At: moment(p.Created), After: p.refers("replied_to"), Media: len(p.Attachments.Keys)}
		seen.Apart = p.apart(asked)
		if alike(seen.Text) == sought || alike(p.unquoted(seen.Text)) == sought {
			seen.Text = part.Text
		}
		if part.After != nil && seen.After == latest(*part.After) {
			seen.After = part.After.ID
		}
		if slices.ContainsFunc(w.Files, func(f handed) bool { return f.Key != "" && slices.Contains(p.Attachments.Keys, f.Key) }) {
			seen.Text = part.Text
			look.Exact = &seen
			return look, nil
		}
		look.Near = append(look.Near, seen)
	}
	return look, nil
}
