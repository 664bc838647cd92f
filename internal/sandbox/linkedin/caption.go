package linkedin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

const captionsMost = 1 << 20 // no number is documented

var (
	cueOfSRT = regexp.MustCompile(`^\d+\r?\n\d{2}:\d{2}:\d{2},\d{3} --> \d{2}:\d{2}:\d{2},\d{3}\r?\n`)
	tongue   = regexp.MustCompile(`^[A-Z]{2,3}$`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// hear takes the subtitles of a video: a form of metadata and file, at the address that the video's announcement gave.
func (n *Network) hear(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, captionsMost+1))
	n.mu.Lock()
	defer n.mu.Unlock()
	f, known := n.spoken[strings.TrimPrefix(r.URL.Path, "/dms-uploads/")]
	if !known || err != nil || len(body) > captionsMost {
		n.fail(w, no(http.StatusNotFound, "", "No such upload"))
		return
	}
	if _, flt := n.bearer(r, sandbox.From(r.Context())); flt != nil {
		n.fail(w, flt)
		return
	}
	if flt := captioned(r.Header.Get("Content-Type"), body); flt != nil {
		n.fail(w, flt)
		return
	}
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: f.owner, Object: f.urn, Repeat: f.captioned})
	f.captioned = true
	w.WriteHeader(http.StatusCreated)
}

// captioned says what is wrong with a form of subtitles.
func captioned(kind string, body []byte) *fault {
	form, args, err := mime.ParseMediaType(kind)
	if err != nil || form != "multipart/form-data" {
		return no(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "multipart/form-data is expected")
	}
	fields := map[string][]byte{}
	for parts := multipart.NewReader(bytes.NewReader(body), args["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badRequest("The form cannot be read")
		}
		if fields[part.FormName()], err = io.ReadAll(part); err != nil || part.FormName() == "file" && part.FileName() == "" {
			return badRequest("The form cannot be read")
		}
	}
	var about struct {
		Format     string `json:"format"`
		EasyReader *bool  `json:"formattedForEasyReader"`
		Large      *bool  `json:"largeText"`
		Source     string `json:"source"`
		Locale     struct {
			Language string `json:"language"`
			Country  string `json:"country"`
			Variant  string `json:"variant"`
		} `json:"locale"`
		Transcript string `json:"transcriptType"`
	}
	d := json.NewDecoder(bytes.NewReader(fields["metadata"]))
	d.DisallowUnknownFields()
	switch {
	case len(fields) != 2 || d.Decode(&about) != nil:
		return badRequest("metadata and file are expected")
	case about.Format != "SRT" || about.Transcript != "CLOSED_CAPTION" || about.Source != "USER_PROVIDED" || about.EasyReader == nil || about.Large == nil:
		return wrong("metadata", string(fields["metadata"]))
	case !tongue.MatchString(about.Locale.Language) || !country.MatchString(about.Locale.Country):
		return wrong("metadata/locale", about.Locale.Language+"_"+about.Locale.Country)
	case !cueOfSRT.Match(bytes.TrimPrefix(fields["file"], []byte("\ufeff"))):
		return badRequest("The file is no SRT")
	}
	return nil
}

// paper says whether the first bytes are those of a document: PDF, DOCX and PPTX, DOC and PPT.
func paper(data []byte) bool {
	for _, head := range []string{"%PDF-", "PK\x03\x04", "\xd0\xcf\x11\xe0"} {
		if bytes.HasPrefix(data, []byte(head)) {
			return true
		}
	}
	return false
}
