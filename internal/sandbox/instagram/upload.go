package instagram

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// fetched is a file that was got by its address.
type fetched struct {
	data []byte
	err  error
}

// fetchFor gets the file that a container is to hold, as Meta does.
func (n *Network) fetchFor(r *http.Request, p *graph.Params) fetched {
	for name, kind := range map[string]string{"image_url": "image", "video_url": "video"} {
		address := p.Values.Get(name)
		if address == "" {
			continue
		}
		get := n.options.Fetch
		if get == nil {
			get = n.get
		}
		data, err := get(r.Context(), address, kind)
		return fetched{data, err}
	}
	return fetched{}
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
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), kind+"/") {
		return nil, http.ErrNotSupported
	}
	return io.ReadAll(io.LimitReader(res.Body, maxVideo+1))
}

// upload is POST rupload.facebook.com/ig-api-upload/{version}/{container}: from the offset on; what arrived is kept, also of a
// connection that broke.
func (n *Network) upload(w http.ResponseWriter, r *http.Request, id string) {
	call := sandbox.From(r.Context())
	token := strings.TrimPrefix(strings.TrimPrefix(r.Header.Get("Authorization"), "OAuth "), "Bearer ")
	n.mu.Lock()
	t, c := n.tokens[token], n.containers[id]
	now := call.Now()
	var bad string
	offset, err := strconv.ParseInt(r.Header.Get("offset"), 10, 64)
	size, sizeErr := strconv.ParseInt(r.Header.Get("file_size"), 10, 64)
	switch {
	case r.Method != http.MethodPost:
		bad = "NotAllowed"
	case t == nil || t.Revoked || !t.Expires.IsZero() && now.After(t.Expires) || c == nil || t.Of != c.account.id:
		bad = "NotAuthorizedError"
	case err != nil || sizeErr != nil || size <= 0 || offset < 0 || offset > size:
		bad = "InvalidHeaderError"
	case !c.resumable || c.uploadDone || offset != c.bytes || c.size != 0 && c.size != size:
		bad = "OffsetInvalidError"
	}
	if bad == "" {
		c.size = size
	}
	n.mu.Unlock()
	if bad != "" {
		graph.Write(w, http.StatusBadRequest, map[string]any{"debug_info": map[string]any{"retriable": false, "type": bad, "message": "Request processing failed"}})
		return
	}
	piece, err := sandbox.Receive(io.LimitReader(r.Body, size-offset+1), headMost)
	n.mu.Lock()
	defer n.mu.Unlock()
	if offset != c.bytes { // another came first
		graph.Write(w, http.StatusBadRequest, map[string]any{"debug_info": map[string]any{"retriable": false, "type": "OffsetInvalidError", "message": "Request processing failed"}})
		return
	}
	c.received = append(c.received, piece)
	c.bytes += piece.Bytes
	c.head = append(c.head, piece.Head[:min(int64(len(piece.Head)), headMost-int64(len(c.head)))]...)
	if err != nil || c.bytes != size {
		graph.Write(w, http.StatusBadRequest, map[string]any{"debug_info": map[string]any{"retriable": true, "type": "PartialRequestError", "message": "Partial request"}})
		return
	}
	c.start(n, c.head, now)
	call.Accept(sandbox.Entry{Account: c.account.id, Action: sandbox.Upload, Object: c.id, Text: fmt.Sprint(size, " bytes")})
	graph.Write(w, http.StatusOK, map[string]any{"success": true, "message": "Upload successful."})
}

// Handed gives what came of the newest upload that is complete, request by request.
func (n *Network) Handed() []sandbox.Piece {
	n.mu.Lock()
	defer n.mu.Unlock()
	var newest *container
	for _, c := range n.containers {
		if c.resumable && c.uploadDone && (newest == nil || c.id > newest.id) {
			newest = c
		}
	}
	if newest == nil {
		return nil
	}
	return newest.received
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
