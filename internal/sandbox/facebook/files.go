package facebook

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"unicode/utf8"
)

// serveFile answers photos that were uploaded and pictures of people and Pages, as Meta's file hosts do: without a token.
func (n *Network) serveFile(w http.ResponseWriter, r *http.Request, kind, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := strings.TrimSuffix(name, ".svg")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if kind == "files" {
		if ph, ok := n.photos[id]; ok {
			w.Header().Set("Content-Type", ph.kind)
			w.Write(ph.data)
			return
		}
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	if p, ok := n.pages[id]; ok {
		letter, _ := utf8.DecodeRuneInString(p.name)
		fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="128" height="128"><rect width="64" height="64" fill="#1b5fd0"/>`+
			`<text x="32" y="43" font-family="sans-serif" font-size="32" text-anchor="middle" fill="#fff">%s</text></svg>`, html.EscapeString(string(letter)))
		return
	}
	if _, f, ok := n.known(id); ok {
		w.Write(f.person.Avatar())
		return
	}
	w.Header().Del("Content-Type")
	http.NotFound(w, r)
}
