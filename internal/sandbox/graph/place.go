package graph

// Place is a Page that stands for a place: posts may be tagged with it by its number.
// Others have no address, and are refused.
func Place(id string) (name string, ok bool) {
	switch id {
	case "106078429431815":
		return "Rennes, France", true
	case "110843418940484":
		return "Seattle, Washington", true
	}
	return "", false
}
