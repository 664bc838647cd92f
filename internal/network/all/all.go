// Package all is the list of the networks: one line each.
package all

import (
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/network/byhand"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/mastodon"
	"github.com/kithhq/kith/internal/network/pinterest"
	"github.com/kithhq/kith/internal/network/youtube"
	"github.com/kithhq/kith/internal/outward"
)

// Set makes the networks of a house; they share the one client.
func Set(out *outward.Client, c config.Config) (*network.Set, error) {
	delays, err := c.DelayOf()
	if err != nil {
		return nil, err
	}
	endpoints, err := c.EndpointOf()
	if err != nil {
		return nil, err
	}
	drivers := []network.Driver{
		bluesky.New(out, bluesky.Options{Delay: delays["bluesky"]}),
		mastodon.New(out, mastodon.Options{Delay: delays["mastodon"]}),
		facebook.New(out, facebook.Options{Delay: delays["facebook"], GraphURL: c.Facebook.GraphURL, AppID: c.Facebook.AppID, AppSecret: c.Facebook.AppSecret}),
		pinterest.New(out, pinterest.Options{Delay: delays["pinterest"], Base: endpoints["pinterest"]}),
		youtube.New(out, youtube.Options{Delay: delays["youtube"], Base: endpoints["youtube"]}),
	}
	return network.NewSet(append(drivers, byhand.All()...)...), nil
}
