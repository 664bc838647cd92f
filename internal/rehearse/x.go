package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/x"
)

func onX(stage *Stage) guest {
	const client, secret, bearer = "Y2xpZW50LXJlaGVhcnNhbA", "client-secret-of-the-rehearsal", "AAAAAAAAAAAAAAAAAAAAAApp-only-bearer-of-the-rehearsal"
	return guest{
		name: "x",
		app:  config.App{ID: client, Secret: secret},
		more: map[string]string{"bearer": bearer},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			// A rehearsal reads every few seconds: real limits would stop it.
			n := x.New(s, x.Options{ClientID: client, Secret: secret, Bearer: bearer, Plenty: true})
			stage.X = n
			a := n.Account("hirondelle", "Librairie Hirondelle")
			n.Community("Independent bookshops", a.ID)
			n.Community("Bookshops of other towns") // which it has not joined
			return n.Handler(), func(context.Context, string, string) (map[string]string, error) {
				return map[string]string{"token": a.Token, "refresh": a.Refresh}, nil
			}
		},
	}
}
