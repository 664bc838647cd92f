package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
)

func TestOnlyWhatNobodySeesNeedNotBeKept(t *testing.T) {
	for name, c := range map[string]struct {
		did  network.Stepped
		want bool
	}{
		"a piece of several":         {network.Stepped{Loose: true}, true},
		"an act that has to be kept": {network.Stepped{}, false},
		"a piece before a wait":      {network.Stepped{Loose: true, Wait: time.Second}, false},
		"a piece before publishing":  {network.Stepped{Loose: true, Step: network.Step{Public: true}}, false},
		"the end":                    {network.Stepped{Loose: true, Sent: &network.Sent{}}, false},
	} {
		if got := loose(c.did); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
