package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
)

type backup struct {
	config.Config
	File string `arg:"" help:"File to write; it holds the keys too, so keep it safe." type:"path"`
}

func (c backup) Run(ctx context.Context) error {
	told, end := progress(os.Stderr)
	n, err := app.Backup(ctx, c.Config, c.File, told)
	end()
	if err != nil {
		return err
	}
	if c.Key != "" {
		fmt.Printf("%s: %d files. The master key is not among them: keep KITH_KEY as safe as this.\n", c.File, n)
		return nil
	}
	fmt.Printf("%s: %d files. It holds the master key: keep it as safe as the server.\n", c.File, n)
	return nil
}

type restore struct {
	config.Config
	File string `arg:"" help:"Backup to read." type:"existingfile"`
}

func (c restore) Run(ctx context.Context) error {
	told, end := progress(os.Stderr)
	n, err := app.Restore(ctx, c.Config, c.File, told)
	end()
	if err != nil {
		return err
	}
	fmt.Printf("%d files are back in %s. Start kith serve: it reads what came in since the backup from the facts that are kept.\n", n, c.Data)
	return nil
}

type restored struct {
	config.Config
	Made time.Time `help:"When the copy was begun, as 2026-11-22T03:00:00Z." required:""`
}

func (c restored) Run(ctx context.Context) error {
	if err := app.Restored(ctx, c.Config, c.Made); err != nil {
		return err
	}
	fmt.Println("Everything that was to go out is looked for on the networks before it is sent. Start kith serve.")
	return nil
}

// progress shows on a terminal how far something has come, a few times a second; end takes
// it away. Where nobody looks, nothing is said.
func progress(to *os.File) (told func(app.Progress), end func()) {
	if stat, err := to.Stat(); err != nil || stat.Mode()&os.ModeCharDevice == 0 {
		return func(app.Progress) {}, func() {}
	}
	var last time.Time
	told = func(p app.Progress) {
		if now := time.Now(); now.Sub(last) > time.Second/4 {
			last = now
			_, _ = io.WriteString(to, "\r\x1b[K"+come(p)) // only shown
		}
	}
	return told, func() { _, _ = io.WriteString(to, "\r\x1b[K") }
}

// come is how far something has come, in megabytes.
func come(p app.Progress) string {
	const mega = 1e6
	if p.Of == 0 {
		return fmt.Sprintf("%s: %.1f MB", p.Part, float64(p.Done)/mega)
	}
	return fmt.Sprintf("%s: %.1f of %.1f MB (%d%%)", p.Part, float64(p.Done)/mega, float64(p.Of)/mega, 100*p.Done/p.Of)
}
