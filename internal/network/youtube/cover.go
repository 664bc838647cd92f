package youtube

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Cover sets the thumbnail of a video. YouTube keeps the one that came last, so doing it
// twice is as good as once.
func (d *Driver) Cover(ctx context.Context, conn network.Conn, ref network.Ref, cover network.Media) error {
	l := d.limits(conn).Media.Video
	if p := l.Covers(network.Media{Type: "video/mp4", Cover: &cover}, 1); p != nil {
		return fault.New(fault.Invalid, "%s", p.Text).WithHint("%s", p.Hint).On("media")
	}
	file, err := cover.Open()
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(file, cover.Bytes))
	if err != nil {
		return fault.Wrap(fault.Internal, err, "reading a file of ours")
	}
	a := ask{method: http.MethodPost, path: "/upload/youtube/v3/thumbnails/set", kind: "youtube#thumbnailSetResponse", raw: data, harmless: true,
		query: url.Values{"videoId": {ref.ID}, "uploadType": {"media"}}, header: http.Header{"Content-Type": {cover.Type}}}
	_, err = d.call(ctx, conn, a, nil)
	if r, ok := errors.AsType[*refusal](err); ok && r.status == http.StatusForbidden && r.is("forbidden") {
		// It is the video's matter alone: the channel is as well as before.
		return fault.Wrap(fault.Invalid, err, "YouTube does not let this channel choose the thumbnails of its videos.").
			WithHint("Verify the channel at youtube.com/verify, then choose the picture in YouTube Studio.")
	}
	return goneVideo(err)
}
