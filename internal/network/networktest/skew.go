package networktest

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// off is how far a network's clock is from ours where it is off: minutes, and less
// than the house reckons with.
const off = network.Skew - 3*time.Minute

// skewed runs what may hang on clocks with a network that lives some minutes ahead of
// us, and with one that lives behind: what people say there lies in our future or in
// our past, nothing is missed or told as two things, what is unclear is found, and
// keys are good as long as the network says.
func skewed(t *testing.T, h Harness) {
	if h.Judge != nil {
		t.Log("what is said on the wire is judged with clocks that agree")
		return
	}
	lie := off.Seconds()
	for name, sky := range map[string]struct {
		ahead time.Duration
		date  *float64
	}{
		"ahead":            {off, nil},
		"behind":           {-off, nil},
		"a Date that lies": {0, &lie},
	} {
		h := h
		h.Ahead = sky.ahead
		if sky.date != nil {
			h.sky = []sandbox.Mishap{{Kind: sandbox.ClockSkew, Seconds: sky.date}}
		}
		for _, one := range suite() {
			if one.timed {
				t.Run(name+": "+one.name, func(t *testing.T) { h.instead(one)(t, h) })
			}
		}
	}
}
