// Package all is the list of the networks: one line each.
package all

import (
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/network/mastodon"
	"github.com/kithhq/kith/internal/outward"
)

// Set makes the networks of a house; they share the one client.
func Set(out *outward.Client) *network.Set {
	return network.NewSet(
		bluesky.New(out, bluesky.Options{}),
		mastodon.New(out, mastodon.Options{}),
	)
}
