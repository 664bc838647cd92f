package facebook

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// window is which part of a list is wanted.
type window struct {
	limit         int
	after, before string // ids, out of cursors
	summary       string // "" none; true, 1 or a list of summary fields
}

func cut(get func(string) string, usual int) (window, *fault) {
	w := window{limit: usual, summary: get("summary")}
	if text := get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return w, invalid("Param limit must be a non-negative integer")
		}
		w.limit = min(n, 100) // more than 100 is cut down without a word
	}
	for _, c := range []struct {
		name string
		to   *string
	}{{"after", &w.after}, {"before", &w.before}} {
		if text := get(c.name); text != "" {
			id, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				return w, invalid("Invalid cursor")
			}
			*c.to = string(id)
		}
	}
	return w, nil
}

// sum answers what was asked of a summary: all of it, or the named parts.
func (w window) sum(all map[string]any) any {
	switch w.summary {
	case "", "0", "false":
		return nil
	case "1", "true":
		return all
	}
	some := map[string]any{}
	for _, name := range strings.Split(w.summary, ",") {
		if v, ok := all[strings.TrimSpace(name)]; ok {
			some[strings.TrimSpace(name)] = v
		}
	}
	return some
}

func cursor(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// listed is a list in Graph's form.
type listed struct {
	Data    []any   `json:"data"`
	Paging  *paging `json:"paging,omitempty"`
	Summary any     `json:"summary,omitempty"`
}

type paging struct {
	Cursors  *cursors `json:"cursors,omitempty"`
	Next     string   `json:"next,omitempty"`
	Previous string   `json:"previous,omitempty"`
}

type cursors struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// part cuts the wanted window out of a list. A cursor whose object is gone answers an empty list: what was read is not read again.
func part[T any](w window, all []T, id func(T) string, show func(T) (any, *fault), more func(after, before string) paging) (listed, *fault) {
	from, to := 0, len(all)
	for i, item := range all {
		if w.after != "" && id(item) == w.after {
			from = i + 1
		}
		if w.before != "" && id(item) == w.before {
			to = i
		}
	}
	if w.after != "" && from == 0 || w.before != "" && to == len(all) {
		from = to
	}
	if w.before != "" && to-from > w.limit {
		from = to - w.limit
	}
	rest := to > from+w.limit
	to = min(to, from+w.limit)
	out := listed{Data: []any{}}
	for _, item := range all[from:to] {
		v, f := show(item)
		if f != nil {
			return out, f
		}
		out.Data = append(out.Data, v)
	}
	if len(out.Data) > 0 {
		p := more(cursor(id(all[to-1])), cursor(id(all[from])))
		p.Cursors = &cursors{cursor(id(all[from])), cursor(id(all[to-1]))}
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

// links makes the next and previous addresses of a list: the request again, with a cursor and, as on Graph, with the token in it.
func (v *view) links(path string, query url.Values) func(after, before string) paging {
	address := func(name, c string) string {
		q := url.Values{}
		for k, values := range query {
			if k != "after" && k != "before" && k != "method" {
				q[k] = values
			}
		}
		q.Set("access_token", v.token)
		q.Set(name, c)
		return v.base + "/v25.0/" + strings.TrimPrefix(path, "/") + "?" + q.Encode()
	}
	return func(after, before string) paging {
		return paging{Next: address("after", after), Previous: address("before", before)}
	}
}
