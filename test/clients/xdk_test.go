package clients_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/x"
)

// withX lets X's own client keep an account of the rehearsal; what is between the two may be chosen.
func withX(t *testing.T, between func(upstream string) string) {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	network := x.New(stage, x.Options{ClientID: "client", Secret: "secret", Bearer: "the-app-alone"})
	us := network.Account("maison", "Maison Kith")
	server, control := httptest.NewServer(network.Handler()), httptest.NewServer(stage.Control())
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)

	steps := play(t, "xdk.mjs", between(server.URL), us.Token, us.ID, "the-app-alone", "client", "secret", control.URL, server.URL)
	expect(t, steps, 44)
}

func TestXsOwnClientKeepsAnAccount(t *testing.T) {
	withX(t, func(upstream string) string { return upstream })
}

func TestWhatXsOwnClientAndTheSandboxSayIsAsPublished(t *testing.T) {
	text, err := os.ReadFile(published(t, "x/openapi-docs-2026-08-22.json"))
	if err != nil {
		t.Fatal(err)
	}
	description := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(description, refusing(t, text), 0o600); err != nil {
		t.Fatal(err)
	}
	withX(t, func(upstream string) string { return judged(t, description, upstream) })
}

// refusing is the description of X with what its page on errors says besides: most refusals are of the kind about:blank, which
// the description does not have.
func refusing(t *testing.T, text []byte) []byte {
	t.Helper()
	var description map[string]any
	if err := json.Unmarshal(text, &description); err != nil {
		t.Fatal(err)
	}
	plain := map[string]any{"type": "object", "required": []string{"type", "title", "detail", "status"}, "properties": map[string]any{
		"type": map[string]any{"type": "string"}, "title": map[string]any{"type": "string"}, "detail": map[string]any{"type": "string"}, "status": map[string]any{"type": "integer"}}}
	either := map[string]any{"anyOf": []any{map[string]any{"$ref": "#/components/schemas/Problem"}, plain}}
	for _, path := range under(t, description, "paths") {
		for _, operation := range path.(map[string]any) {
			o, ok := operation.(map[string]any)
			if !ok {
				continue
			}
			if other, ok := under(t, o, "responses")["default"].(map[string]any); ok {
				other["content"] = map[string]any{"application/problem+json": map[string]any{"schema": either}}
			}
		}
	}
	text, err := json.Marshal(description)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
