package clients_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/bluesky"
)

// The AT Protocol's own client is let in by our pretended server, keeps its nonces and
// its keys, and finds refused what must be.
func TestTheATProtocolsOwnClientIsLetIn(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	file := filepath.Join(t.TempDir(), "client.json")
	n := bluesky.New(stage, bluesky.Options{Client: func(string) ([]byte, error) { return os.ReadFile(file) }})
	us, other := n.Account("atelier.bsky.test", "Atelier"), n.Account("other.bsky.test", "Other")
	server := httptest.NewServer(n.Handler())
	t.Cleanup(server.Close)

	steps := play(t, "bluesky.mjs", server.URL, us.Handle, us.DID, other.DID, file)
	expect(t, steps, 16)
	if made := stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}); len(made) != 2 {
		t.Errorf("the ledger has %+v", made)
	}
}
