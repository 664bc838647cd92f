// Package all is the list of the networks: one line each.
package all

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/network/byhand"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/instagram"
	"github.com/kithhq/kith/internal/network/lemmy"
	"github.com/kithhq/kith/internal/network/linkedin"
	"github.com/kithhq/kith/internal/network/mastodon"
	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/pinterest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/network/whatsapp"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/network/youtube"
	"github.com/kithhq/kith/internal/outward"
)

// Set makes the networks of a house; they share the one client, and live by one
// clock: nil is the machine's.
func Set(out *outward.Client, c config.Config, now func() time.Time) (*network.Set, error) {
	delays, err := c.DelayOf()
	if err != nil {
		return nil, err
	}
	names := list(out, c, given{}).Names()
	for _, name := range slices.Sorted(maps.Keys(delays)) {
		if !slices.Contains(names, network.Name(name)) {
			return nil, fault.New(fault.Invalid, "--delay names a network “%s” that Kith does not know.", name).WithHint("Known are: %s.", joined(names))
		}
	}
	endpoints, err := c.EndpointOf()
	if err != nil {
		return nil, err
	}
	said, err := c.MechanicsOf()
	if err != nil || len(said) == 0 {
		return list(out, c, given{delays, endpoints, nil, now}), err
	}
	m, err := network.ReadMechanics(said, list(out, c, given{}).Names())
	if err != nil {
		return nil, err
	}
	set := list(out, c, given{delays, endpoints, m, now})
	return set, set.Sane()
}

func joined(names []network.Name) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return strings.Join(all, ", ")
}

// given is what differs from a driver's own: by the name of the network, and for all.
type given struct {
	delays    map[string]time.Duration
	endpoints map[string]string
	mechanics network.Mechanics
	now       func() time.Time
}

func list(out *outward.Client, c config.Config, g given) *network.Set {
	delays, endpoints, m := g.delays, g.endpoints, g.mechanics
	drivers := []network.Driver{
		bluesky.New(out.For("bluesky"), bluesky.Options{Delay: delays["bluesky"], Mechanics: m["bluesky"], Now: g.now, Base: endpoints["bluesky"]}),
		mastodon.New(out.For("mastodon"), mastodon.Options{Delay: delays["mastodon"], Mechanics: m["mastodon"], Now: g.now}),
		facebook.New(out.For("facebook"), facebook.Options{Delay: delays["facebook"], Mechanics: m["facebook"], Now: g.now, GraphURL: c.Facebook.GraphURL, AppID: c.Facebook.AppID, AppSecret: c.Facebook.AppSecret}),
		instagram.New(out.For("instagram"), instagram.Options{Delay: delays["instagram"], Mechanics: m["instagram"], Now: g.now, Base: endpoints["instagram"]}),
		messenger.New(out.For("messenger"), messenger.Options{Delay: delays["messenger"], Mechanics: m["messenger"], Now: g.now, GraphURL: cmp.Or(endpoints["messenger"], c.Facebook.GraphURL), AppID: c.Facebook.AppID, AppSecret: c.Facebook.AppSecret}),
		lemmy.New(out.For("lemmy"), lemmy.Options{Delay: delays["lemmy"], Mechanics: m["lemmy"], Now: g.now}),
		linkedin.New(out.For("linkedin"), linkedin.Options{Delay: delays["linkedin"], Mechanics: m["linkedin"], Now: g.now, Base: endpoints["linkedin"]}),
		pinterest.New(out.For("pinterest"), pinterest.Options{Delay: delays["pinterest"], Mechanics: m["pinterest"], Now: g.now, Base: endpoints["pinterest"]}),
		youtube.New(out.For("youtube"), youtube.Options{Delay: delays["youtube"], Mechanics: m["youtube"], Now: g.now, Base: endpoints["youtube"]}),
		tiktok.New(out.For("tiktok"), tiktok.Options{Delay: delays["tiktok"], Mechanics: m["tiktok"], Now: g.now, Base: endpoints["tiktok"]}),
		whatsapp.New(out.For("whatsapp"), whatsapp.Options{Delay: delays["whatsapp"], Mechanics: m["whatsapp"], Now: g.now, Base: endpoints["whatsapp"]}),
		x.New(out.For("x"), x.Options{Delay: delays["x"], Mechanics: m["x"], Now: g.now, Base: endpoints["x"]}),
	}
	return network.NewSet(append(drivers, byhand.All(m)...)...)
}
