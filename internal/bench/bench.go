// Package bench measures Kith on the machine at hand. Each figure stands beside
// its limit, measured in the same run, because machines are noisy and ratios
// are not.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// Figure is one measured number with what it is held against.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Limit float64 `json:"limit,omitempty"` // what it must reach
	More  bool    `json:"more,omitempty"`  // more is better
	Note  string  `json:"note,omitempty"`
	// Bare is the same without Kith, of the same unit, measured in the same run.
	Bare float64 `json:"bare,omitempty"`
	What string  `json:"what,omitempty"` // that is
}

// Good says whether the figure reaches its limit; one without a limit is
// context.
func (f Figure) Good() bool {
	return f.Limit == 0 || (f.More && f.Value >= f.Limit) || (!f.More && f.Value <= f.Limit)
}

// Command is kith bench.
type Command struct {
	Name  string   `arg:"" help:"start, idle, send, upload, ingest, inbox, page or all." enum:"start,idle,send,upload,ingest,inbox,page,all"`
	JSON  bool     `help:"Print figures as JSON lines."`
	Small bool     `help:"A smaller run that shows whether the bench works; its figures prove nothing."`
	Only  []string `help:"Of upload: these ways alone (x, youtube, tiktok, instagram, facebook, facebook_reel, linkedin, pinterest)."`
	CPU   string   `name:"cpu-profile" help:"Write a processor profile to this file." type:"path"`
	DB    string   `name:"db" help:"PostgreSQL for the inbox bench, as postgres://… with an empty database."`
}

type measure func(ctx context.Context, c Command, say func(Figure)) error

// Run measures, prints and judges.
func (c Command) Run(ctx context.Context) error {
	fmt.Fprintf(os.Stderr, "%s, %d cores, %s\n", runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	if c.CPU != "" {
		f, err := os.Create(c.CPU)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // a profile
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	missed := 0
	if err := c.Measure(ctx, func(f Figure) {
		if !f.Good() {
			missed++
		}
		c.print(f)
	}); err != nil {
		return err
	}
	if missed > 0 && !c.Small {
		return fault.New(fault.Invalid, "%d figures miss their limit.", missed)
	}
	return nil
}

// Measure gives the figures as they come.
func (c Command) Measure(ctx context.Context, say func(Figure)) error {
	for _, b := range []struct {
		name string
		do   measure
	}{{"start", start}, {"idle", idle}, {"send", send}, {"upload", upload}, {"ingest", ingest}, {"inbox", inbox}, {"page", page}} {
		if c.Name != b.name && c.Name != "all" {
			continue
		}
		if err := b.do(ctx, c, func(f Figure) {
			f.Name = b.name + "." + f.Name
			say(f)
		}); err != nil {
			return fmt.Errorf("bench %s: %w", b.name, err)
		}
	}
	return nil
}

func (c Command) print(f Figure) {
	if c.JSON {
		text, _ := json.Marshal(f) // numbers and words
		fmt.Println(string(text))
		return
	}
	line := fmt.Sprintf("%-44s %12s %-8s", f.Name, number(f.Value), f.Unit)
	if f.Limit != 0 {
		sign := "≤"
		if f.More {
			sign = "≥"
		}
		line += fmt.Sprintf(" %s %-9s %s", sign, number(f.Limit), []string{"MISSED", "ok"}[btoi(f.Good())])
	}
	if f.Bare != 0 {
		line += fmt.Sprintf(" %s %s, ×%.2f;", f.What, number(f.Bare), f.Value/f.Bare)
	}
	if f.Note != "" {
		line += " " + f.Note
	}
	fmt.Println(strings.TrimRight(line, " ;"))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func number(v float64) string {
	if v == math.Trunc(v) || math.Abs(v) >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// quantile is the nearest-rank quantile.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, max(0, int(math.Ceil(q*float64(len(sorted))))-1))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// pause waits, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
