package networktest

import (
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Improper tries a part with an option that says nothing of use: it is refused before the
// network is asked, with what to do, and was said already while it was written.
func (w *World) Improper(what string, part network.Part) {
	w.t.Helper()
	before := len(w.Front.Requests())
	_, err := w.Send(part)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || hint == "" {
		w.t.Errorf("%s: %v", what, err)
	}
	said := w.Driver.Profile().CheckOptions(part)
	if len(said) != 1 || said[0].Field != "options" || said[0].Level != "error" || said[0].Hint == "" {
		w.t.Errorf("%s: while it is written, %+v", what, said)
	}
	if n := len(w.Front.Requests()); n != before {
		w.t.Errorf("%s: the network was asked %d times", what, n-before)
	}
}
