package graph

import (
	"net/http"
	"slices"
	"strings"
)

// spot is a Page of somebody else's: of a town, a house or a garden that has an address, or of something that has none.
type spot struct {
	id, name, street, city, state, zip, country string
	latitude, longitude                         float64
}

// spots are what there is to be found. Their numbers are pretended, but those of Rennes and of Seattle.
func spots() []spot {
	return []spot{
		{"106078429431815", "Rennes, France", "", "Rennes", "", "", "France", 48.1147, -1.6794},
		{"106078429431907", "Rennes Infos", "", "", "", "", "", 0, 0}, // a newspaper is nowhere
		{"214300987120441", "Parc du Thabor", "Place Sainte-Mélaine", "Rennes", "", "35000", "France", 48.1141, -1.6694},
		{"214300987120558", "Les Champs Libres", "10 cours des Alliés", "Rennes", "", "35000", "France", 48.1053, -1.6745},
		{"214300987120663", "Marché des Lices", "Place des Lices", "Rennes", "", "35000", "France", 48.1128, -1.6836},
		{"214300987121120", "Théâtre du Champ de Bataille", "10 rue du Champ de Bataille", "Angers", "", "49100", "France", 47.4669, -0.5542},
		{"214300987121377", "Lyon, France", "", "Lyon", "", "", "France", 45.7578, 4.832},
		{"214300987121482", "Café de la Gare", "Place de la Gare", "Annecy", "", "74000", "France", 45.9019, 6.1217},
		{"214300987121508", "Café de la Gare", "2 place de la Gare", "Morlaix", "", "29600", "France", 48.5778, -3.8336},
		{"110843418940484", "Seattle, Washington", "", "Seattle", "WA", "", "United States", 47.6062, -122.3321},
		{"331870022614093", "York Minster", "Deangate", "York", "", "YO1 7HH", "United Kingdom", 53.9619, -1.0819},
		{"331870022614201", "The Old Fire Station", "40 George Street", "Oxford", "", "OX1 2AQ", "United Kingdom", 51.7536, -1.2623},
		{"331870022614377", "Bristol Temple Meads", "Station Approach", "Bristol", "", "BS1 6QF", "United Kingdom", 51.4491, -2.5813},
		{"331870022614590", "Friends of the Old Fire Station", "", "", "", "", "", 0, 0},
	}
}

func (s spot) somewhere() bool { return s.city != "" }

// Place is a Page that stands for a place: posts may be tagged with it by its number. Others have no address, and are refused.
func Place(id string) (name string, ok bool) {
	for _, s := range spots() {
		if s.id == id && s.somewhere() {
			return s.name, true
		}
	}
	return "", false
}

// Strangers are the Pages of others, which an app sees with a feature that Meta grants after a review. Without it, and with any token but
// the app's own or a person's with a proof, nothing is shown.
type Strangers struct {
	Token   *Token
	Params  *Params
	Fields  []Field
	Granted bool // the app has the feature
	Links   func(path string) func(after, before string) Paging
}

const feature = "https://developers.facebook.com/docs/apps/review/feature#page-public-metadata-access"

func (s Strangers) may() *Fault {
	switch {
	case s.Token.Kind != "APP" && (s.Token.Kind != "USER" || !s.Params.Has("appsecret_proof")):
		return Invalid("Page Public Metadata Access requires either app secret proof or an app token")
	case !s.Granted:
		return No(http.StatusBadRequest, 10, 0, "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature or the 'Page Public Metadata Access' feature. Refer to %s for details.", feature)
	}
	return nil
}

// Search is GET /pages/search.
func (s Strangers) Search() (any, *Fault) {
	if f := s.may(); f != nil {
		return nil, f
	}
	q := plain(s.Params.Get("q"))
	if q == "" {
		return nil, Invalid("The parameter q is required")
	}
	w, f := Cut(s.Params.Get, 25)
	if f != nil {
		return nil, f
	}
	all := slices.DeleteFunc(spots(), func(one spot) bool {
		said := plain(one.name + " " + one.city)
		return slices.ContainsFunc(strings.Fields(q), func(word string) bool { return !strings.Contains(said, word) })
	})
	return Part(w, all, func(one spot) string { return one.id }, func(one spot) (any, *Fault) { return s.show(one) }, s.Links("pages/search"))
}

// One is GET /{page}, of a Page that is not ours.
func (s Strangers) One(id string) (any, bool, *Fault) {
	i := slices.IndexFunc(spots(), func(one spot) bool { return one.id == id })
	if i < 0 || s.Params.Method != http.MethodGet {
		return nil, false, nil
	}
	if f := s.may(); f != nil {
		return nil, true, f
	}
	v, f := s.show(spots()[i])
	return v, true, f
}

func (s Strangers) show(one spot) (any, *Fault) {
	return Node("Page", s.Fields, Names("name"), func(f Field) (any, bool, bool, *Fault) {
		switch f.Name {
		case "id":
			return one.id, true, true, nil
		case "name":
			return one.name, true, true, nil
		case "link":
			return "https://www.facebook.com/" + one.id, true, true, nil
		case "location":
			if !one.somewhere() {
				return nil, false, true, nil
			}
			at := map[string]any{"city": one.city, "country": one.country, "latitude": one.latitude, "longitude": one.longitude}
			for name, value := range map[string]string{"street": one.street, "state": one.state, "zip": one.zip} {
				if value != "" {
					at[name] = value
				}
			}
			return at, true, true, nil
		}
		return nil, false, false, nil
	})
}

// plain is a text as it is compared: no capitals, no accents.
func plain(text string) string {
	return strings.NewReplacer("é", "e", "è", "e", "ê", "e", "à", "a", "â", "a", "î", "i", "ï", "i", "ô", "o", "û", "u", "ç", "c", ",", " ").Replace(strings.ToLower(text))
}
