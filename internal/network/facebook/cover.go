package facebook

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Cover brings a video or a reel that is out a picture of its own. Facebook keeps all
// that were brought and shows the one that was preferred last, so twice is as good as
// once.
func (d *Driver) Cover(ctx context.Context, conn network.Conn, ref network.Ref, cover network.Media) error {
	id, err := filmed(ref, "Choose the picture on Facebook itself.")
	if err != nil {
		return err
	}
	if p := d.limits(conn).Media.Video.Covers(network.Media{Type: "video/mp4", Cover: &cover}, 1); p != nil {
		return fault.New(fault.Invalid, "%s", p.Text).WithHint("%s", p.Hint).On("media")
	}
	a := graph.Ask{Method: http.MethodPost, Path: id + "/thumbnails", Form: url.Values{"is_preferred": {"true"}},
		File: &graph.File{Type: cover.Type, Bytes: cover.Bytes, Open: func() (io.ReadCloser, error) { return cover.OpenAt(0) }}, Harmless: true}
	var got struct {
		Success bool `json:"success"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return err
	}
	if !got.Success {
		return d.graph.Misunderstood(a)
	}
	return nil
}
