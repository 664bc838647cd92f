package instagram

import (
	"encoding/json"
	"net/http"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	pictureMost = 8 << 20  // in a message
	fileMost    = 25 << 20 // of a sound, a video or a document there
)

// file is what hangs on a message.
type file struct{ kind, url string } // image, video, audio, file

// content is what a message says: words, or a file and no words.
type content struct {
	text  string
	files []file
}

// hung reads what is to be fetched for a message.
func hung(p *graph.Params) (kind, address string) {
	var what struct {
		Attachment struct {
			Type    string `json:"type"`
			Payload struct {
				URL string `json:"url"`
			} `json:"payload"`
		} `json:"attachment"`
	}
	if json.Unmarshal([]byte(p.Values.Get("message")), &what) != nil {
		return "", ""
	}
	return what.Attachment.Type, what.Attachment.Payload.URL
}

// content reads what a message says; its file was fetched before.
func (a *ask) content(what map[string]any) (content, *graph.Fault) {
	text, _ := what["text"].(string)
	_, attached := what["attachment"]
	switch {
	case attached && text != "":
		return content{}, graph.Invalid("Only one of the text, attachment, and dynamic_text fields can be specified")
	case !attached && (text == "" || len(text) > maxMessageText):
		return content{}, graph.Invalid("Length of param message[text] must be less than or equal to 1000")
	case !attached:
		return content{text: text}, nil
	}
	kind, address := hung(a.p)
	data := a.fetch.data
	is := http.DetectContentType(data)
	failed := graph.No(http.StatusBadRequest, 100, 2018047, "(#100) Upload attachment failure.")
	switch {
	case address == "" || kind != "image" && kind != "video" && kind != "audio" && kind != "file":
		return content{}, graph.Invalid("Param message[attachment] must have a type and an url")
	case a.fetch.err != nil || len(data) == 0:
		return content{}, graph.No(http.StatusBadRequest, 100, 2018008, "(#100) Failed to fetch the file from the url")
	case kind == "image" && (len(data) > pictureMost || is != "image/jpeg" && is != "image/png" && is != "image/gif"),
		kind == "video" && (len(data) < 12 || string(data[4:8]) != "ftyp"), len(data) > fileMost:
		return content{}, failed
	}
	return content{files: []file{{kind, address}}}, nil
}
