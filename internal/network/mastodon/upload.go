package mastodon

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// upload gives one file to the server, as it is read, with the picture that stands for
// it, and says whether it is ready at once. Without a status it is swept away there, so
// doing it twice is harmless.
func (d *Driver) upload(ctx context.Context, conn network.Conn, m network.Media) (id string, ready bool, err error) {
	file, err := m.OpenAt(0)
	if err != nil {
		return "", false, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	var fields [][2]string
	if m.Alt != "" {
		fields = [][2]string{{"description", m.Alt}}
	}
	files := []rest.File{{Field: "file", Type: m.Type, Body: file, Bytes: m.Bytes}}
	if m.Cover != nil {
		cover, err := m.Cover.OpenAt(0)
		if err != nil {
			return "", false, fault.Wrap(fault.Internal, err, "opening a file of ours")
		}
		defer cover.Close() //nolint:errcheck // as above
		files = append(files, rest.File{Field: "thumbnail", Type: m.Cover.Type, Body: cover, Bytes: m.Cover.Bytes})
	}
	body, err := rest.Forms(files, fields...)
	if err != nil {
		return "", false, err
	}
	var made struct {
		ID string `json:"id"`
	}
	a := rest.Ask{Method: http.MethodPost, Path: "/api/v2/media", Stream: body, Harmless: true}
	got, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return "", false, err
	}
	if !idSign.MatchString(made.ID) {
		return "", false, unclear(a)
	}
	return made.ID, got.Status != http.StatusAccepted, nil
}

// ready asks whether the server has worked on a file.
func (d *Driver) ready(ctx context.Context, conn network.Conn, id string) (bool, error) {
	path, err := at("media", id, "")
	if err != nil {
		return false, err
	}
	var got struct {
		ID string `json:"id"`
	}
	a := rest.Ask{Path: path}
	said, err := d.call(ctx, conn, a, &got)
	switch {
	case said.Status == http.StatusPartialContent:
		return false, nil // whatever its body, which need not be any
	case fault.Is(err, fault.Invalid):
		return false, fault.Wrap(fault.Invalid, err, "The server cannot read this file.").WithHint("Save a video as MP4 with H.264 and AAC, an image as JPEG or PNG.").On("media")
	case err != nil:
		return false, err
	case got.ID != id:
		return false, unclear(a)
	}
	return true, nil
}
