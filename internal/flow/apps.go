package flow

import (
	"context"

	"github.com/kithhq/kith/internal/network"
)

// App gives this house's registration at a network; the zero App where there is
// none.
func (h *House) App(_ context.Context, name network.Name) (network.App, error) {
	return h.Apps[name], nil
}
