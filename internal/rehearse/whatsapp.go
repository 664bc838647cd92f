package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/whatsapp"
)

func onWhatsApp() guest {
	const id, secret, verify = "800000000000002", "app-secret", "rehearsal"
	return guest{
		name: "whatsapp",
		app:  config.App{ID: id, Secret: secret, Verify: verify},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			n := whatsapp.New(s, whatsapp.Options{AppID: id, AppSecret: secret})
			a := n.AddNumber("Librairie Hirondelle", "Librairie Hirondelle", "+33 1 99 00 12 34")
			return n.Handler(), func(ctx context.Context, _, hook string) (map[string]string, error) {
				if err := n.Subscribe(ctx, hook, verify); err != nil {
					return nil, err
				}
				n.SubscribeAccount(a.Account)
				return map[string]string{"token": a.Token, "phone": a.ID, "account": a.Account}, nil
			}
		},
	}
}
