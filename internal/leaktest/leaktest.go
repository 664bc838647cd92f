// Package leaktest ends the tests of a package, and fails them when something that they
// began still runs. Every package with tests has it in its TestMain; an arch test sees to it.
package leaktest

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.uber.org/goleak"
)

// patience is how long what was closed may take to end: on a loaded machine the other end of
// a connection notices late. It is shorter than the 30 s after which outward gives an idle
// connection up: otherwise a client that nobody closed would only make the tests slow.
const patience = 25 * time.Second

// Stays names a function of a library, with its package, that goes on by design; the caller
// says why. Goroutines that it runs in are no leaks.
func Stays(function string) goleak.Option { return goleak.IgnoreAnyFunction(function) }

// Main runs the tests, waits until nothing of them runs any longer, and exits.
func Main(run func() int, stays ...goleak.Option) {
	code := run()
	if code == 0 && !fuzzing() {
		if err := wait(patience, stays...); err != nil {
			fmt.Fprintf(os.Stderr, "still running after the tests:\n%v\n", err)
			code = 1
		}
	}
	os.Exit(code)
}

// wait gives what still runs when patience is over.
func wait(patience time.Duration, stays ...goleak.Option) error {
	for began := time.Now(); ; {
		// It belongs to the whole process: whichever test used it last cannot know that it was.
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		// it looks for half a second, pausing in between
		err := goleak.Find(stays...)
		if err == nil || time.Since(began) > patience {
			return err
		}
	}
}

// fuzzing says whether the go command looks for new inputs: then this process is one of many
// that it stops as it pleases, and its own threads of work are no leaks of ours.
func fuzzing() bool {
	for _, name := range []string{"test.fuzz", "test.fuzzworker"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" && f.Value.String() != "false" {
			return true
		}
	}
	return false
}
