package outward

import (
	"context"
	"net/http"
	"time"
)

type listenerMark struct{}

// Listening has somebody told of the header of each answer to a request that is made with
// the context, whatever its status: networks say there how much they still allow. It may
// be called by several goroutines at once.
func Listening(ctx context.Context, heard func(header http.Header, at time.Time)) context.Context {
	return context.WithValue(ctx, listenerMark{}, heard)
}

// tell tells whoever listens.
func (c *Client) tell(ctx context.Context, answer *http.Response) {
	if heard, ok := ctx.Value(listenerMark{}).(func(http.Header, time.Time)); ok && answer != nil {
		heard(answer.Header, c.options.Now())
	}
}
