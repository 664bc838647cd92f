package graph

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

var number = text.OnlyOf("0-9", 1, 32) //nolint:gochecknoglobals // a table

// another is what helps where a place is not taken.
const another = "Choose another place: it must be a Page that has an address. Or leave it out."

// Place is the number of the Page that stands for where a post was made, "" for
// none: the option “place”. A story and what follows a post have none.
func Place(part network.Part) (string, error) {
	place, _ := network.Picked(part.Options[network.OptionPlace])
	if place == "" || part.Kind == network.Story || part.After != nil {
		return "", nil
	}
	if !number.MatchString(place) {
		return "", fault.New(fault.Invalid, "This is not the number of the Page of a place.").
			WithHint("It stands on the Page of the place under About → Page transparency.").On("options")
	}
	return place, nil
}

// Placed looks at the place of a post before anything of the post exists: a Page
// without an address is refused then. Where our app may not look, or something is in
// the way, Meta judges itself later.
func (c *Client) Placed(ctx context.Context, of network.App, part network.Part) error {
	id, err := Place(part)
	if err != nil || id == "" {
		return err
	}
	found, err := c.spot(ctx, of, id)
	if err != nil || found.ID != id || found.Location.somewhere() {
		return nil //nolint:nilerr // it proves nothing about the place
	}
	return fault.New(fault.Invalid, "“%s” is a Page without an address, so no post can be there.", Clip(found.Name, 200)).WithHint(another).On("options")
}

// NotThere says in plain words that a post was refused because of its place; nil where
// it was not. Meta documents no code for it: its sentence names the parameter.
func (v Voice) NotThere(err error, form url.Values) error {
	said := Refused(err)
	words := strings.FieldsFunc(said.Message, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
	for _, name := range []string{"location_id", "place"} {
		if said.Code == 100 && form.Get(name) != "" && slices.Contains(words, name) {
			return fault.Wrap(fault.Invalid, err, "%s does not take this place.", v.Network).WithHint(another).On("options")
		}
	}
	return nil
}

// ChoosePlace is a Chooser that knows places alone.
func (c *Client) ChoosePlace(ctx context.Context, of network.App, asked network.Choosing) ([]network.Choice, error) {
	if asked.Option != network.OptionPlace {
		return nil, fault.New(fault.NotFound, "There is no such option.")
	}
	return c.Places(ctx, of, asked.Words)
}
