package all_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/network"
)

// Meta numbers the versions of its Graph like this, and nobody else does.
var ofTheGraph = regexp.MustCompile(`^v[0-9]+\.[0-9]+$`) //nolint:gochecknoglobals // compiled once

// Meta ends a version for all its networks on one day: whoever speaks it is told of
// that day, and not those alone in whose facts somebody thought of it.
func TestAVersionOfTheGraphEndsOnOneDay(t *testing.T) {
	ends := map[string]string{}
	var speak []network.Name
	for _, d := range open(t, config.Config{}).All() {
		p := d.Profile()
		if !ofTheGraph.MatchString(p.Version) {
			continue
		}
		speak = append(speak, d.Name())
		if _, err := time.Parse(time.DateOnly, p.Expires); err != nil {
			t.Errorf("%s speaks %s, and nobody is told when it ends: %v", d.Name(), p.Version, err)
		}
		if other, known := ends[p.Version]; known && other != p.Expires {
			t.Errorf("%s ends on %s for one and on %s for %s", p.Version, other, p.Expires, d.Name())
		}
		ends[p.Version] = p.Expires
		if p.Sources["version"].Text == "" {
			t.Errorf("%s does not say where it has its version from", d.Name())
		}
	}
	for _, name := range []network.Name{"facebook", "instagram", "messenger", "whatsapp"} {
		if !slices.Contains(speak, name) {
			t.Errorf("%s speaks no version of the Graph", name)
		}
	}
}
