//go:build unix

package text_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/text"
)

func TestCountingALongTextTakesNoTime(t *testing.T) {
	for _, s := range []string{"https://a.", "https://a.fr/(", "https://a.fr/((a)", "@a@b ", "@a.", "https://a.fr/?", "https://"} {
		straight(t, s, func(long string) { text.Count(long, text.Mastodon, 23) })
	}
}

func TestWeighingALongTextTakesNoTime(t *testing.T) {
	for _, s := range []string{"a.", "a.a", ".com", "a.com", "a_.com.", "https://", "https://a.fr/(", "https://a.fr/((a)", "a.fr?", "é.", "例.", "-", "x.fr:8", "http://a.madeup.", "👍🏽"} {
		straight(t, s, func(long string) { text.Count(long, text.Weighted, 23) })
	}
}

// straight fails where ten times as long a text takes as much as a hundred times
// as long. The processor's time is taken, so that it does not matter how fast the
// machine is and who else works on it.
func straight(t *testing.T, unit string, do func(string)) {
	t.Helper()
	took := func(bytes int) time.Duration {
		long, best := strings.Repeat(unit, bytes/len(unit)), time.Hour
		for range 3 {
			began := worked(t)
			do(long)
			best = min(best, worked(t)-began)
		}
		return best
	}
	if short, long := took(10_000), took(100_000); long > 40*max(short, time.Millisecond) {
		t.Errorf("%q … takes %v, and %v when it is ten times as long", unit, short, long)
	}
}

// worked is how long this process has had a processor.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
