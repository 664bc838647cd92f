package flow

import (
	"context"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
)

// Attachment opens a file that came in with a message and that only our key opens.
// It stays on the network: each look asks for it anew, and a person's files are
// kept nowhere else.
func (h *House) Attachment(ctx context.Context, actor access.Actor, messageID string, n int) (network.Opened, error) {
	m, conn, c, err := h.message(ctx, actor, access.Read, messageID)
	if err != nil {
		return network.Opened{}, err
	}
	if m.State == inbox.Deleted || n < 0 || n >= len(m.Media) || !strings.HasPrefix(m.Media[n].URL, network.Closed) {
		return network.Opened{}, fault.New(fault.NotFound, "There is no such file.")
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return network.Opened{}, err
	}
	opener, ok := d.(network.Opener)
	if !ok {
		return network.Opened{}, fault.New(fault.NotFound, "There is no such file.")
	}
	return opener.Open(ctx, conn, m.Media[n])
}
