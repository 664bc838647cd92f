package graph

import (
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

var number = text.OnlyOf("0-9", 1, 32) //nolint:gochecknoglobals // a table

// Place is the number of the Page that stands for where a post was made, "" for
// none: the option “place”. A story and what follows a post have none.
func Place(part network.Part) (string, error) {
	place := strings.TrimSpace(part.Options["place"])
	if place == "" || part.Kind == network.Story || part.After != nil {
		return "", nil
	}
	if !number.MatchString(place) {
		return "", fault.New(fault.Invalid, "This is not the number of the Page of a place.").
			WithHint("It stands on the Page of the place under About → Page transparency.").On("options")
	}
	return place, nil
}
