package clients_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/facebook"
)

func TestMetasOwnSDKKeepsAPage(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	network := facebook.New(stage, facebook.Options{Work: 100 * time.Millisecond})
	page := network.AddPage("Maison Kith")
	server, control := httptest.NewServer(network.Handler()), httptest.NewServer(stage.Control())
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)

	steps := play(t, "facebook.mjs", server.URL, page.Token, page.ID, control.URL)
	expect(t, steps, 36)
}
