package bench

import (
	"fmt"
	"slices"
	"time"
)

// crossing is what was measured of large files that went one way.
type crossing struct {
	size, pieces int
	took, plain  []time.Duration
	peak         float64 // MB of memory
}

// add notes a file. plain is what a plain copy of it takes; 0: there is none.
func (c *crossing) add(w *worker, size, pieces int, took, plain time.Duration) error {
	peak, err := w.process.peak()
	if err != nil {
		return err
	}
	if c.size > size {
		return nil // the largest counts
	}
	c.size, c.pieces, c.peak = size, pieces, max(c.peak, peak)
	c.took, c.plain = append(c.took, took), append(c.plain, plain)
	return nil
}

// say gives the figures: the most memory, and the median of the speeds.
func (c *crossing) say(name string, idle float64, say func(Figure)) {
	mb := float64(c.size) / 1e6
	speed := func(all []time.Duration) float64 { return mb / quantile(all, 0.5).Seconds() }
	say(Figure{Name: name + ".above_idle", Value: c.peak - idle, Unit: "MB", Limit: aboveIdle, Note: fmt.Sprintf("peak %.0f MB, idle %.0f MB", c.peak, idle)})
	if slices.Contains(c.plain, 0) {
		say(Figure{Name: name + ".speed", Value: speed(c.took), Unit: "MB/s", Note: fmt.Sprintf("%.0f MB, hashed and safely on the disk; median of %d", mb, len(c.took))})
		return
	}
	var ratios []float64
	for i, took := range c.took {
		ratios = append(ratios, 100*c.plain[i].Seconds()/took.Seconds())
	}
	slices.Sort(ratios)
	say(Figure{Name: name + ".of_plain_copy", Value: ratios[len(ratios)/2], Unit: "%", Limit: ofPlainCopy, More: true,
		Note: fmt.Sprintf("%.0f MB in %d pieces at %.0f MB/s, plainly %.0f MB/s; median of %d, from %.0f to %.0f %%", mb, c.pieces, speed(c.took), speed(c.plain), len(ratios), ratios[0], ratios[len(ratios)-1])})
}
