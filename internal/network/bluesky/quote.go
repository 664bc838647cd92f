package bluesky

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// shownAt finds whose post an address names, and which: of the page of any application,
// or of the record itself.
var shownAt = regexp.MustCompile(`^(?:https?://[A-Za-z0-9.:-]{1,253}/profile/|at://)(did:[a-z]{1,32}:[A-Za-z0-9._:%-]{1,200}|[A-Za-z0-9.-]{1,253})/(?:post|app\.bsky\.feed\.post)/([A-Za-z0-9._:~-]{1,512})/?(?:[?#].*)?$`) //nolint:gochecknoglobals // compiled once

// quoteEmbed shows another post below a text.
type quoteEmbed struct {
	Type   string `json:"$type"`
	Record strong `json:"record"`
}

// bothEmbed shows another post, and files or a link beside it.
type bothEmbed struct {
	Type   string     `json:"$type"`
	Record quoteEmbed `json:"record"`
	Media  any        `json:"media"`
}

// sharing puts the post that is shared beside what else a post shows.
func sharing(shared *strong, beside any) any {
	if shared == nil {
		return beside
	}
	quote := quoteEmbed{Type: "app.bsky.embed.record", Record: *shared}
	if beside == nil {
		return quote
	}
	return bothEmbed{Type: "app.bsky.embed.recordWithMedia", Record: quote, Media: beside}
}

// shares is the address of the post that a post shares; "": it shares none.
func shares(part network.Part) string { return strings.TrimSpace(part.Options[network.OptionReshare]) }

// shareable refuses what names no post, before Bluesky is asked.
func shareable(part network.Part) error {
	if said := shares(part); said != "" && !shownAt.MatchString(said) {
		return fault.New(fault.Invalid, "This is no address of a post on Bluesky.").WithHint("Open the post on Bluesky and copy its address.").On("options")
	}
	return nil
}

// original finds the post that a post shares and sees to it that it may be shared: a data
// server takes a quote of anything, and everybody would see that there is nothing, or
// that its author does not want it. Nothing can be seen of the asking.
func (d *Driver) original(ctx context.Context, conn network.Conn, part network.Part) (*strong, error) {
	if err := shareable(part); err != nil {
		return nil, err
	}
	named := shownAt.FindStringSubmatch(shares(part))
	did := named[1]
	if !strings.HasPrefix(did, "did:") {
		var found struct {
			DID string `json:"did"`
		}
		_, err := d.call(ctx, conn, ask{method: "com.atproto.identity.resolveHandle", query: url.Values{"handle": {strings.ToLower(did)}}}, &found)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || err == nil && !strings.HasPrefix(found.DID, "did:") {
			return nil, nowhere(err)
		}
		if err != nil {
			return nil, err
		}
		did = found.DID
	}
	uri := "at://" + did + "/" + collectionPost + "/" + named[2]
	if did == conn.Account {
		return d.originalOfOurs(ctx, conn, uri, named[2])
	}
	found, err := d.posts(ctx, conn, []string{uri})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return nil, nowhere(err)
	}
	if err != nil {
		return nil, err
	}
	view, there := found[uri]
	switch {
	case !there, view.CID == "":
		return nil, nowhere(nil)
	case view.Viewer.Closed:
		return nil, fault.New(fault.Invalid, "The author of the post does not allow it to be shared with other words.").
			WithHint("Put the address of the post into the text instead.").On("options")
	case view.Author.Viewer.BlockedBy || view.Author.Viewer.Blocking != "":
		return nil, fault.New(fault.Invalid, "The author of the post and this account have blocked each other, or one of them has.").
			WithHint("Share another post.").On("options")
	}
	return &strong{uri, view.CID}, nil
}

// originalOfOurs looks where our own posts are kept: a new one may be in no view yet.
func (d *Driver) originalOfOurs(ctx context.Context, conn network.Conn, uri, rkey string) (*strong, error) {
	var got strong
	query := url.Values{"repo": {conn.Account}, "collection": {collectionPost}, "rkey": {rkey}}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.getRecord", query: query}, &got)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
		return nil, nowhere(err)
	case err != nil:
		return nil, err
	case got.CID == "":
		return nil, strange(ask{}.rest())
	}
	return &strong{uri, got.CID}, nil
}

func nowhere(cause error) error {
	return fault.Wrap(fault.Invalid, cause, "The post that is shared does not exist on Bluesky, or this account may not see it.").
		WithHint("Look at its address, or share another one.").On("options")
}
