package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/instagram"
)

func onInstagram() guest {
	const id, secret, verify = "600000000000002", "app-secret", "rehearsal"
	return guest{
		name: "instagram",
		app:  config.App{ID: id, Secret: secret, Verify: verify},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			n := instagram.New(s, instagram.Options{AppID: id, AppSecret: secret})
			a := n.AddAccount("librairie.hirondelle", "Librairie Hirondelle")
			return n.Handler(), func(ctx context.Context, _, hook string) (map[string]string, error) {
				if err := n.Subscribe(ctx, hook, verify); err != nil {
					return nil, err
				}
				n.SubscribeAccount(a.ID)
				return map[string]string{"token": a.PageToken}, nil
			}
		},
	}
}
