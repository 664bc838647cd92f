package mastodon

import (
	"context"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// Find lists what the account wrote since. What reads as the part would, gets
// the part's own text: a server shows it with other spaces and names.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	asked, err := d.compose(ctx, conn, part)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return network.Look{}, err
	}
	sought := alike(asked.Status)
	files := reached(part).Files
	var look network.Look
	see := func(s status) {
		apart := s.apart(part, asked)
		s = s.lean()
		said, _ := s.text(conn.Account)
		if raw, _ := plain(s.Content); alike(raw) == sought {
			said = part.Text
		}
		seen := network.Seen{Ref: s.ref(), Text: said, At: moment(s.Created), After: s.Parent, Media: len(s.Files), Apart: apart}
		if len(files) > 0 && len(s.Files) > 0 && files[0].ID != "" && s.Files[0].ID == files[0].ID {
			seen.Text, seen.Key = part.Text, part.Key
			look.Exact = &seen // a file belongs to one status alone: this is ours, whatever it says
		}
		look.Near = append(look.Near, seen)
	}
	if asked.Visibility == "direct" && part.After != nil {
		below, err := d.below(ctx, conn, part.After.ID)
		if err != nil {
			return network.Look{}, err
		}
		for i := len(below) - 1; i >= 0; i-- {
			if below[i].Account.ID == conn.Account && !moment(below[i].Created).Before(since) {
				see(below[i])
			}
		}
		look.Complete = true
		return look, nil
	}
	path, err := at("accounts", conn.Account, "statuses")
	if err != nil {
		return network.Look{}, err
	}
	last := ""
	for range 12 {
		query := url.Values{"limit": {"40"}, "exclude_reblogs": {"true"}}
		if last != "" {
			query.Set("max_id", last)
		}
		page, err := d.statuses(ctx, conn, path, query)
		if err != nil {
			return network.Look{}, err
		}
		for _, s := range page {
			if moment(s.Created).Before(since) {
				look.Complete = true
				return look, nil
			}
			see(s)
		}
		if len(page) == 0 || page[len(page)-1].ID == last {
			look.Complete = true
			return look, nil
		}
		last = page[len(page)-1].ID
	}
	return look, nil
}

// statuses asks for a list, every line of which we must understand: what is
// overlooked would be taken for absent.
func (d *Driver) statuses(ctx context.Context, conn network.Conn, path string, query url.Values) ([]status, error) {
	var page []status
	if _, err := d.call(ctx, conn, rest.Ask{Path: path, Query: query}, &page); err != nil {
		return nil, err
	}
	if !known(page) {
		return nil, unclear(rest.Ask{})
	}
	return page, nil
}

func known(page []status) bool {
	for _, s := range page {
		if !idSign.MatchString(s.ID) || moment(s.Created).IsZero() || s.Account.ID == "" {
			return false
		}
	}
	return page != nil
}

// below asks for everything that answers a status.
func (d *Driver) below(ctx context.Context, conn network.Conn, id string) ([]status, error) {
	path, err := at("statuses", id, "context")
	if err != nil {
		return nil, err
	}
	var thread struct {
		Below []status `json:"descendants"`
	}
	if _, err := d.call(ctx, conn, rest.Ask{Path: path}, &thread); err != nil {
		return nil, err
	}
	if !known(thread.Below) {
		return nil, unclear(rest.Ask{})
	}
	return thread.Below, nil
}
