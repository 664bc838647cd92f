package graph

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// Window is which part of a list is wanted.
type Window struct {
	Limit         int
	After, Before string // ids, out of cursors
	Summary       string // "" none; true, 1 or a list of summary fields
}

// Cut reads which part is wanted; usual is how many when it is not said.
func Cut(get func(string) string, usual int) (Window, *Fault) {
	w := Window{Limit: usual, Summary: get("summary")}
	if text := get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return w, Invalid("Param limit must be a non-negative integer")
		}
		w.Limit = min(n, 100) // more than 100 is cut down without a word
	}
	for _, c := range []struct {
		name string
		to   *string
	}{{"after", &w.After}, {"before", &w.Before}} {
		if text := get(c.name); text != "" {
			id, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				return w, Invalid("Invalid cursor")
			}
			*c.to = string(id)
		}
	}
	return w, nil
}

// Sum answers what was asked of a summary: all of it, or the named parts.
func (w Window) Sum(all map[string]any) any {
	switch w.Summary {
	case "", "0", "false":
		return nil
	case "1", "true":
		return all
	}
	some := map[string]any{}
	for _, name := range strings.Split(w.Summary, ",") {
		if v, ok := all[strings.TrimSpace(name)]; ok {
			some[strings.TrimSpace(name)] = v
		}
	}
	return some
}

// Cursor is a place in a list.
func Cursor(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// Listed is a list in Graph's form.
type Listed struct {
	Data    []any   `json:"data"`
	Paging  *Paging `json:"paging,omitempty"`
	Summary any     `json:"summary,omitempty"`
}

// Paging is where a list goes on.
type Paging struct {
	Cursors  *Cursors `json:"cursors,omitempty"`
	Next     string   `json:"next,omitempty"`
	Previous string   `json:"previous,omitempty"`
}

// Cursors are the places of the first and the last of a part.
type Cursors struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Part cuts the wanted Window out of a list. A cursor whose object is gone answers an empty list: what was read is not read again.
func Part[T any](w Window, all []T, id func(T) string, show func(T) (any, *Fault), more func(after, before string) Paging) (Listed, *Fault) {
	from, to := 0, len(all)
	for i, item := range all {
		if w.After != "" && id(item) == w.After {
			from = i + 1
		}
		if w.Before != "" && id(item) == w.Before {
			to = i
		}
	}
	if w.After != "" && from == 0 || w.Before != "" && to == len(all) {
		from = to
	}
	if w.Before != "" && to-from > w.Limit {
		from = to - w.Limit
	}
	rest := to > from+w.Limit
	to = min(to, from+w.Limit)
	out := Listed{Data: []any{}}
	for _, item := range all[from:to] {
		v, f := show(item)
		if f != nil {
			return out, f
		}
		out.Data = append(out.Data, v)
	}
	if len(out.Data) > 0 {
		p := more(Cursor(id(all[to-1])), Cursor(id(all[from])))
		p.Cursors = &Cursors{Cursor(id(all[from])), Cursor(id(all[to-1]))}
		if !rest {
			p.Next = ""
		}
		if from == 0 {
			p.Previous = ""
		}
		out.Paging = &p
	}
	return out, nil
}

// Links makes the next and previous addresses of a list: the request again, with a cursor and, as on Graph, with the token in it. root
// is the address of the version.
func Links(root, token, path string, query url.Values) func(after, before string) Paging {
	address := func(name, c string) string {
		q := url.Values{}
		for k, values := range query {
			if k != "after" && k != "before" && k != "method" {
				q[k] = values
			}
		}
		q.Set("access_token", token)
		q.Set(name, c)
		return root + "/" + strings.TrimPrefix(path, "/") + "?" + q.Encode()
	}
	return func(after, before string) Paging {
		return Paging{Next: address("after", after), Previous: address("before", before)}
	}
}
