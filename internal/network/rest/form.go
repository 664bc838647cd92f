package rest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/textproto"

	"github.com/kithhq/kith/internal/fault"
)

// File is the file of a form; n bytes of Body are sent.
type File struct {
	Field string
	Type  string
	Body  io.Reader
	Bytes int64
}

// Form makes the body of a form with a file, whose bytes are read while they are
// sent. Fields are pairs of a name and a value.
func Form(file File, fields ...[2]string) (*Stream, error) {
	return Forms([]File{file}, fields...)
}

// Forms is Form with several files, which are sent in their order.
func Forms(files []File, fields ...[2]string) (*Stream, error) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a form")
		}
	}
	whole, n := []io.Reader{}, int64(0)
	for _, file := range files {
		header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + file.Field + `"; filename="` + file.Field + `"`}, "Content-Type": {file.Type}}
		if _, err := form.CreatePart(header); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a form")
		}
		n += int64(head.Len()) + file.Bytes
		whole = append(whole, bytes.NewReader(bytes.Clone(head.Bytes())), io.LimitReader(file.Body, file.Bytes))
		head.Reset()
	}
	if err := form.Close(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "writing a form")
	}
	return &Stream{Body: io.MultiReader(append(whole, &head)...), Bytes: n + int64(head.Len()), Type: form.FormDataContentType()}, nil
}
