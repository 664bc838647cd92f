package mastodon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// event is one line of a stream, written for the one who listens.
type event struct {
	name string
	data []byte
}

// plain is a payload that is no JSON.
type plain string

// send lets whoever listens for an account know. A listener that does not keep up is cut off: streams are never the only way.
func (n *Network) send(to *account, name string, what func(*request) any) {
	for listener, host := range to.listeners {
		payload := what(&request{me: to, now: n.stage.Clock.Now(), host: host})
		data, err := json.Marshal(payload)
		if text, ok := payload.(plain); ok {
			data, err = []byte(text), nil
		}
		if err != nil {
			panic(err) // made of our own maps
		}
		select {
		case listener <- event{name, data}:
		default:
			delete(to.listeners, listener)
			close(listener)
		}
	}
}

func (n *Network) stream(w http.ResponseWriter, r *http.Request) {
	kind := r.URL.Query().Get("stream")
	if rest, ok := strings.CutPrefix(r.URL.Path, "/api/v1/streaming/"); ok {
		kind = strings.ReplaceAll(rest, "/", ":")
	}
	if n.options.NoStreaming {
		refuse(w, &problem{status: http.StatusServiceUnavailable, text: "Streaming is not available"})
		return
	}
	scope := map[string]string{"user": "read:statuses", "user:notification": "read:notifications", "direct": "read:statuses"}[kind]
	if scope == "" {
		refuse(w, &problem{status: http.StatusNotFound, text: "Not found"})
		return
	}
	q := &request{Request: r, call: sandbox.From(r.Context()), now: n.stage.Clock.Now(), host: n.host(r)}
	listener := make(chan event, 256)
	n.mu.Lock()
	p := n.authenticate(q, scope)
	if p == nil {
		q.me.listeners[listener] = q.host
	}
	n.mu.Unlock()
	if p != nil {
		refuse(w, p)
		return
	}
	defer func() {
		n.mu.Lock()
		delete(q.me.listeners, listener)
		n.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "private, no-store")
	fmt.Fprint(w, ":)\n\n")
	out := http.NewResponseController(w)
	out.Flush()
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for {
		select {
		case one, open := <-listener:
			if !open {
				return
			}
			if !wanted(kind, one.name) {
				continue
			}
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", one.name, one.data)
		case <-beat.C:
			fmt.Fprint(w, ":thump\n")
		case <-r.Context().Done():
			return
		}
		if out.Flush() != nil {
			return
		}
	}
}

func wanted(kind, name string) bool {
	switch kind {
	case "user:notification":
		return name == "notification"
	case "direct":
		return name == "conversation"
	}
	return name != "conversation"
}
