package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/lemmy"
)

func onLemmy() guest {
	return guest{
		name: "lemmy",
		open: func(s *sandbox.Stage) (http.Handler, func(context.Context, string, string) (map[string]string, error)) {
			n := lemmy.New(s, lemmy.Options{Posts: 60, Comments: 60, Images: 60}) // a rehearsal is quicker than life
			a := n.Account("hirondelle", "Librairie Hirondelle")
			n.Community("hirondelle", "livres", "Livres et lectures", false)
			return n.Handler(), func(_ context.Context, base, _ string) (map[string]string, error) {
				return map[string]string{"server": base, "username": a.Username, "password": a.Password}, nil
			}
		},
	}
}
