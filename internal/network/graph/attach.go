package graph

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Content is what a private message says: words, or a file that was handed over.
type Content struct {
	Text string
	Kind string // image, video, audio, file
	File string // the network's id of it
}

func (c Content) message() any {
	if c.File == "" {
		return map[string]string{"text": c.Text}
	}
	return map[string]any{"attachment": map[string]any{"type": c.Kind, "payload": map[string]string{"attachment_id": c.File}}}
}

// KindOf is as what a file is attached to a message.
func KindOf(m network.Media) string {
	switch {
	case m.Image():
		return "image"
	case m.Video():
		return "video"
	case m.Audio():
		return "audio"
	}
	return "file"
}

// Attach hands a file over to a Page's conversations. Nobody sees it until a message
// shows it, so doing it twice is harmless.
func (c *Client) Attach(ctx context.Context, send Send, page string, m network.Media) (Content, error) {
	data, err := Held(m)
	if err != nil {
		return Content{}, err
	}
	what := Content{Kind: KindOf(m)}
	message := written(map[string]any{"attachment": map[string]any{"type": what.Kind, "payload": map[string]bool{"is_reusable": true}}})
	a := Ask{Method: http.MethodPost, Path: page + "/message_attachments", Form: url.Values{"message": {message}},
		File: &File{Field: "filedata", Type: m.Type, Name: m.Name, Data: data}, Harmless: true}
	var made struct {
		ID Ident `json:"attachment_id"`
	}
	if _, err := send(ctx, a, &made); err != nil {
		return Content{}, err
	}
	if what.File = string(made.ID); !Object.MatchString(what.File) {
		return Content{}, c.Misunderstood(a)
	}
	return what, nil
}

// Said is what an answer says: its words, or its file, which is handed over first.
func (c *Client) Said(ctx context.Context, send Send, page string, part network.Part) (Content, error) {
	if len(part.Media) == 0 {
		return Content{Text: part.Text}, nil
	}
	return c.Attach(ctx, send, page, part.Media[0])
}

// Held are the bytes of a file that is small enough to be held.
func Held(m network.Media) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	data, err := io.ReadAll(io.LimitReader(r, m.Bytes+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil || int64(len(data)) != m.Bytes {
		return nil, fault.Wrap(fault.Internal, err, "a file is not as long as it was")
	}
	return data, nil
}

// called is what a file is called in a form: its name, as far as a header takes it.
func (f *File) called() string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == 0x7f {
			return -1
		}
		return r
	}, path.Base(f.Name))
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	return name
}
