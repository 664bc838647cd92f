// Package crash kills Kith: a process of its own, by SIGKILL, at every step of a
// post's or an answer's way out and while webhooks pour in. What the pretended
// networks wrote down judges it, and not what Kith believes.
package crash

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
)

// childEnv makes the test binary be Kith: `kith serve` with the same flags.
const childEnv = "KITH_CRASH_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		serve()
		return
	}
	flag.Parse()
	// A killed house mostly waits, for leases and for networks that show late what
	// they accepted: many fit on few processors.
	_ = flag.Set("test.parallel", "32")
	os.Exit(m.Run())
}

func serve() {
	var c config.Config
	parser, err := kong.New(&c)
	if err == nil {
		_, err = parser.Parse(os.Args[1:])
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

func soaking() bool { return os.Getenv("KITH_SOAK") == "1" }
