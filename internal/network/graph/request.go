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

// File is the one file of a call: held, or opened and sent as it is read where it may
// be large.
type File struct {
	Field string // the form's name for it; "" is source
	Type  string
	Name  string // as its owner called it
	Data  []byte
	Open  func() (io.ReadCloser, error) // instead of Data: gives Bytes bytes
	Bytes int64
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
		return a.File.request(ctx, a.Method, address, form)
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

// request sends a form with a file in it, which is not copied into the form.
func (f *File) request(ctx context.Context, method, address string, form url.Values) (*http.Request, error) {
	var text bytes.Buffer
	w := multipart.NewWriter(&text)
	var err error
	for name, values := range form {
		err = errors.Join(err, w.WriteField(name, values[0]))
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="`+cmp.Or(f.Field, "source")+`"; filename="`+f.called()+`"`)
	header.Set("Content-Type", f.Type)
	_, made := w.CreatePart(header)
	before := text.Len()
	if err = errors.Join(err, made, w.Close()); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "writing a call to Graph")
	}
	all := text.Bytes()
	open, size := f.Open, f.Bytes
	if open == nil {
		open, size = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Data)), nil }, int64(len(f.Data))
	}
	body := func() (io.ReadCloser, error) {
		file, err := open()
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "opening a file of ours")
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(all[:before]), io.LimitReader(file, size), bytes.NewReader(all[before:])), file}, nil
	}
	first, err := body()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, address, first)
	if err != nil {
		_ = first.Close() // nothing was sent
		return nil, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to Graph")
	}
	request.ContentLength, request.GetBody = int64(len(all))+size, body
	request.Header.Set("Content-Type", w.FormDataContentType())
	return request, nil
}
