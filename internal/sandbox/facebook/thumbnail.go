package facebook

import (
	"bytes"
	"image"
	"strconv"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const thumbnailMost = 10_000_000 // "Maximum thumbnail file size 10MB"

// thumbnail is a picture that may stand for a video.
type thumbnail struct {
	id            string
	data          []byte
	width, height int
	preferred     bool
}

// thumbnails is GET and POST /{video}/thumbnails. A new one is shown if it is preferred; the others stay.
func (a *ask) thumbnails(v *video) (any, *graph.Fault) {
	if v.post == nil || v.out.After(a.now) { // "only on Videos that have been associated with a Page"
		return nil, graph.Invalid("The video is not on a Page yet")
	}
	if a.n.posts[v.post.id] == nil { // it was deleted
		return nil, graph.Missing(a.p.Method, a.id)
	}
	if a.isGet() {
		all := []map[string]any{}
		for _, t := range v.thumbs {
			all = append(all, map[string]any{"id": t.id, "height": t.height, "width": t.width, "scale": 1, "uri": a.base + "/files/" + t.id, "is_preferred": t.preferred})
		}
		return map[string]any{"data": all}, nil
	}
	if err := may(a.token, v.page, "pages_read_user_content", "pages_manage_engagement"); err != nil {
		return nil, err
	}
	preferred, f := a.p.Flag("is_preferred", false)
	if f != nil {
		return nil, f
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(a.p.File))
	switch {
	case a.p.Field != "source" || len(a.p.File) == 0:
		return nil, graph.Invalid("The parameter source is required")
	case len(a.p.File) > thumbnailMost:
		return nil, graph.No(400, 100, 1366046, "The image is too large")
	case err != nil || kind != "jpeg" && kind != "png":
		return nil, graph.No(400, 324, 2069019, "Missing or invalid image file")
	}
	t := thumbnail{id: a.n.number(), data: a.p.File, width: size.Width, height: size.Height, preferred: preferred}
	for i := range v.thumbs {
		v.thumbs[i].preferred = v.thumbs[i].preferred && !preferred
	}
	v.thumbs = append(v.thumbs, t)
	a.call.Accept(sandbox.Entry{Account: v.page.id, Action: sandbox.Edit, Object: v.id, Text: strconv.FormatBool(preferred)})
	return graph.Done(), nil
}

// Thumbnail is the picture that stands for the video of a post; nil: one of its own.
func (n *Network) Thumbnail(post string) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, v := range n.videos {
		if v.post == nil || v.post.id != post {
			continue
		}
		for _, t := range v.thumbs {
			if t.preferred {
				return t.data
			}
		}
	}
	return nil
}
