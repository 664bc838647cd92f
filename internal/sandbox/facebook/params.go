package facebook

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxPhoto = 4 << 20  // "JPEG BMP PNG GIF TIFF, 4 MB"
	maxBody  = 12 << 20 // what is taken in at all
	maxText  = 63206    // the limit every tool states; no page of Meta's own confirms it
)

// params are what a request says, from its query, its form or its JSON body, all as text: Graph takes lists and objects as JSON text
// in a form, and the same as real JSON in a JSON body.
type params struct {
	values url.Values
	file   []byte // multipart part "source"
	method string
	seen   func(name string) // told of every parameter that is looked at; nil outside of tests
}

func read(r *http.Request) (params, error) {
	p := params{values: r.URL.Query(), method: r.Method}
	if r.Body != nil && r.ContentLength != 0 && r.Method != http.MethodGet {
		body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
		if err != nil {
			return p, err
		}
		kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err := p.body(kind, args, body); err != nil {
			return p, err
		}
	}
	if m := strings.ToUpper(p.values.Get("method")); m == "DELETE" || m == "POST" || m == "GET" { // Graph lets a form say its method
		p.method = m
	}
	return p, nil
}

func (p *params) body(kind string, args map[string]string, body []byte) error {
	switch kind {
	case "application/json":
		var object map[string]json.RawMessage
		if err := json.Unmarshal(body, &object); err != nil {
			return err
		}
		for name, raw := range object {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			if text != "null" {
				p.values.Set(name, text)
			}
		}
	case "multipart/form-data":
		return p.parts(args["boundary"], body)
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		for name, values := range form {
			p.values[name] = values
		}
	}
	return nil
}

func (p *params) get(name string) string {
	if p.seen != nil {
		p.seen(name)
	}
	return p.values.Get(name)
}

// has says whether a parameter was given at all.
func (p *params) has(name string) bool {
	if p.seen != nil {
		p.seen(name)
	}
	return p.values.Has(name)
}

// list reads a list in any of the ways Graph takes one: JSON, comma-separated, name[0], name[].
func (p *params) list(name string) []string {
	text := strings.TrimSpace(p.get(name))
	if text == "" {
		for i := 0; p.values.Has(name + "[" + strconv.Itoa(i) + "]"); i++ {
			text += "," + p.values.Get(name+"["+strconv.Itoa(i)+"]")
		}
		if more := p.values[name+"[]"]; len(more) > 0 {
			text = strings.Join(more, ",")
		}
		text = strings.TrimPrefix(text, ",")
		if strings.HasPrefix(text, "{") {
			text = "[" + text + "]"
		}
	}
	if strings.HasPrefix(text, "[") {
		var raw []json.RawMessage
		if json.Unmarshal([]byte(text), &raw) == nil {
			all := make([]string, len(raw))
			for i, r := range raw {
				if json.Unmarshal(r, &all[i]) != nil {
					all[i] = string(r)
				}
			}
			return all
		}
	}
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// object reads a JSON object.
func (p *params) object(name string) (map[string]any, *fault) {
	var object map[string]any
	if err := json.Unmarshal([]byte(p.get(name)), &object); err != nil || object == nil {
		return nil, invalid("Param %s must be an object.", name)
	}
	return object, nil
}

// flag reads a boolean; fallback when it was not given.
func (p *params) flag(name string, fallback bool) (bool, *fault) {
	switch strings.ToLower(p.get(name)) {
	case "":
		return fallback, nil
	case "1", "true":
		return true, nil
	case "0", "false":
		return false, nil
	}
	return false, invalid("Param %s must be a boolean", name)
}

func (p *params) enum(name, fallback string, known ...string) (string, *fault) {
	if !p.has(name) {
		return fallback, nil
	}
	for _, k := range known {
		if strings.EqualFold(k, p.get(name)) {
			return k, nil
		}
	}
	return "", invalid("Param %s must be one of {%s} - got \"%s\".", name, strings.ToUpper(strings.Join(known, ", ")), p.get(name))
}

// when reads a moment: Unix seconds or a date as Graph writes one.
func (p *params) when(name string) (time.Time, *fault) {
	text := p.get(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := moment(text)
	if err != nil {
		return at, invalid("Param %s must be a valid datetime", name)
	}
	return at, nil
}

func moment(text string) (time.Time, error) {
	if sec, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(sec, 0).UTC(), nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, errors.New("no date")
}

// stamp writes a moment as Graph does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }
