package graph

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

	"github.com/kithhq/kith/internal/sandbox"
)

// maxBody is what is taken in at all.
const maxBody = 64 << 20

// Params are what a request says, from its query, its form or its JSON body, all as text: Graph takes lists and objects as JSON text
// in a form, and the same as real JSON in a JSON body.
type Params struct {
	Values url.Values
	File   []byte        // multipart part "source"
	Piece  sandbox.Piece // of a video, counted as it came
	Field  string        // under what name the file came
	Kind   string        // what the sender says that it is
	Name   string        // and how it is called
	Method string
	Seen   func(name string) // told of every parameter that is looked at; nil outside of tests
}

// Read takes the parameters of a request.
func Read(r *http.Request) (Params, error) {
	p := Params{Values: r.URL.Query(), Method: r.Method}
	if r.Body != nil && r.ContentLength != 0 && r.Method != http.MethodGet {
		from := http.MaxBytesReader(nil, r.Body, maxBody)
		kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind == "multipart/form-data" {
			if err := p.parts(args["boundary"], from); err != nil {
				return p, err
			}
		} else if body, err := io.ReadAll(from); err != nil {
			return p, err
		} else if err := p.body(kind, body); err != nil {
			return p, err
		}
	}
	if m := strings.ToUpper(p.Values.Get("method")); m == "DELETE" || m == "POST" || m == "GET" { // Graph lets a form say its method
		p.Method = m
	}
	return p, nil
}

func (p *Params) body(kind string, body []byte) error {
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
				p.Values.Set(name, text)
			}
		}
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		for name, values := range form {
			p.Values[name] = values
		}
	}
	return nil
}

// Get is a parameter as text.
func (p *Params) Get(name string) string {
	if p.Seen != nil {
		p.Seen(name)
	}
	return p.Values.Get(name)
}

// Has says whether a parameter was given at all.
func (p *Params) Has(name string) bool {
	if p.Seen != nil {
		p.Seen(name)
	}
	return p.Values.Has(name)
}

// List reads a list in any of the ways Graph takes one: JSON, comma-separated, name[0], name[].
func (p *Params) List(name string) []string {
	text := strings.TrimSpace(p.Get(name))
	if text == "" {
		for i := 0; p.Values.Has(name + "[" + strconv.Itoa(i) + "]"); i++ {
			text += "," + p.Values.Get(name+"["+strconv.Itoa(i)+"]")
		}
		if more := p.Values[name+"[]"]; len(more) > 0 {
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

// Object reads a JSON object.
func (p *Params) Object(name string) (map[string]any, *Fault) {
	var object map[string]any
	if err := json.Unmarshal([]byte(p.Get(name)), &object); err != nil || object == nil {
		return nil, Invalid("Param %s must be an object.", name)
	}
	return object, nil
}

// Flag reads a boolean; fallback when it was not given.
func (p *Params) Flag(name string, fallback bool) (bool, *Fault) {
	switch strings.ToLower(p.Get(name)) {
	case "":
		return fallback, nil
	case "1", "true":
		return true, nil
	case "0", "false":
		return false, nil
	}
	return false, Invalid("Param %s must be a boolean", name)
}

// Enum reads one of some known words.
func (p *Params) Enum(name, fallback string, known ...string) (string, *Fault) {
	if !p.Has(name) {
		return fallback, nil
	}
	for _, k := range known {
		if strings.EqualFold(k, p.Get(name)) {
			return k, nil
		}
	}
	return "", Invalid("Param %s must be one of {%s} - got \"%s\".", name, strings.ToUpper(strings.Join(known, ", ")), p.Get(name))
}

// When reads a moment: Unix seconds or a date as Graph writes one.
func (p *Params) When(name string) (time.Time, *Fault) {
	text := p.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := Moment(text)
	if err != nil {
		return at, Invalid("Param %s must be a valid datetime", name)
	}
	return at, nil
}

// Moment reads a time in one of the ways Graph takes one.
func Moment(text string) (time.Time, error) {
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

// Stamp writes a moment as Graph does.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }
