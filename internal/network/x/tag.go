package x

import (
	"context"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// people finds the ids of those who are tagged in the pictures of a post, before anything
// is handed over: a name that X does not have keeps the post back. Whom X leaves out
// because they do not want to be tagged it tells nobody.
func (d *Driver) people(ctx context.Context, conn network.Conn, part network.Part) ([]string, error) {
	if part.Private {
		return nil, nil
	}
	takes := d.limits(conn).Media.Image.Tags
	var pictures []network.Media
	for i, m := range part.Media {
		if !m.Image() {
			continue
		}
		tags, problems := m.Tagged(takes, len(part.Media))
		for _, p := range problems {
			if p.Level == "error" {
				return nil, part.Refused(i, fault.New(fault.Invalid, "%s", p.Text).WithHint("%s", p.Hint).On("media"))
			}
		}
		pictures = append(pictures, network.Media{Tags: tags})
	}
	names := network.TaggedNames(pictures)
	if len(names) == 0 {
		return nil, nil
	}
	var got struct {
		Data []user `json:"data"`
	}
	a := rest.Ask{Path: lookup, Query: url.Values{"usernames": {strings.Join(names, ",")}}}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, nobody(names[0])
		}
		return nil, err
	}
	var ids []string
	for _, name := range names {
		id := ""
		for _, u := range got.Data {
			if strings.EqualFold(u.Username, name) {
				id = u.ID
			}
		}
		if !number.MatchString(id) {
			return nil, nobody(name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func nobody(name string) error {
	return fault.New(fault.Invalid, "X has no account called “%s”.", name).WithHint("Correct the name, or tag them in no picture.").On("media")
}
