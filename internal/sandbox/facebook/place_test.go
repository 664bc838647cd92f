package facebook

import (
	"testing"

	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

// Pages of others are shown to the app alone, and only with the feature.
func TestPlacesAreSearched(t *testing.T) {
	g := open(t, Options{})
	g.Ill(100, 0, "GET", "/v25.0/pages/search", "q", "Rennes")
	g.Ill(100, 0, "GET", "/v25.0/214300987120441")
	g.Token = g.net.app().Own()
	graphtest.Alike(t, "search", g.Well("GET", "/v25.0/pages/search", "q", "rennes infos", "fields", "id,name,location,link"), graphtest.Recorded(t, "facebook/apidata/pages/search_pages.json"))
	all := graphtest.Data(g.Well("GET", "/v25.0/pages/search", "q", "THEATRE angers", "fields", "name,location"))
	if len(all) != 1 || all[0]["name"] != "Théâtre du Champ de Bataille" || all[0]["location"] == nil {
		t.Errorf("%v", all)
	}
	if one := g.Well("GET", "/v25.0/106078429431907", "fields", "id,name,location,link"); one["location"] != nil {
		t.Errorf("a newspaper is at %v", one["location"])
	}
	if some := graphtest.Data(g.Well("GET", "/v25.0/pages/search", "q", "rennes", "limit", "2")); len(some) != 2 {
		t.Errorf("%d of them", len(some))
	}
	g.Ill(100, 0, "GET", "/v25.0/pages/search")
	g.Ill(100, 0, "GET", "/v25.0/pages/search", "q", "x", "fields", "shoe_size")
	g.Ill(100, 33, "GET", "/v25.0/424242424242")

	g = open(t, Options{NoPageSearch: true})
	g.Token = g.net.app().Own()
	g.Ill(10, 0, "GET", "/v25.0/pages/search", "q", "Rennes")
	g.Ill(10, 0, "GET", "/v25.0/214300987120441")
}

// A post keeps its place; what is none is refused.
func TestAPostHasAPlace(t *testing.T) {
	g := open(t, Options{})
	id := g.Well("POST", "/me/feed", "message", "here", "place", "331870022614093")["id"].(string)
	if g.net.Place(id) != "331870022614093" {
		t.Errorf("it is at %q", g.net.Place(id))
	}
	for _, nowhere := range []string{"106078429431907", "424242424242", g.page.ID, "York"} {
		g.Ill(100, 0, "POST", "/me/feed", "message", "here", "place", nowhere)
	}
}
