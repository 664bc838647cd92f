package flow

import (
	"context"
	"errors"
	"io"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/media"
)

// untilBroken reads until a line breaks, which looks like the end: what came
// before is kept. err is why.
type untilBroken struct {
	from  io.Reader
	ended bool
	err   error
}

// Read gives what comes.
func (u *untilBroken) Read(p []byte) (int, error) {
	if u.ended {
		return 0, io.EOF
	}
	n, err := u.from.Read(p)
	if err != nil {
		u.ended = true
		if !errors.Is(err, io.EOF) {
			u.err = err
		}
		err = io.EOF
	}
	return n, err
}

// joined reads pieces one after another, one of them open at a time.
type joined struct {
	ctx    context.Context //nolint:containedctx // io.Reader has no place for it
	blobs  blob.Store
	pieces []media.Piece
	open   blob.File
}

// Read gives the bytes of the piece that it stands in.
func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.open == nil {
			if len(j.pieces) == 0 {
				return 0, io.EOF
			}
			var err error
			if j.open, err = j.blobs.Open(j.ctx, j.pieces[0].Blob); err != nil {
				return 0, err
			}
			j.pieces = j.pieces[1:]
		}
		n, err := j.open.Read(p)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		if errors.Is(err, io.EOF) {
			j.close()
		}
	}
}

func (j *joined) close() {
	if j.open != nil {
		_ = j.open.Close() // it was only read
		j.open = nil
	}
}
