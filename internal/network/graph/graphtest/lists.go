// Package graphtest holds what a driver asks of Graph against the parameter lists
// that Meta publishes: an independent judge for the tests of drivers. It knows none of
// the networks; each test says which nodes it needs, and what the lists leave out.
package graphtest

import (
	"bytes"
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// node is one kind of thing on Graph, as Meta's own code generator lists it.
type node struct {
	APIs []struct {
		Method, Endpoint, Name string
		Params                 []struct{ Name, Type string }
	}
	Fields []struct{ Name string }
}

// Lists are the published parameter lists of some nodes.
type Lists struct {
	// Everywhere is taken on every list or node, as Graph's guides say.
	Everywhere []string
	// Documented is what the documentation says of an edge and the lists do not.
	Documented func(kind, method, edge string) (params []string, known bool)
	// Answers is of which kind the things are that an edge lists.
	Answers map[string]string
	// Fields are those of kinds that stand in no list.
	Fields map[string][]string
	// Inner is of which kind a field is that is a thing itself.
	Inner map[string]string

	nodes map[string]node
	enums map[string][]string
}

// Specs is where the published descriptions lie: at KITH_SPECS, or beside the
// repository.
func Specs(path ...string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// Read reads the lists of some nodes.
func Read(names ...string) (Lists, error) {
	l := Lists{nodes: map[string]node{}, enums: map[string][]string{}}
	read := func(name string, into any) error {
		data, err := os.ReadFile(Specs("meta-graph", "api_specs", "specs", name+".json"))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		return err
	}
	for _, name := range names {
		var n node
		if err := read(name, &n); err != nil {
			return l, err
		}
		l.nodes[name] = n
	}
	var enums []struct {
		Name   string
		Values []string
	}
	if err := read("enum_types", &enums); err != nil {
		return l, err
	}
	for _, e := range enums {
		l.enums[e.Name] = e.Values
	}
	return l, nil
}

// edge finds the parameters of an edge, or of the node itself.
func (l Lists) edge(kind, method, edge string) (map[string]string, bool) {
	own := map[string]string{http.MethodGet: "#get", http.MethodPost: "#update", http.MethodDelete: "#delete"}[method]
	params := map[string]string{}
	known := false
	if l.Documented != nil {
		var more []string
		more, known = l.Documented(kind, method, edge)
		for _, name := range more {
			params[name] = "string"
		}
	}
	for _, api := range l.nodes[kind].APIs {
		if api.Method != method || edge != "" && strings.TrimPrefix(api.Endpoint, "/") != edge || edge == "" && api.Name != own && api.Endpoint != own {
			continue
		}
		known = true
		for _, p := range api.Params {
			params[p.Name] = p.Type
		}
	}
	return params, known || edge == "" && method == http.MethodGet
}

// Checked checks one call to a kind of node and gives what is not published about it.
func (l Lists) Checked(kind, method, edge string, params url.Values) []string {
	var wrong []string
	there, ok := l.edge(kind, method, edge)
	if !ok {
		return []string{kind + " " + method + " " + edge + " is not published"}
	}
	for name, values := range params {
		form, known := there[name]
		// A file is sent as "source", as the page about /{page}/photos says, and as
		// "filedata", as Messenger's page about saving assets does.
		file := edge == "photos" && name == "source" || edge == "message_attachments" && name == "filedata"
		if !known && !slices.Contains(l.Everywhere, name) && !file {
			wrong = append(wrong, kind+" "+method+" "+edge+" takes no "+name)
		}
		form = strings.TrimSuffix(strings.TrimPrefix(form, "list<"), ">")
		if enum, is := l.enums[form]; is {
			for _, v := range strings.Split(strings.Trim(values[0], `[]"`), ",") {
				if !slices.ContainsFunc(enum, func(e string) bool { return strings.EqualFold(e, v) }) {
					wrong = append(wrong, name+" takes no "+v)
				}
			}
		}
	}
	answer := kind
	if method == http.MethodGet && edge != "" {
		answer = l.Answers[edge]
	}
	return append(wrong, l.fields(answer, params.Get("fields"))...)
}

// fields checks a fields parameter, with what stands in its braces.
func (l Lists) fields(kind, text string) []string {
	var wrong []string
	for _, one := range parts(text) {
		head, inner, _ := strings.Cut(one, "{")
		inner = strings.TrimSuffix(inner, "}")
		name, mods, _ := strings.Cut(head, ".")
		params := url.Values{}
		for _, m := range strings.Split(mods, ").") {
			if key, value, is := strings.Cut(m, "("); is {
				params.Set(key, strings.TrimSuffix(value, ")"))
			}
		}
		known := append([]string{"id"}, l.Fields[kind]...)
		for _, f := range l.nodes[kind].Fields {
			known = append(known, f.Name)
		}
		_, edge := l.edge(kind, http.MethodGet, name)
		switch {
		case slices.Contains(known, name) && l.Inner[name] != "" && len(params) == 0:
			wrong = append(wrong, l.fields(l.Inner[name], inner)...)
		case slices.Contains(known, name) && !(edge && len(params) > 0):
			if len(params) > 0 || inner != "" {
				wrong = append(wrong, kind+"."+name+" takes nothing")
			}
		case edge && name != "":
			if inner != "" {
				params.Set("fields", inner)
			}
			wrong = append(wrong, l.Checked(kind, http.MethodGet, name, params)...)
		default:
			wrong = append(wrong, kind+" has no "+name)
		}
	}
	return wrong
}

// parts cuts at the commas that stand in no brackets.
func parts(text string) []string {
	var all []string
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case ',':
			if depth == 0 {
				all, from = append(all, text[from:i]), i+1
			}
		}
	}
	if text != "" {
		all = append(all, text[from:])
	}
	return all
}

// Sent are the parameters of a request, wherever they stand; of a body that was cut in
// half, those of the address.
func Sent(r *http.Request, body []byte) url.Values {
	params := r.URL.Query()
	kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(body), args["boundary"]).ReadForm(16 << 20)
		if err != nil {
			return params
		}
		for name, values := range form.Value {
			params[name] = values
		}
		for name := range form.File {
			params.Set(name, "")
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return params
		}
		for name, values := range form {
			params[name] = values
		}
	}
	return params
}
