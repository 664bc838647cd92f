package youtube

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// stamp writes a moment as YouTube does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func etag(of ...any) string {
	h := fnv.New64a()
	fmt.Fprint(h, of...)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func totoken(id string) string { return base64.RawURLEncoding.EncodeToString([]byte("after:" + id)) }

func untoken(token string) (id string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < 7 || string(b[:6]) != "after:" {
		return "", false
	}
	return string(b[6:]), true
}

func thumbnails(base, id string) map[string]any {
	return map[string]any{
		"default": map[string]any{"url": base + "/picture/" + id, "width": 120, "height": 90},
		"high":    map[string]any{"url": base + "/picture/" + id, "width": 480, "height": 360},
	}
}

// picture draws whoever or whatever an id names.
func (n *Network) picture(w http.ResponseWriter, id string) {
	n.mu.Lock()
	v := n.viewers[id]
	n.mu.Unlock()
	w.Header().Set("Content-Type", "image/png")
	if v != nil {
		w.Write(v.person.Portrait())
		return
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	w.Write(sandbox.Sign(int(h.Sum32() % 360)))
}
