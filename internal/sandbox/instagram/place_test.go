package instagram

import (
	"testing"

	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

// Pages of others are shown to the app of Facebook's login alone; a place is no matter of stories and of files of a carousel.
func TestPlaces(t *testing.T) {
	g := open(t, Options{})
	account := "/v25.0/" + g.us.ID + "/media"
	const york, newspaper, picture = "331870022614093", "106078429431907", "https://x.example/good.jpg"
	g.Ill(100, 0, "GET", "/v25.0/pages/search", "q", "York")
	g.Well("POST", account, "image_url", picture, "location_id", york)
	for _, nowhere := range []string{newspaper, "424242424242", "York"} {
		g.Ill(100, 0, "POST", account, "image_url", picture, "location_id", nowhere)
	}
	g.Ill(100, 0, "POST", account, "media_type", "STORIES", "image_url", picture, "location_id", york)
	g.Ill(100, 0, "POST", account, "is_carousel_item", "true", "image_url", picture, "location_id", york)
	g.Token = g.us.Token
	g.Ill(100, 33, "GET", "/v25.0/"+york)
	g.Token = g.net.app().Own()
	if all := graphtest.Data(g.Well("GET", "/v25.0/pages/search", "q", "york minster")); len(all) != 1 || all[0]["id"] != york {
		t.Errorf("%v", all)
	}
	g = open(t, Options{NoPageSearch: true})
	g.Token = g.net.app().Own()
	g.Ill(10, 0, "GET", "/v25.0/pages/search", "q", "York")
}
