package graph

import (
	"bufio"
	"errors"
	"io"
	"mime/multipart"

	"github.com/kithhq/kith/internal/sandbox"
)

// parts reads a multipart form as it comes. The file is "source", or under any name, as long as it is a file; a piece of a video is
// counted, and not kept but for its beginning.
func (p *Params) parts(boundary string, body io.Reader) error {
	m := multipart.NewReader(bufio.NewReaderSize(body, 256<<10), boundary)
	for {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FormName() == "video_file_chunk" {
			if p.Piece, err = sandbox.Receive(part, keepMost); err != nil {
				return err
			}
			continue
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
