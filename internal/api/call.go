package api

import (
	"context"

	"github.com/kithhq/kith/internal/access"
)

// call is one request, as the guards know it.
type call struct {
	id     string
	actor  access.Actor
	secret bool
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}
