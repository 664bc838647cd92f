package rehearse

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
)

// Settings gives what the form that connects the account of a guest would be
// filled in with; hook is where the network knocks.
func (s *Stage) Settings(ctx context.Context, name, hook string) (map[string]string, error) {
	for _, g := range s.guests {
		if g.name == name {
			return g.connect(ctx, g.url, hook)
		}
	}
	return nil, fault.New(fault.NotFound, "There is no such guest on the stage.")
}
