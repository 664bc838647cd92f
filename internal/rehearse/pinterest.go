package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/pinterest"
)

func onPinterest() guest {
	return guest{
		name: "pinterest",
		app:  config.App{ID: "1500001", Secret: "pin-secret"},
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			n := pinterest.New(s, pinterest.Options{})
			a := n.Account("librairie_hirondelle", "Librairie Hirondelle")
			return n.Handler(), func(context.Context, string, string) (map[string]string, error) {
				return map[string]string{"token": a.Token}, nil
			}
		},
	}
}
