package facebook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// ask is one call to Graph.
type ask struct {
	method string // GET when empty
	path   string // without the version: "123/feed"
	query  url.Values
	form   url.Values
	file   *file
	app    network.App // in whose name; the zero App is that of the options
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
}

// file is the one file of a call.
type file struct {
	mime string
	data []byte
}

// keys are what we keep of a connection.
type keys struct {
	Token string `json:"token"`
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // one string
	}
	return secret.Text(data)
}

func token(conn network.Conn) (string, error) {
	var k keys
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &k) != nil || k.Token == "" {
		return "", fault.New(fault.Denied, "The key of this Page is not complete.").WithHint("Connect the Page again.")
	}
	return k.Token, nil
}

// call makes a call in the name of a Page.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (time.Time, error) {
	t, err := token(conn)
	if err != nil {
		return time.Time{}, err
	}
	a.app = conn.App
	return d.send(ctx, t, a, out)
}

// send makes a call with a token and reads its answer into out.
func (d *Driver) send(ctx context.Context, token string, a ask, out any) (time.Time, error) {
	request, err := a.request(ctx, d.options.GraphURL+"/"+d.options.Version+"/"+a.path, proof(token, d.app(a.app)))
	if err != nil {
		return time.Time{}, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return time.Time{}, err
	}
	var said struct {
		Error *refusal `json:"error"`
	}
	readable := json.Unmarshal(response.Body, &said) == nil
	if response.Status != http.StatusOK || said.Error != nil {
		if said.Error == nil {
			said.Error = &refusal{}
		}
		said.Error.status = response.Status
		return response.At, a.failed(response, said.Error)
	}
	if out != nil && (!readable || json.Unmarshal(response.Body, out) != nil) {
		return response.At, a.misunderstood()
	}
	return response.At, nil
}

// proof shows that a token is used by its app. It is worth nothing without it.
func proof(token string, app network.App) string {
	if app.Secret == "" {
		return ""
	}
	m := hmac.New(sha256.New, []byte(app.Secret.Reveal()))
	m.Write([]byte(token))
	return hex.EncodeToString(m.Sum(nil))
}

func (a ask) request(ctx context.Context, address, proof string) (*http.Request, error) {
	query, form := a.query, a.form
	if query == nil {
		query = url.Values{}
	}
	if proof != "" {
		if form != nil {
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
	case a.file != nil:
		data, kind, err := a.file.multipart(form)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to Facebook")
		}
		body, mime = bytes.NewReader(data), kind
	case form != nil:
		body, mime = strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	}
	request, err := http.NewRequestWithContext(ctx, a.method, address, body)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to Facebook")
	}
	if mime != "" {
		request.Header.Set("Content-Type", mime)
	}
	return request, nil
}

// multipart writes a form with a file in it.
func (f *file) multipart(form url.Values) (data []byte, mime string, err error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		err = errors.Join(err, w.WriteField(name, values[0]))
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="source"; filename="image"`)
	header.Set("Content-Type", f.mime)
	part, made := w.CreatePart(header)
	if made == nil {
		_, made = part.Write(f.data)
	}
	err = errors.Join(err, made, w.Close())
	return body.Bytes(), w.FormDataContentType(), err
}

// doubt is the kind of a failure after which the write may have happened.
func (a ask) doubt() fault.Kind {
	if a.harmless || a.method == "" || a.method == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

func (a ask) misunderstood() error {
	return fault.Wrap(a.doubt(), errors.New("the answer is not what it should be"), "Facebook answered something we do not understand.")
}
