package instagram

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// fetched is a file that was got by its address.
type fetched struct {
	data []byte
	err  error
	// The picture that stands for a reel.
	cover    []byte
	coverErr error
}

// fetchFor gets the file that a container is to hold or a message to show, as Meta does.
func (n *Network) fetchFor(r *http.Request, p *graph.Params) fetched {
	wanted := map[string]string{"image": p.Values.Get("image_url"), "video": p.Values.Get("video_url")}
	if kind, address := hung(p); address != "" {
		wanted = map[string]string{kind: address}
	}
	get := n.options.Fetch
	if get == nil {
		get = n.get
	}
	var got fetched
	if address := p.Values.Get("cover_url"); address != "" {
		got.cover, got.coverErr = get(r.Context(), address, "image")
	}
	for kind, address := range wanted {
		if address != "" {
			got.data, got.err = get(r.Context(), address, kind)
			break
		}
	}
	return got
}

func (n *Network) get(ctx context.Context, address, kind string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil) //nolint:gosec // fetching what one is told to is what Meta does
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", "facebookexternalhit/1.1")
	res, err := n.options.Client.Do(q) //nolint:gosec // see above
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), strings.Replace(kind, "file", "application", 1)+"/") {
		return nil, http.ErrNotSupported
	}
	return io.ReadAll(io.LimitReader(res.Body, maxVideo+1))
}

// upload is POST rupload.facebook.com/ig-api-upload/{version}/{container}.
func (n *Network) upload(w http.ResponseWriter, r *http.Request, id string) {
	call := sandbox.From(r.Context())
	var c *container
	graph.Receive(w, r, &n.mu, func(token string) *graph.Upload {
		t := n.tokens[token]
		if c = n.containers[id]; t == nil || t.Revoked || !t.Expires.IsZero() && call.Now().After(t.Expires) || c == nil || t.Of != c.account.id {
			return nil
		}
		return &c.file
	}, func() {
		c.start(n, call.Now())
		call.Accept(sandbox.Entry{Account: c.account.id, Action: sandbox.Upload, Object: c.id, Text: fmt.Sprint(c.file.Size, " bytes")})
	})
}

// Handed gives what came of the newest upload that is complete, request by request.
func (n *Network) Handed() []sandbox.Piece {
	n.mu.Lock()
	defer n.mu.Unlock()
	var newest *container
	for _, c := range n.containers {
		if c.resumable && c.file.Closed && (newest == nil || c.id > newest.id) {
			newest = c
		}
	}
	if newest == nil {
		return nil
	}
	return newest.file.Pieces
}

// serveFile answers media and pictures of people, as Meta's file hosts do: without a token.
func (n *Network) serveFile(w http.ResponseWriter, r *http.Request, kind, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id, _, _ := strings.Cut(name, ".")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if kind == "files" {
		if m, ok := n.media[id]; ok && len(m.data) > 0 {
			w.Header().Set("Content-Type", http.DetectContentType(m.data))
			w.Write(m.data)
			return
		}
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	if _, ok := n.accounts[id]; ok {
		w.Write(sandbox.Sign(310))
		return
	}
	for _, a := range n.order {
		if f, ok := a.byID[id]; ok {
			w.Write(f.person.Portrait())
			return
		}
	}
	w.Header().Del("Content-Type")
	http.NotFound(w, r)
}
