// Package crash kills Kith: a process of its own, by SIGKILL, at every step of a
// post's or an answer's way out and while webhooks pour in. What the pretended
// networks wrote down judges it, and not what Kith believes.
package crash

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/test/hand"
)

// childEnv makes the test binary be Kith.
const childEnv = "KITH_CRASH_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		hand.Serve(os.Args[1:])
		return
	}
	flag.Parse()
	// A killed house mostly waits, for leases and for networks that show late what
	// they accepted: several fit on one processor. More than that and they are late
	// because of each other.
	_ = flag.Set("test.parallel", strconv.Itoa(6*runtime.NumCPU()))
	leaktest.Main(m.Run)
}

func soaking() bool { return os.Getenv("KITH_SOAK") == "1" }
