package messenger

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Authorize gives the address of Facebook's page of consent, where a person chooses
// Pages and permissions.
func (d *Driver) Authorize(_ context.Context, a network.Asking) (network.Going, error) {
	return network.Going{URL: d.graph.Dialog(d.consent, a, append(wanted(), "pages_show_list"))}, nil
}

// Grant turns what came back into the Pages that were chosen, each with a key of its
// own. One whose messages may not be read is no account here.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	code := graph.Code(back)
	if code == "" {
		return nil, fault.New(fault.Invalid, "Facebook sent nobody's permission back.").WithHint("Begin again.")
	}
	key, err := d.graph.Exchange(ctx, a, code)
	if err != nil {
		return nil, d.graph.Spent(err)
	}
	warning := ""
	if about, known := d.graph.Debug(ctx, key, a.App); known {
		lacks := about.Lacks(wanted())
		if list := strings.Join(lacks, ", "); strings.Contains(list, "pages_messaging") {
			return nil, fault.New(fault.Denied, "Facebook was not allowed to show Kith the messages.").WithHint("Begin again, and allow everything that is asked.")
		} else if list != "" {
			warning = "Connected, but these permissions are missing: " + list + "."
		}
	}
	var all []network.Account
	err = d.graph.Pages(ctx, key, a.App, pageFields+",access_token", func(item json.RawMessage) {
		var p struct {
			page
			Token string `json:"access_token"`
		}
		if json.Unmarshal(item, &p) != nil || !graph.Object.MatchString(p.ID) || !graph.TokenSign.MatchString(p.Token) {
			return // a Page without our right to it
		}
		account := d.account(p.page, p.Token)
		account.Warning = warning
		all = append(all, account)
	})
	if err == nil && len(all) == 0 {
		return nil, fault.New(fault.Invalid, "No Page was allowed.").
			WithHint("Begin again as somebody with full control of the Page, choose it on Facebook, and allow the list of Pages (pages_show_list).")
	}
	return all, err
}
