package facebook

import (
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// serveFile answers photos that were uploaded and pictures of people and Pages, as Meta's file hosts do: without a token.
func (n *Network) serveFile(w http.ResponseWriter, r *http.Request, kind, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := strings.TrimSuffix(name, ".png")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if kind == "files" {
		if ph, ok := n.photos[id]; ok {
			w.Header().Set("Content-Type", ph.kind)
			w.Write(ph.data)
			return
		}
		if f, ok := n.attachments[id]; ok {
			w.Header().Set("Content-Type", f.mime)
			w.Write(f.data) //nolint:gosec // a pretended network gives back what it was given
			return
		}
		if v, ok := n.videos[id]; ok && v.file.Closed {
			w.Header().Set("Content-Type", "video/mp4")
			w.Write(v.file.Data)
			return
		}
		for _, v := range n.videos {
			for _, t := range v.thumbs {
				if t.id == id {
					w.Header().Set("Content-Type", http.DetectContentType(t.data))
					w.Write(t.data) //nolint:gosec // as above
					return
				}
			}
		}
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	if _, ok := n.pages[id]; ok {
		w.Write(sandbox.Sign(215))
		return
	}
	if _, f, ok := n.known(id); ok {
		w.Write(f.person.Portrait())
		return
	}
	w.Header().Del("Content-Type")
	http.NotFound(w, r)
}
