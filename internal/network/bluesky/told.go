package bluesky

import (
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/network"
)

var _ network.Teller = (*Driver)(nil)

// Told reads what is left of the calls in five minutes; a server of one's own says nothing.
func (d *Driver) Told(header http.Header, now time.Time) []network.QuotaUse {
	return d.profile.Counted(header, now)
}
