package graph

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// place is a Page that may stand for a place.
type place struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Location location `json:"location"`
}

// location is the address of a Page. Not every Page has one.
type location struct {
	Street    string   `json:"street"`
	City      string   `json:"city"`
	State     string   `json:"state"`
	Country   string   `json:"country"`
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
}

func (l location) somewhere() bool {
	return l.City != "" || l.Street != "" || l.Latitude != nil && l.Longitude != nil
}

func (l location) address() string {
	var all []string
	for _, s := range []string{l.Street, l.City, l.State, l.Country} {
		if s = Clip(strings.Join(strings.Fields(s), " "), 120); s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, ", ")
}

func (p place) choice() network.Choice {
	name := strings.Join(strings.Fields(Clip(p.Name, 200)), " ")
	if name == "" {
		name = p.ID
	}
	return network.Choice{Value: network.Pick(p.ID, name), Label: name, More: p.Location.address()}
}

const placeFields = "id,name,location,link"

// leastWords is how much must be typed before Meta is asked.
const leastWords = 2

// Places are the places that are called so: Pages that have an address, as Meta finds
// them. The number or the link of a Page finds that one alone; it is enough by itself
// where Meta does not let our app search.
//
// Meta is asked with the key of the app, and not of the account: so its documentation
// wants it, and what it refuses says nothing about the account.
func (c *Client) Places(ctx context.Context, of network.App, words string) ([]network.Choice, error) {
	words = strings.TrimSpace(words)
	if utf8.RuneCountInString(words) < leastWords {
		return nil, nil
	}
	id, link := pageNumber(words)
	switch {
	case id != "":
		return c.placeOf(ctx, of, id)
	case link:
		return nil, fault.New(fault.Invalid, "There is no number in this link.").
			WithHint("On Facebook, open the Page of the place: the number stands under About → Page transparency.").On("q")
	}
	var got struct {
		Data []place `json:"data"`
	}
	if err := c.asApp(ctx, of, Ask{Path: "pages/search", Query: url.Values{"q": {words}, "fields": {placeFields}, "limit": {"50"}}}, &got); err != nil {
		return nil, c.unsearchable(err)
	}
	var all []network.Choice
	for _, p := range got.Data {
		if number.MatchString(p.ID) && p.Location.somewhere() {
			all = append(all, p.choice())
		}
	}
	return all, nil
}

// placeOf is the one place of a number. Where we may not look it up, whoever wrote it
// knows, and Meta judges when it is used.
func (c *Client) placeOf(ctx context.Context, of network.App, id string) ([]network.Choice, error) {
	found, err := c.spot(ctx, of, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, fault.Wrap(fault.Invalid, err, "Facebook shows no Page with this number.").
			WithHint("Look at the number again: it stands on the Page of the place under About → Page transparency.").On("q")
	case fault.Is(err, fault.Throttled) || fault.Is(err, fault.Unavailable):
		return nil, err
	case err != nil:
		return []network.Choice{{Value: id, Label: id}}, nil //nolint:nilerr // see above
	case found.ID != id:
		return nil, c.Misunderstood(Ask{})
	case !found.Location.somewhere():
		return nil, fault.New(fault.Invalid, "“%s” is a Page without an address, so no post can be there.", Clip(found.Name, 200)).WithHint(another).On("q")
	}
	return []network.Choice{found.choice()}, nil
}

func (c *Client) spot(ctx context.Context, of network.App, id string) (place, error) {
	var found place
	err := c.asApp(ctx, of, Ask{Path: id, Query: url.Values{"fields": {placeFields}}}, &found)
	return found, err
}

// asApp makes a call in the name of our app.
func (c *Client) asApp(ctx context.Context, of network.App, a Ask, out any) error {
	app := c.AppOf(of)
	if !app.Known() {
		return fault.New(fault.Denied, "This house has no Meta app.")
	}
	a.App = of
	_, err := c.Send(ctx, app.ID+"|"+app.Secret.Reveal(), a, out)
	return err
}

// instead is what always helps, but for whoever looks after the house.
const instead = "Paste the number or the link of the place's Page on Facebook instead. "

// unsearchable says why nothing can be found by words, and what can be done instead.
// It is no ailment of the account, so it is never Denied.
func (c *Client) unsearchable(err error) error {
	said := Refused(err)
	switch {
	case fault.Is(err, fault.Throttled) || fault.Is(err, fault.Unavailable):
		return err
	case said.Code == 10 || said.Code >= 200 && said.Code <= 299:
		return fault.Wrap(fault.Invalid, err, "Meta does not let this house search for places: its app lacks the feature “Page Public Metadata Access”.").
			WithHint(instead + "Whoever looks after the app can ask Meta for the feature under App Review.").On("q")
	case said.Code == 0 && fault.Is(err, fault.Denied):
		return fault.Wrap(fault.Invalid, err, "This house cannot search for places: that needs a Meta app with Facebook's login.").
			WithHint(instead + "Whoever looks after this house can enter an app in the settings.").On("q")
	}
	return fault.Wrap(fault.Invalid, err, "Meta does not let this house search for places.").
		WithHint(instead + "Whoever looks after this house can look at the app's id and secret in the settings.").On("q")
}

var (
	linked   = regexp.MustCompile(`^(?i:https?://)?(?i:(?:[a-z-]+\.)?(?:facebook|fb)\.com)/(\S*)$`) //nolint:gochecknoglobals // compiled once
	inPath   = regexp.MustCompile(`(?:^|[/-])([0-9]{5,32})/?(?:[?#]|$)`)                            //nolint:gochecknoglobals // compiled once
	inParams = regexp.MustCompile(`[?&]id=([0-9]{5,32})(?:[&#]|$)`)                                 //nolint:gochecknoglobals // compiled once
)

// pageNumber is the number of a Page, typed as it is or found in its link; link says
// that it was a link at all.
func pageNumber(words string) (id string, link bool) {
	if number.MatchString(words) && len(words) >= 5 {
		return words, false
	}
	m := linked.FindStringSubmatch(words)
	if m == nil {
		return "", false
	}
	for _, form := range []*regexp.Regexp{inParams, inPath} {
		if n := form.FindStringSubmatch(m[1]); n != nil {
			return n[1], true
		}
	}
	return "", true
}
