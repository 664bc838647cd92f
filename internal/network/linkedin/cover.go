package linkedin

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// bare says whether a picture of its own is still to be announced with a video.
func (f file) bare(m network.Media) bool { return m.Cover != nil && f.Bare == nil }

// uncovered is a file of which nothing is there, but that its cover was refused.
func (f file) uncovered(m network.Media, refusal error) file {
	f = f.anew()
	f.Bare = network.Bare(network.Part{Media: []network.Media{m}}, refusal)
	return f
}

// cover brings the picture of a video, before any of its bytes: where LinkedIn refuses
// it, the video is announced anew without, and nothing of it is lost. The address takes
// no token, so even a word about permission is about the picture alone.
func (d *Driver) cover(ctx context.Context, f *file, m network.Media) error {
	if m.Cover == nil { // it was taken away meanwhile
		*f = f.anew()
		return nil
	}
	_, gone, err := d.put(ctx, f.Cover, *m.Cover, 0, m.Cover.Bytes, [2]string{"media-type-family", "STILLIMAGE"})
	switch {
	case err == nil:
		f.Cover = ""
	case gone, fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound), fault.Is(err, fault.Denied):
		*f = f.uncovered(m, err)
	default:
		return err
	}
	return nil
}
