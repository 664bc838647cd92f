package pinterest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// upload posts a video to the store that Pinterest named: a form with the fields
// it gave and the file last, streamed, its length said beforehand.
func (d *Driver) upload(ctx context.Context, part network.Part, p place) (network.Stepped, error) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	for _, name := range slices.Sorted(maps.Keys(p.Fields)) {
		if err := form.WriteField(name, p.Fields[name]); err != nil {
			return network.Stepped{}, fault.Wrap(fault.Internal, err, "writing a form")
		}
	}
	m := part.Media[0]
	if _, err := form.CreateFormFile("file", "video"); err != nil {
		return network.Stepped{}, fault.Wrap(fault.Internal, err, "writing a form")
	}
	before := head.Len()
	if err := form.Close(); err != nil {
		return network.Stepped{}, fault.Wrap(fault.Internal, err, "writing a form")
	}
	all := head.Bytes()
	file, err := m.Open()
	if err != nil {
		return network.Stepped{}, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	body := io.MultiReader(bytes.NewReader(all[:before]), io.LimitReader(file, m.Bytes), bytes.NewReader(all[before:]))
	ctx = outward.Repeatable(ctx) // the same place in the store: twice is as good as once
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, struct{ io.Reader }{body})
	if err != nil {
		return network.Stepped{}, fault.Wrap(fault.Internal, err, "making an upload")
	}
	request.ContentLength = int64(len(all)) + m.Bytes
	request.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := d.out.Open(ctx, request)
	if err != nil {
		return network.Stepped{}, err
	}
	defer answer.Body.Close()                                       //nolint:errcheck // nothing is left to learn
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	switch {
	case answer.Status < 300:
		return network.Stepped{Step: p.step(stepProcess, false), Wait: 5 * time.Second}, nil
	case answer.Status == http.StatusForbidden: // the form has expired: a new one
		return network.Stepped{Step: network.Step{Name: network.Begun}, Wait: 2 * time.Second}, nil
	case answer.Status == http.StatusTooManyRequests || answer.Status >= 500:
		return network.Stepped{}, fault.New(fault.Unavailable, "Pinterest's store does not work at the moment.").In(outward.RetryAfter(answer.Header, answer.At))
	}
	return network.Stepped{}, fault.New(fault.Invalid, "Pinterest's store does not take the video.").WithHint("Save it as MP4, at most 2 GB.").On("media")
}
