package graph

// Subscriptions is what GET /{app}/subscriptions says of the one sort of object that a network plays.
func Subscriptions(object, callback string, active bool, fields []string) []any {
	all := []any{}
	if !active {
		return all
	}
	named := []any{}
	for _, f := range fields {
		named = append(named, map[string]string{"name": f, "version": "v25.0"})
	}
	return append(all, map[string]any{"object": object, "callback_url": callback, "active": true, "fields": named})
}
