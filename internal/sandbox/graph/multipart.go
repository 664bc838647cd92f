package graph

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
)

// parts reads a multipart form. The file comes as "source", or under any name, as long as it is a file.
func (p *Params) parts(boundary string, body []byte) error {
	m := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() != "" || part.FormName() == "source" {
			p.File, p.Field, p.Kind, p.Name = data, part.FormName(), part.Header.Get("Content-Type"), part.FileName()
			continue
		}
		p.Values.Set(part.FormName(), string(data))
	}
}
