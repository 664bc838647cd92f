package clients_test

import (
	"net/http/httptest"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/youtube"
)

func TestGooglesOwnClientKeepsAChannel(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 7, Frozen: true})
	t.Cleanup(stage.Close)
	network := youtube.New(stage, youtube.Options{})
	channel := network.AddChannel("Maison Kith", "maisonkith")
	network.AddPlaylist(channel.ID, "Rencontres")
	server, control := httptest.NewServer(network.Handler()), httptest.NewServer(stage.Control())
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)

	steps := play(t, "youtube.mjs", server.URL, "700000000001-kith.apps.googleusercontent.com", "GOCSPX-app-secret", channel.Refresh, channel.ID, control.URL)
	expect(t, steps, 30)

	published, uploaded := stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}), stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Upload})
	if len(published) != 2 || len(uploaded) != 1 || uploaded[0].Object != published[1].Object {
		t.Errorf("published %+v, uploaded %+v", published, uploaded)
	}
}
