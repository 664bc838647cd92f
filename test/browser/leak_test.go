package browser_test

import (
	"flag"
	"runtime"
	"strconv"
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Those that begin when the posts of the sample are out wait for half a minute each.
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.NumCPU()))
	leaktest.Main(m.Run)
}
