package app

import (
	"context"
	"fmt"
	"io"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// welcome tells who started a house that nobody owns yet how to take it: the
// code is printed where only they can read it, whatever is logged, so that a
// stranger who finds the address cannot. It ends with this process or with the
// first account. In the address it stands behind the #, which no server or
// proxy on the way is sent.
func (a *App) welcome(ctx context.Context, terminal io.Writer) error {
	if a.setup == "" {
		return nil
	}
	empty := false
	if err := store.View(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		empty, err = team.Empty(ctx, tx)
		return err
	}); err != nil || !empty {
		return err
	}
	address := a.URL()
	if a.Config.PublicURL != "" {
		address = a.Config.Address()
	}
	_, err := fmt.Fprintf(terminal, "\n  Nobody owns this Kith yet. Make its first workspace at\n\n    %s/setup#%s\n\n  The setup code is  %s\n  (or, at the command line: kith owner create name@example.org)\n\n",
		address, a.setup.Reveal(), a.setup.Reveal())
	return err
}
