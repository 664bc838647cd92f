package facebook

import "strings"

// field is one wanted field: name.modifier(argument){inner fields}.
type field struct {
	name  string
	alias string
	mods  map[string]string
	inner []field
}

func (f field) key() string {
	if f.alias != "" {
		return f.alias
	}
	return f.name
}

func names(all ...string) []field {
	fs := make([]field, len(all))
	for i, name := range all {
		fs[i] = field{name: name}
	}
	return fs
}

// wanted reads a fields parameter; nothing wanted is nil, so that each node answers its usual fields.
func wanted(text string) ([]field, *fault) {
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

func (r *fieldReader) wrong() *fault {
	near := r.text[min(r.at, len(r.text)):]
	return no(400, 2500, 0, "Syntax error \"Expected end of string instead of \"%.1s\".\" at character %d: %.100s", near, r.at, r.text)
}

func (r *fieldReader) list(depth int) ([]field, *fault) {
	if depth > 8 {
		return nil, r.wrong()
	}
	var all []field
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

func (r *fieldReader) one(depth int) (field, *fault) {
	f := field{name: r.word()}
	if f.name == "" {
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
			f.alias = arg
			continue
		}
		if f.mods == nil {
			f.mods = map[string]string{}
		}
		f.mods[name] = arg
	}
	if r.eat('{') {
		inner, err := r.list(depth + 1)
		if err != nil {
			return f, err
		}
		if !r.eat('}') {
			return f, r.wrong()
		}
		f.inner = inner
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
