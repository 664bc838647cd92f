package pinterest

import (
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/network"
)

var _ network.Teller = (*Driver)(nil)

// Told reads what is left of the calls of a sort, where Pinterest says so.
func (d *Driver) Told(header http.Header, now time.Time) []network.QuotaUse {
	return d.profile.Counted(header, now)
}
