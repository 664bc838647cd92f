package youtube

import (
	"context"

	"github.com/kithhq/kith/internal/network"
)

// Drop deletes a video that was handed over and does not go out: only one that came of an
// upload of ours, and only while it is private. Of an upload that did not come to its end
// nothing stays at YouTube.
func (d *Driver) Drop(ctx context.Context, conn network.Conn, step network.Step, kept []network.Step) error {
	s := stateOf(network.Part{Step: step})
	if s.Found {
		return nil
	}
	if s.Video == "" {
		if s.Session == "" || step.Total <= 0 || !d.ours(s.Session) {
			return nil
		}
		// Its last piece may have arrived without our knowing.
		at, err := d.put(ctx, conn, s.Session, network.Media{Bytes: step.Total}, -1, 0)
		if err != nil || at.video == "" {
			return err
		}
		s.Video = at.video
	}
	for _, other := range kept {
		if o := stateOf(network.Part{Step: other}); o.Video == s.Video || s.Session != "" && o.Session == s.Session {
			return nil
		}
	}
	v, err := d.video(ctx, conn, s.Video, "status")
	if err != nil || v == nil || v.Status.Privacy != private {
		return err
	}
	return d.Delete(ctx, conn, network.Ref{ID: s.Video})
}
