package hand

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
)

// Serve makes a test binary be Kith: `kith serve` with the same flags.
func Serve(flags []string) {
	var c config.Config
	parser, err := kong.New(&c)
	if err == nil {
		_, err = parser.Parse(flags)
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = app.Run(ctx, c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kith:", err)
		os.Exit(1)
	}
}
