package facebook

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	attachmentMost = 25 << 20
	attachmentLife = 90 * 24 * time.Hour
)

// attachment is a file that was handed over for messages.
type attachment struct {
	page    *page
	kind    string // image, video, audio, file
	mime    string
	name    string
	data    []byte
	created time.Time
}

// content is what a message says: words, or a file and no words.
type content struct {
	text  string
	files []file
}

// content reads what a message says.
func (a *ask) content(p *page, what map[string]any) (content, *graph.Fault) {
	text, _ := what["text"].(string)
	hung, attached := what["attachment"].(map[string]any)
	switch {
	case attached && text != "":
		return content{}, graph.Invalid("Only one of the text, attachment, and dynamic_text fields can be specified")
	case attached:
		return a.hung(p, hung)
	case text == "":
		return content{}, graph.Invalid("Length of param message[text] must be greater than or equal to 1")
	case utf8.RuneCountInString(text) > maxMessageText:
		return content{}, graph.Invalid("Length of param message[text] must be less than or equal to 2000")
	}
	return content{text: text}, nil
}

func (a *ask) hung(p *page, hung map[string]any) (content, *graph.Fault) {
	kind, _ := hung["type"].(string)
	payload, _ := hung["payload"].(map[string]any)
	id, _ := payload["attachment_id"].(string)
	f, ok := a.n.attachments[id]
	if !ok || f.page != p || f.kind != kind || a.now.Sub(f.created) > attachmentLife {
		return content{}, graph.No(http.StatusBadRequest, 100, 2018074, "(#100) Invalid attachment id or type, or you do not own it")
	}
	return content{files: []file{{kind, a.base + "/files/" + id}}}, nil
}

// keep is POST /{page}/message_attachments with a file: it may be shown by any number of messages.
func (a *ask) keep(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_messaging"); err != nil {
		return nil, err
	}
	what, err := a.p.Object("message")
	if err != nil {
		return nil, err
	}
	hung, _ := what["attachment"].(map[string]any)
	kind, _ := hung["type"].(string)
	payload, _ := hung["payload"].(map[string]any)
	again, _ := payload["is_reusable"].(bool)
	is, _, _ := strings.Cut(http.DetectContentType(a.p.File), ";")
	claimed, _, _ := strings.Cut(a.p.Kind, "/")
	failed := graph.No(http.StatusBadRequest, 100, 2018047, "(#100) Upload attachment failure. A common way to trigger this error is that the provided media type does not match type of file provided in the URL")
	switch {
	case a.p.Field != "filedata" || len(a.p.File) == 0:
		return nil, graph.Invalid("param message[attachment][payload][url] or filedata must be given")
	case !again:
		return nil, graph.Invalid("param message[attachment][payload][is_reusable] must be true")
	case len(a.p.File) > attachmentMost:
		return nil, graph.No(http.StatusBadRequest, 100, 2018109, "(#100) Attachment size exceeds allowable limit")
	case kind == "image" && (is != "image/jpeg" && is != "image/png" && is != "image/gif"),
		kind == "video" && (claimed != "video" || len(a.p.File) < 12 || string(a.p.File[4:8]) != "ftyp"),
		kind == "audio" && claimed != "audio":
		return nil, failed
	case kind != "image" && kind != "video" && kind != "audio" && kind != "file":
		return nil, graph.Invalid("Param message[attachment][type] must be one of {AUDIO, FILE, IMAGE, TEMPLATE, VIDEO}")
	}
	id := a.n.number()
	a.n.attachments[id] = &attachment{page: p, kind: kind, mime: a.p.Kind, name: a.p.Name, data: a.p.File, created: a.now}
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Upload, Object: id, Text: a.p.Name})
	return map[string]any{"attachment_id": id}, nil
}
