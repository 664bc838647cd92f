package graph

import (
	"encoding/json"
	"math"
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/network"
)

// usage is one share of a limit in Graph's words: of calls, of time and of the processor,
// each in percent. The largest counts.
type usage struct {
	Calls     float64 `json:"call_count"`
	Processor float64 `json:"total_cputime"`
	Time      float64 `json:"total_time"`
	Minutes   float64 `json:"estimated_time_to_regain_access"`
}

func (u usage) share() int {
	most := max(u.Calls, u.Processor, u.Time)
	if math.IsNaN(most) {
		return 0
	}
	return int(math.Ceil(min(max(most, 0), 100)))
}

// Told reads how much of the limits of the app, and of what it does for a business, is
// used: in shares of a moving hour.
func Told(p network.Profile, header http.Header, now time.Time) []network.QuotaUse {
	var all []usage
	var app *usage
	if json.Unmarshal([]byte(header.Get(p.Header(network.HeaderApp))), &app) == nil && app != nil {
		all = append(all, *app)
	}
	var business map[string][]usage
	if json.Unmarshal([]byte(header.Get(p.Header(network.HeaderBusiness))), &business) == nil {
		for _, some := range business {
			all = append(all, some...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	said := network.QuotaUse{Name: network.Load, Max: 100}
	for _, u := range all {
		said.Used = max(said.Used, u.share())
		if wait := minutes(u.Minutes); wait > 0 && now.Add(wait).After(said.Resets) {
			said.Resets = now.Add(wait).UTC()
		}
	}
	return []network.QuotaUse{said}
}
