package clients_test

import (
	"net/http/httptest"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/linkedin"
)

func TestLinkedInsOwnClientKeepsAPage(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	network := linkedin.New(stage, linkedin.Options{ClientID: "client", ClientSecret: "secret", Partner: true})
	member := network.AddMember("Camille Keeper")
	page := network.AddPage("Maison Kith", member)
	server, control := httptest.NewServer(network.Handler()), httptest.NewServer(stage.Control())
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)

	steps := play(t, "linkedin.mjs", server.URL, page.Token, page.URN, member.URN, "client", "secret", control.URL)
	expect(t, steps, 38)
}
