package flow

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestChecksOfAChannelGoOneAfterAnother(t *testing.T) {
	var all turns
	var a, b atomic.Int64
	var wait sync.WaitGroup
	for i := range 200 {
		which, inside := "a", &a
		if i%2 == 0 {
			which, inside = "b", &b
		}
		wait.Go(func() {
			defer all.take(which)()
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d at once", n)
			}
			inside.Add(-1)
		})
	}
	wait.Wait()
	if len(all.of) != 0 {
		t.Errorf("%d are left", len(all.of))
	}
}
