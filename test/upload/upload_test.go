// Package upload lets a large file come in and go out, and watches what that
// costs a Kith in a process of its own.
package upload

import (
	"os"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/bench"
	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/test/hand"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" { // the bench starts its own program
		hand.Serve(os.Args[2:])
		return
	}
	leaktest.Main(m.Run)
}

// A video of 128 MB comes in from a browser and goes out to networks in each of eight
// ways: segments, a session, pieces, parts, a form, one stream; what arrives is what was sent, and none of it is held
// in memory. How fast that is, `kith bench upload` measures.
func TestALargeFilePassesThroughLittleMemory(t *testing.T) {
	watched := 0
	err := bench.Command{Name: "upload", Small: true}.Measure(t.Context(), func(f bench.Figure) {
		t.Logf("%s: %.1f %s, %s", f.Name, f.Value, f.Unit, f.Note)
		if !strings.HasSuffix(f.Name, ".above_idle") {
			return
		}
		watched++
		if !f.Good() {
			t.Errorf("%s: %.0f MB, at most %.0f", f.Name, f.Value, f.Limit)
		}
	})
	if err != nil || watched != 9 {
		t.Errorf("%d ways were watched: %v", watched, err)
	}
}
