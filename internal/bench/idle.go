package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
)

// idle: the memory of a kith with three connected channels that has been left
// alone for a minute. It reads the channels as usual meanwhile.
func idle(ctx context.Context, c Command, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage, err := rehearse.Open(ctx, sandbox.Options{Seed: 1})
	if err != nil {
		return err
	}
	defer stage.Close()
	cfg := config.Config{Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", Log: "error", FactsMB: 4096}
	stage.Fit(&cfg)
	a, err := app.New(ctx, cfg)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	err = rehearse.Fill(ctx, a, stage, secret.Text(secret.Token()), true)
	if stopped := a.Stop(ctx); err == nil {
		err = stopped
	}
	if err != nil {
		return err
	}
	p, _, err := spawn(ctx, cfg.Data, "--allow-private", "127.0.0.1/32", "--facebook-graph-url", stage.FacebookURL)
	if err != nil {
		return err
	}
	defer p.stop()
	wait := time.Minute
	if c.Small {
		wait = 2 * time.Second
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
	}
	mb, err := p.resident()
	if err != nil {
		return err
	}
	say(Figure{Name: "resident", Value: mb, Unit: "MB", Limit: 60, Note: fmt.Sprintf("after %v with three channels", wait)})
	return nil
}
