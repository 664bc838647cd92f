package linkedin

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// named finds the URN of a post in its address, or in what was pasted with it.
var named = regexp.MustCompile(`urn:li:(share|ugcPost|groupPost|activity):[0-9]{1,25}`) //nolint:gochecknoglobals // compiled once

// undertaken finds an activity in an address that has no URN in it.
var undertaken = regexp.MustCompile(`activity[-:][0-9]{10,25}`) //nolint:gochecknoglobals // compiled once

// shared is the URN of the post that a post shares. LinkedIn takes it as a share or a
// post, and not as the activity that the addresses of most posts name; which share an
// activity is, only those are told who may read it.
func shared(part network.Part) (string, error) {
	said := part.Options[network.OptionReshare]
	if plain, err := url.QueryUnescape(said); err == nil {
		said = plain
	}
	found := named.FindStringSubmatch(said)
	switch {
	case len(found) == 0 && undertaken.MatchString(said), len(found) > 0 && found[1] == "activity":
		return "", fault.New(fault.Invalid, "This address does not tell which post LinkedIn shall share.").
			WithHint("Open the post on LinkedIn, choose ⋯ and “Embed this post”, and paste what stands there: it names the post.").On("options")
	case len(found) == 0:
		return "", fault.New(fault.Invalid, "This is no address of a post on LinkedIn.").
			WithHint("Open the post on LinkedIn, choose ⋯ and “Embed this post”, and paste what stands there: it names the post.").On("options")
	case len(part.Media) > 0 || part.Poll != nil || part.Link != "":
		return "", fault.New(fault.Invalid, "A post that shares another one shows nothing beside it on LinkedIn.").WithHint("Take the files, the poll or the link away.").On("options")
	}
	return found[0], nil
}

// Close closes the comments below a post of ours, which deletes those that are there, or
// opens them again.
func (d *Driver) Close(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if !postURN.MatchString(ref.ID) {
		return strange()
	}
	state := "OPEN"
	if on {
		state = "CLOSED"
	}
	a := ask{method: http.MethodPost, path: "rest/socialMetadata/" + code(ref.ID), query: "actor=" + code(conn.Account), change: true, harmless: true,
		body: map[string]any{"patch": map[string]any{"$set": map[string]any{"commentsState": state}}}}
	_, err := d.call(ctx, conn, a, nil)
	return err
}
