package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/linkedin"
)

func onLinkedIn() guest {
	const client, secret = "77kithrehearsal", "client-secret"
	return guest{
		name: "linkedin",
		app:  config.App{ID: client, Secret: secret},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			n := linkedin.New(s, linkedin.Options{ClientID: client, ClientSecret: secret, Partner: true})
			member := n.AddMember("Camille Keeper")
			page := n.AddPage("Librairie Hirondelle", member)
			return n.Handler(), func(ctx context.Context, _, hook string) (map[string]string, error) {
				if err := n.Subscribe(ctx, hook, page, member); err != nil {
					return nil, err
				}
				return map[string]string{"token": page.Token, "page": page.Number}, nil
			}
		},
	}
}
