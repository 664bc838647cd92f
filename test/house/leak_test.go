package house

import (
	"flag"
	"runtime"
	"strconv"
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// A house mostly waits, for leases, for looks that recur and for networks that take
	// their time: several fit on one processor.
	_ = flag.Set("test.parallel", strconv.Itoa(4*runtime.NumCPU()))
	leaktest.Main(m.Run)
}
