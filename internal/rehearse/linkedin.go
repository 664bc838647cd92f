package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/linkedin"
)

func onLinkedIn() guest {
	const client, secret, application = "77kithrehearsal", "client-secret", "212345678"
	return guest{
		name: "linkedin",
		app:  config.App{ID: client, Secret: secret},
		more: map[string]string{"application": application},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			n := linkedin.New(s, linkedin.Options{ClientID: client, ClientSecret: secret, Application: application, Partner: true})
			member := n.AddMember("Camille Keeper")
			page := n.AddPage("Librairie Hirondelle", member)
			return n.Handler(), func(ctx context.Context, _, hook string) (map[string]string, error) {
				// As in LinkedIn's developer portal; for what it is called there, Kith asks by itself.
				return map[string]string{"token": page.Token, "page": page.Number}, n.Register(ctx, hook)
			}
		},
	}
}
