package instagram

import (
	"encoding/json"
	"strings"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// tagsMost is how many people a media may tag.
const tagsMost = 20

// tagged reads whom a container tags: a username each, with a place on images, one or none
// in stories, and none on reels. Videos in carousels tag nobody.
func (a *ask) tagged(c *container) *graph.Fault {
	given := a.p.Get("user_tags")
	if given == "" {
		return nil
	}
	var all []map[string]any
	if json.Unmarshal([]byte(given), &all) != nil {
		return graph.Invalid("Param user_tags must be an array")
	}
	switch {
	case c.kind == "CAROUSEL", c.kind == "VIDEO":
		return graph.Invalid("The parameter user_tags is not supported here")
	case len(all) > tagsMost:
		return wrong(100, 2207040, "Too many tags", "Cannot use more than 20 tags.")
	}
	for i, one := range all {
		name, ok := one["username"].(string)
		if !ok || name == "" || len(name) > 30 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._") != "" {
			return graph.Invalid("Param user_tags[%d]['username'] must be a username", i)
		}
		for field, value := range one {
			share, number := value.(float64)
			switch {
			case field == "username":
			case field != "x" && field != "y":
				return graph.Invalid("Param user_tags[%d] has the unknown field %s", i, field)
			case c.kind == "REELS":
				return graph.Invalid("Param user_tags[%d]['%s'] is not supported on reels", i, field)
			case !number || share < 0 || share > 1:
				return graph.Invalid("Param user_tags[%d]['%s'] must be a number less than or equal to 1", i, field)
			}
		}
		_, x := one["x"]
		_, y := one["y"]
		if x != y || c.kind == "IMAGE" && !x {
			return graph.Invalid("Param user_tags[%d] must have x and y", i)
		}
	}
	return nil
}
