package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// File is the one file of a call, small enough to be held.
type File struct {
	Field string // the form's name for it; "" is source
	Type  string
	Name  string // as its owner called it
	Data  []byte
}

func (a Ask) request(ctx context.Context, address, proof string) (*http.Request, error) {
	query, form := a.Query, a.Form
	if query == nil {
		query = url.Values{}
	}
	if proof != "" {
		if form != nil && a.JSON == nil {
			form.Set("appsecret_proof", proof)
		} else {
			query.Set("appsecret_proof", proof)
		}
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	body, mime := io.Reader(nil), ""
	switch {
	case a.JSON != nil:
		data, err := json.Marshal(a.JSON)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to Graph")
		}
		body, mime = bytes.NewReader(data), "application/json"
	case a.File != nil:
		data, kind, err := a.File.multipart(form)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to Graph")
		}
		body, mime = bytes.NewReader(data), kind
	case form != nil:
		body, mime = strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	}
	request, err := http.NewRequestWithContext(ctx, a.Method, address, body)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to Graph")
	}
	if mime != "" {
		request.Header.Set("Content-Type", mime)
	}
	return request, nil
}

// multipart writes a form with a file in it.
func (f *File) multipart(form url.Values) (data []byte, mime string, err error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		err = errors.Join(err, w.WriteField(name, values[0]))
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="`+cmp.Or(f.Field, "source")+`"; filename="`+f.called()+`"`)
	header.Set("Content-Type", f.Type)
	part, made := w.CreatePart(header)
	if made == nil {
		_, made = part.Write(f.Data)
	}
	err = errors.Join(err, made, w.Close())
	return body.Bytes(), w.FormDataContentType(), err
}
