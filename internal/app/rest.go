package app

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	breather = 20 * time.Second
	little   = 32 << 20 // bytes allocated in a breather by a house at rest, which still asks its networks
)

// rest gives memory back to the machine while little happens: Go itself keeps as
// much again as it uses, which is good for work and of no use at rest. It begins
// with what only starting needed.
func rest(ctx context.Context) {
	debug.FreeOSMemory()
	tick := time.NewTicker(breather)
	defer tick.Stop()
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(sample)
		now := sample[0].Value.Uint64()
		if now-before < little {
			debug.FreeOSMemory()
		}
		before = now
	}
}
