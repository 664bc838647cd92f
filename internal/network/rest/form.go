package rest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

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
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a form")
		}
	}
	header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + file.Field + `"; filename="` + file.Field + `"`}, "Content-Type": {file.Type}}
	if _, err := form.CreatePart(header); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "writing a form")
	}
	tail := "\r\n--" + form.Boundary() + "--\r\n"
	return &Stream{Body: io.MultiReader(&head, io.LimitReader(file.Body, file.Bytes), strings.NewReader(tail)),
		Bytes: int64(head.Len()) + file.Bytes + int64(len(tail)), Type: form.FormDataContentType()}, nil
}
