package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/youtube"
)

func onYouTube() guest {
	const client, secret = "700000000001-kith.apps.googleusercontent.com", "GOCSPX-app-secret" //nolint:gosec // it opens a pretended network alone
	return guest{
		name: "youtube",
		app:  config.App{ID: client, Secret: secret},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			// A rehearsal reads every few seconds: it would use up a day's quota.
			n := youtube.New(s, youtube.Options{Units: 10_000_000})
			c := n.AddChannel("Librairie Hirondelle", "librairiehirondelle")
			n.AddPlaylist(c.ID, "Rencontres")
			n.AddPlaylist(c.ID, "Coups de cœur")
			return n.Handler(), func(context.Context, string, string) (map[string]string, error) {
				return map[string]string{"client": client, "secret": secret, "token": c.Refresh}, nil
			}
		},
	}
}
