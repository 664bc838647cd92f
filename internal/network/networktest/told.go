package networktest

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// tells reads an account: where the answers say how much of a limit is left, the driver
// hears it.
func tells(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	reader, reads := w.Driver.(network.Reader)
	if !reads || !w.can(network.ActPoll) {
		return // nothing is slowed there
	}
	teller, able := w.Driver.(network.Teller)
	var mu sync.Mutex
	announced, told := 0, 0
	ctx := outward.Listening(t.Context(), func(header http.Header, at time.Time) {
		mu.Lock()
		defer mu.Unlock()
		for name := range header {
			if name = strings.ToLower(name); strings.HasSuffix(name, "-remaining") || strings.HasSuffix(name, "-usage") {
				announced++
				break
			}
		}
		if !able {
			return
		}
		for _, u := range teller.Told(header, at) {
			told++
			if u.Max <= 0 || u.Used < 0 || u.Used > u.Max || u.Name == network.Calls && !u.Resets.After(at) {
				t.Errorf("it is told as %+v", u)
			}
		}
	})
	if _, _, err := w.Driver.(network.Checker).Check(ctx, w.Conn); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Read(ctx, w.Conn, ""); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if announced > 0 && told == 0 {
		t.Errorf("%d answers said how much is left, and nobody heard it", announced)
	}
}
