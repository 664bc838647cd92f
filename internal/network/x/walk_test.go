package x_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// More private messages than one reading may ask for are told by the next ones, and what
// is written meanwhile is not forgotten.
func TestALongListOfMessagesIsReadToItsEnd(t *testing.T) {
	w := enter(t, pretended.Options{})
	write := func(n int) {
		for i := range n {
			w.Act(sandbox.Act{Kind: "message", Text: fmt.Sprint("message ", i), Person: fmt.Sprintf("p%03d", i%40+1)})
		}
	}
	write(1)
	w.Stage.Clock.Advance(20 * time.Minute)
	_, cursor := w.Read("")
	write(730)
	told := map[string]bool{}
	for round := range 8 {
		w.Stage.Clock.Advance(3 * time.Minute)
		events, next := w.Read(cursor)
		for _, e := range events {
			if e.Kind == network.Direct {
				told[e.ID] = true
			}
		}
		if cursor = next; round == 1 {
			write(30)
		}
	}
	if len(told) < 760 || len(told) > 761 { // the first one may be told again
		t.Errorf("760 were written, and %d are told", len(told))
	}
}
