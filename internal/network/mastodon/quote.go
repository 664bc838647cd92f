package mastodon

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// quoting is the version of the API from which on posts are quoted: Mastodon 4.5. An
// older server overlooks what it does not know, and would publish the text alone.
const quoting = 7

// quote is what a status says of the one that it quotes. While its author has not
// agreed, which one it is is not told.
type quote struct {
	State  string  `json:"state"`
	ID     string  `json:"quoted_status_id,omitempty"`
	Status *status `json:"quoted_status,omitempty"`
}

// of is the id of what is quoted, "" where it is not told.
func (q quote) of() string {
	if q.Status != nil {
		return q.Status.ID
	}
	return q.ID
}

// Shared says what the authors of quoted statuses think of that. That we alone may not see
// what is quoted (we block its author, say) is no word of theirs.
func (d *Driver) Shared(ctx context.Context, conn network.Conn, posts []network.Ref) (map[string]network.Sharing, error) {
	var ids []string
	for _, r := range posts {
		if idSign.MatchString(r.ID) && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	found, err := d.some(ctx, conn, ids)
	if err != nil {
		return nil, err
	}
	all := map[string]network.Sharing{}
	for id, s := range found {
		if s.Quote == nil {
			continue
		}
		switch is := network.Sharing(s.Quote.State); is {
		case network.SharePending, network.ShareAccepted, network.ShareRejected, network.ShareRevoked, network.ShareDeleted:
			all[id] = is
		}
	}
	return all, nil
}

// approval is what the author of a status thinks of its being quoted by us.
type approval struct {
	Us string `json:"current_user"`
}

// apart says whether a status quotes another one than the part shares, or none.
func (s status) apart(part network.Part, asked draft) bool {
	if s.Quote == nil || shares(part) == "" {
		return (s.Quote != nil) != (shares(part) != "")
	}
	of := s.Quote.of()
	return of != "" && asked.Quoted != "" && of != asked.Quoted
}

// shares is the address of the post that a post shares; "": it shares none.
func shares(part network.Part) string { return strings.TrimSpace(part.Options[network.OptionReshare]) }

// shareable refuses what no server takes, before one is asked.
func shareable(part network.Part) error {
	said := shares(part)
	if said == "" {
		return nil
	}
	u, err := url.Parse(said)
	if err != nil || u.Hostname() == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") == "" || len(said) > 1000 {
		return fault.New(fault.Invalid, "This is no address of a post.").WithHint("Copy the address of the post on the page of its author. It begins with https://.").On("options")
	}
	if len(part.Media) > 0 || part.Poll != nil {
		return fault.New(fault.Invalid, "A post on Mastodon that shares another one cannot have files or a poll.").WithHint("Take one or the other.").On("options")
	}
	return nil
}

// resolve finds the post that a post shares, by its address, which may be of another
// server, and sees to it that it may be shared. Nothing can be seen of it.
func (d *Driver) resolve(ctx context.Context, conn network.Conn, part network.Part) (string, error) {
	if err := shareable(part); err != nil {
		return "", err
	}
	i, err := d.instance(ctx, conn.Base)
	if err != nil {
		return "", err
	}
	if i.Versions.Mastodon < quoting {
		return "", fault.New(fault.Invalid, "This server cannot share a post with words of one’s own.").
			WithHint("Mastodon can since 4.5. Put the address of the post into the text instead.").On("options")
	}
	var found struct {
		Statuses []status `json:"statuses"`
	}
	query := url.Values{"q": {shares(part)}, "type": {"statuses"}, "resolve": {"true"}, "limit": {"1"}}
	_, err = d.call(ctx, conn, rest.Ask{Path: "/api/v2/search", Query: query}, &found)
	switch {
	case fault.Is(err, fault.NotFound):
		return "", unshareable(err)
	case err != nil:
		return "", err
	case len(found.Statuses) == 0:
		return "", unshareable(nil)
	}
	// What is asked for by its address is found by it or not at all; several would be
	// what a search for words finds.
	s := found.Statuses[0]
	if len(found.Statuses) > 1 || !idSign.MatchString(s.ID) {
		return "", unclear(rest.Ask{})
	}
	refuse := func(why, hint string) (string, error) {
		return "", fault.New(fault.Invalid, "%s", why).WithHint("%s", hint).On("options")
	}
	switch {
	case s.Visibility == "direct", s.Visibility == "private":
		return refuse("The post that is shared is not public.", "Share one that everybody may see.")
	case s.Approval != nil && s.Approval.Us != "automatic" && s.Approval.Us != "manual":
		return refuse("The author of the post does not allow it to be shared with other words.", "Put the address of the post into the text instead.")
	}
	return s.ID, nil
}

// unshareable is that a server does not find what is shared, which it also says of what
// may not be.
func unshareable(cause error) error {
	return fault.Wrap(fault.Invalid, cause, "The server does not find the post that is shared, or its author does not allow it.").
		WithHint("Look at its address, or put it into the text instead.").On("options")
}
