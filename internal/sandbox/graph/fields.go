package graph

import (
	"net/url"
	"strings"
)

// Field is one wanted field: name.modifier(argument){inner fields}.
type Field struct {
	Name  string
	Alias string
	Mods  map[string]string
	Inner []Field
}

// Key is the name under which it is answered.
func (f Field) Key() string {
	if f.Alias != "" {
		return f.Alias
	}
	return f.Name
}

// Names are fields without anything to them.
func Names(all ...string) []Field {
	fs := make([]Field, len(all))
	for i, name := range all {
		fs[i] = Field{Name: name}
	}
	return fs
}

// Wanted reads a fields parameter; nothing wanted is nil, so that each node answers its usual fields.
func Wanted(text string) ([]Field, *Fault) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	r := &fieldReader{text: text}
	fs, f := r.list(0)
	if f == nil && r.at < len(r.text) {
		f = r.wrong()
	}
	return fs, f
}

type fieldReader struct {
	text string
	at   int
}

func (r *fieldReader) wrong() *Fault {
	near := r.text[min(r.at, len(r.text)):]
	return No(400, 2500, 0, "Syntax error \"Expected end of string instead of \"%.1s\".\" at character %d: %.100s", near, r.at, r.text)
}

func (r *fieldReader) list(depth int) ([]Field, *Fault) {
	if depth > 8 {
		return nil, r.wrong()
	}
	var all []Field
	for {
		f, err := r.one(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
		if !r.eat(',') {
			return all, nil
		}
	}
}

func (r *fieldReader) one(depth int) (Field, *Fault) {
	f := Field{Name: r.word()}
	if f.Name == "" {
		return f, r.wrong()
	}
	for r.eat('.') {
		name := r.word()
		if !r.eat('(') {
			return f, r.wrong()
		}
		end := strings.IndexByte(r.text[r.at:], ')')
		if name == "" || end < 0 {
			return f, r.wrong()
		}
		arg := r.text[r.at : r.at+end]
		r.at += end + 1
		if name == "as" {
			f.Alias = arg
			continue
		}
		if f.Mods == nil {
			f.Mods = map[string]string{}
		}
		f.Mods[name] = arg
	}
	if r.eat('{') {
		inner, err := r.list(depth + 1)
		if err != nil {
			return f, err
		}
		if !r.eat('}') {
			return f, r.wrong()
		}
		f.Inner = inner
	}
	return f, nil
}

func (r *fieldReader) eat(c byte) bool {
	r.space()
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *fieldReader) space() {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\n') {
		r.at++
	}
}

func (r *fieldReader) word() string {
	r.space()
	start := r.at
	for r.at < len(r.text) {
		c := r.text[r.at]
		if c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			r.at++
			continue
		}
		break
	}
	return r.text[start:r.at]
}

// Node answers the wanted fields of something; known says each field's value, and whether it has one: Graph leaves out what is empty.
func Node(kind string, wanted, usual []Field, known func(Field) (value any, has, exists bool, f *Fault)) (map[string]any, *Fault) {
	if wanted == nil {
		wanted = usual
	}
	out := make(map[string]any, len(wanted)+1)
	for _, w := range append(wanted[:len(wanted):len(wanted)], Field{Name: "id"}) {
		v, has, exists, f := known(w)
		if f != nil {
			return nil, f
		}
		if !exists {
			return nil, Invalid("Tried accessing nonexisting field (%s) on node type (%s)", w.Name, kind)
		}
		if has {
			out[w.Key()] = v
		}
	}
	return out, nil
}

// Query are the modifiers of a field, as the query of its own edge.
func (f Field) Query() url.Values {
	q := url.Values{}
	for k, x := range f.Mods {
		q.Set(k, x)
	}
	return q
}
