package publish

import (
	"strings"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// Priced gives the prices of all that the parts of a post are made of.
func Priced(p network.Profile, contents ...Content) (all []network.Price) {
	for _, c := range contents {
		act := network.Act{For: network.ForPost, Link: c.Link != "" || len(text.Links(c.Text)) > 0}
		var files []network.Media
		for _, m := range c.Media {
			files = append(files, network.Media{Tags: m.Tags})
			if strings.TrimSpace(m.Alt) != "" {
				act.Described++
			}
		}
		act.Tagged = len(network.TaggedNames(files))
		all = append(all, p.Priced(act)...)
	}
	return all
}
