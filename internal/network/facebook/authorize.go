package facebook

import (
	"context"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Authorize gives the address of Facebook's page of consent, where a person chooses
// Pages and permissions.
func (d *Driver) Authorize(_ context.Context, a network.Asking) (network.Going, error) {
	return network.Going{URL: d.graph.Dialog(d.consent, a, append(wanted(), "pages_show_list"))}, nil
}

// Grant turns what came back into the Pages that were chosen.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	var granted network.Granted
	pages, warning, err := d.graph.Granted(ctx, a, back, pageFields, func(about graph.Debug) (warning string, err error) {
		granted = about.Granted("")
		if lacks := missing(about, true); len(lacks) > 0 {
			warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
		}
		return warning, nil
	})
	all := make([]network.Account, len(pages))
	for i, p := range pages {
		all[i] = d.account(p, p.Token)
		all[i].Warning, all[i].Granted = warning, granted
	}
	return all, err
}
