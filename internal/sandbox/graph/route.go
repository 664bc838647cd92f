package graph

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
)

// Route takes an address apart: /v25.0/{id}/{edge}, with or without the version. Versions that Meta never had are not known.
func Route(path string) (parts []string, known bool) {
	parts = strings.Split(strings.Trim(path, "/"), "/")
	if len(parts[0]) > 1 && parts[0][0] == 'v' && parts[0][1] >= '0' && parts[0][1] <= '9' {
		return parts[1:], strings.HasSuffix(parts[0], ".0")
	}
	return parts, true
}

// Base is the scheme and host that a caller used.
func Base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Unreadable is what is said of a body that cannot be read; large is what is said of one that is too large.
func Unreadable(err error, large *Fault) *Fault {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return large
	}
	return Invalid("The body cannot be read: %s", strings.TrimPrefix(err.Error(), "http: "))
}

// Several answers ?ids=a,b: one object for each.
func Several(p *Params, one func(id string) (any, *Fault)) (any, *Fault) {
	ids := p.List("ids")
	if len(ids) == 0 || len(ids) > 50 || p.Method != http.MethodGet {
		return nil, No(http.StatusBadRequest, 100, 33, "Unsupported %s request.", strings.ToLower(p.Method))
	}
	out := map[string]any{}
	for _, id := range ids {
		if id == "" || id == "me" || id == "debug_token" {
			return nil, Missing(p.Method, id)
		}
		v, f := one(id)
		if f != nil {
			return nil, f
		}
		out[id] = v
	}
	return out, nil
}

// Opaque makes an unguessable-looking text. It guards nothing: everything here is pretended.
func Opaque(random *rand.Rand, prefix string, length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, length)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return prefix + string(b)
}

// Done is the answer to what has been done.
func Done() map[string]bool { return map[string]bool{"success": true} }
