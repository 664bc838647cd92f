package x

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// segment is a piece of a file.
type segment struct {
	index     int
	at, bytes int64
}

// size is how many bytes a segment has, so that a file of any size has few enough.
func (f handed) size(total int64, u network.Upload) int64 {
	size, left := u.Bytes, int64(max(u.Pieces-f.Segment, 1))
	if f.Piece > 0 {
		size = f.Piece
	}
	return max(size, 1, (total-f.Sent+left-1)/left)
}

// smaller is the size that comes after one that X refused; 0: there is none.
func (f handed) smaller(total int64, u network.Upload) int64 {
	now := f.size(total, u)
	f.Piece = max(now/2, u.Least)
	if next := f.size(total, u); next < now {
		return next
	}
	return 0
}

// waves are how many times as many segments as go side by side belong to one act: fewer
// acts, and the line is not idle whenever one segment is slower than its neighbours.
const waves = 4

// segments are those that come next.
func (f handed) segments(total int64, u network.Upload) []segment {
	var all []segment
	for size := f.size(total, u); len(all) < waves*max(u.AtOnce, 1) && f.Sent < total; f.Segment++ {
		s := segment{index: f.Segment, at: f.Sent, bytes: min(size, total-f.Sent)}
		all = append(all, s)
		f.Sent += s.bytes
	}
	return all
}

// bring hands the next segments over, some side by side, as they are read. Doing it
// twice is harmless: a segment has a number. What came before the first that
// failed stands; the rest is tried again, and what had not begun does not begin.
func (d *Driver) bring(ctx context.Context, conn network.Conn, m network.Media, f handed) (handed, error) {
	all := f.segments(m.Bytes, d.profile.Upload)
	failed := make([]error, len(all))
	var next, stopped atomic.Int64
	var side sync.WaitGroup
	for range max(d.profile.Upload.AtOnce, 1) {
		side.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				if stopped.Load() > 0 {
					failed[i] = errUnbegun
					continue
				}
				if failed[i] = d.append(ctx, conn, m, f.ID, all[i]); failed[i] != nil {
					stopped.Add(1)
				}
			}
		})
	}
	side.Wait()
	for i, err := range failed {
		if err == nil {
			f.Sent += all[i].bytes
			f.Segment++
			continue
		}
		if less := f.smaller(m.Bytes, d.profile.Upload); less > 0 && tooLarge(err) {
			f.Piece = less
			return f, nil
		}
		if i > 0 {
			return f, nil
		}
		return f, err
	}
	return f, nil
}

// errUnbegun is of a segment after one that failed.
var errUnbegun = errors.New("not begun")

func (d *Driver) append(ctx context.Context, conn network.Conn, m network.Media, id string, s segment) error {
	file, err := m.OpenAt(s.at)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	body, err := rest.Form(rest.File{Field: "media", Type: "application/octet-stream", Body: file, Bytes: s.bytes}, [2]string{"segment_index", fmt.Sprint(s.index)})
	if err != nil {
		return err
	}
	_, err = d.call(ctx, conn, rest.Ask{Method: http.MethodPost, Path: "/2/media/upload/" + id + "/append", Stream: body, Harmless: true}, nil)
	return err
}

// tooLarge says whether a door in front of X refused a request for its size.
func tooLarge(err error) bool {
	r, ok := asRefusal(err)
	return ok && r.status == http.StatusRequestEntityTooLarge
}
