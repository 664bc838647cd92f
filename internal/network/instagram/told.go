package instagram

import (
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

var _ network.Teller = (*Driver)(nil)

// Told reads which share of its limits this app has used in the last hour.
func (d *Driver) Told(header http.Header, now time.Time) []network.QuotaUse {
	return graph.Told(d.profile, header, now)
}
