package messenger

import (
	"context"
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

// Grant turns what came back into the Pages that were chosen. Where their messages may
// not be read there is no account for us.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	var granted network.Granted
	pages, warning, err := d.graph.Granted(ctx, a, back, pageFields, func(about graph.Debug) (warning string, err error) {
		granted = about.Granted("")
		list := strings.Join(about.Lacks(wanted()), ", ")
		switch {
		case strings.Contains(list, "pages_messaging"):
			err = fault.New(fault.Denied, "Facebook was not allowed to show Kith the messages.").WithHint("Begin again, and allow everything that is asked.")
		case list != "":
			warning = "Connected, but these permissions are missing: " + list + "."
		}
		return warning, err
	})
	all := make([]network.Account, len(pages))
	for i, p := range pages {
		all[i] = d.account(p, p.Token)
		all[i].Warning, all[i].Granted = warning, granted
	}
	return all, err
}
