package flow

import (
	"context"
	"io"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
)

// ask takes a picture from its network: a public address only, no more than so
// many bytes and so much time, and whatever it is, only a picture comes out.
func (f *Faces) ask(address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(f.ctx, faceTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "This is not a web address.")
	}
	request.Header.Set("Accept", "image/png, image/jpeg, image/webp, image/gif")
	answer, err := f.out.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	switch answer.Status {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, ErrFaceless
	default:
		return nil, noFace()
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, media.PortraitBytes+1))
	if err != nil {
		return nil, err
	}
	return media.Portrait(body)
}
