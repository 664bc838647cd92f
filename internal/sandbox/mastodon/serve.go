package mastodon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type object = map[string]any

// problem is a refusal in the instance's words.
type problem struct {
	status int
	text   string
	more   string // error_description
}

func (n *Network) invalid(format string, args ...any) *problem {
	text := fmt.Sprintf(format, args...)
	if n.options.GoToSocial {
		return &problem{status: http.StatusBadRequest, text: "Bad Request: " + text}
	}
	return &problem{status: http.StatusUnprocessableEntity, text: "Validation failed: " + text}
}

func missing() *problem { return &problem{status: http.StatusNotFound, text: "Record not found"} }
func forbidden() *problem {
	return &problem{status: http.StatusForbidden, text: "This action is not allowed"}
}
func tooMany() *problem {
	return &problem{status: http.StatusTooManyRequests, text: "Too many requests"}
}

// request is one call in hand; the instance's lock is held while it is worked on.
type request struct {
	*http.Request
	call      *sandbox.Call
	me        *account
	token     *token
	values    url.Values // of query and body, lists under their name without brackets
	file      []byte
	thumbnail []byte
	kind      string // of the file
	now       time.Time
	host      string
	header    http.Header
}

// status lets an answer have another status than 200.
type replyWith struct {
	status int
	body   any
}

type handle func(*Network, *request) (any, *problem)

// to makes a route: scope "" needs no token, "user" any token of a person.
func (n *Network) to(scope string, call handle) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r, call: sandbox.From(r.Context()), now: n.stage.Clock.Now(), host: n.host(r), header: w.Header()}
		if p := q.read(n.options.VideoLimit); p != nil {
			refuse(w, p)
			return
		}
		value, p := n.answer(q, scope, call)
		if p != nil {
			refuse(w, p)
			return
		}
		if with, ok := value.(replyWith); ok {
			answer(w, with.status, with.body)
			return
		}
		answer(w, http.StatusOK, value)
	}
}

func (n *Network) answer(q *request, scope string, call handle) (any, *problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.authenticate(q, scope); p != nil {
		return nil, p
	}
	if q.me != nil {
		if p := n.count(q, &q.me.calls, 5*time.Minute, n.options.Requests); p != nil {
			return nil, p
		}
	}
	return call(n, q)
}

// read takes query and body in before anything is locked: a slow sender must not hold the others up.
func (q *request) read(most int64) *problem {
	q.values = url.Values{}
	add := func(from map[string][]string) {
		for name, values := range from {
			name = strings.TrimSuffix(name, "[]")
			q.values[name] = append(q.values[name], values...)
		}
	}
	add(q.URL.Query())
	if q.Body == nil || q.Method == http.MethodGet {
		return nil
	}
	kind, params, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return q.parts(multipart.NewReader(q.Body, params["boundary"]), most)
	}
	data, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the other side went away
	}
	if kind == "application/json" {
		return q.json(data)
	}
	form, err := url.ParseQuery(string(data))
	if err != nil {
		return &problem{status: http.StatusBadRequest, text: "Bad Request"}
	}
	add(form)
	return nil
}

func (q *request) json(data []byte) *problem {
	if len(data) == 0 {
		return nil
	}
	var body object
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&body) != nil {
		return &problem{status: http.StatusBadRequest, text: "Error occurred while parsing request parameters"}
	}
	var flat func(prefix string, value any)
	flat = func(prefix string, value any) {
		switch v := value.(type) {
		case nil:
		case object:
			for name, inner := range v {
				flat(prefix+"["+name+"]", inner)
			}
		case []any:
			for _, inner := range v {
				flat(prefix, inner)
			}
		default:
			q.values.Add(prefix, fmt.Sprint(v))
		}
	}
	for name, value := range body {
		flat(name, value)
	}
	return nil
}

func (q *request) parts(reader *multipart.Reader, most int64) *problem {
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		data, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if int64(len(data)) > most {
			return &problem{status: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
		}
		if part.FormName() == "file" {
			q.file, q.kind = data, part.Header.Get("Content-Type")
			continue
		}
		if part.FormName() == "thumbnail" {
			q.thumbnail = data
			continue
		}
		name := strings.TrimSuffix(part.FormName(), "[]")
		q.values[name] = append(q.values[name], string(data))
	}
}

func (q *request) has(name string) bool { return len(q.values[name]) > 0 }

func (q *request) flag(name string) bool {
	return slices.Contains([]string{"true", "1", "on", "t"}, strings.ToLower(q.values.Get(name)))
}

func (q *request) number(name string) int64 {
	n, _ := strconv.ParseInt(q.values.Get(name), 10, 64)
	return n
}

func (q *request) limit(usual, most int) int {
	if n := int(q.number("limit")); n > 0 {
		return min(n, most)
	}
	return usual
}

func answer(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(data)
}

func refuse(w http.ResponseWriter, p *problem) {
	body := object{"error": p.text}
	if p.more != "" {
		body["error_description"] = p.more
	}
	answer(w, p.status, body)
}

// refuse says what the stage wants refused.
func (n *Network) refuse(w http.ResponseWriter, _ *http.Request, r sandbox.Refusal) {
	p := &problem{status: r.Status, text: "We're sorry, but something went wrong on our end."}
	switch r.Status {
	case http.StatusTooManyRequests:
		p = tooMany()
		if r.RetryAfter != nil {
			rateHeaders(w.Header(), n.options.Requests, 0, n.stage.Clock.Now().Add(time.Duration(*r.RetryAfter)*time.Second))
		}
	case http.StatusServiceUnavailable:
		p.text = "Remote data could not be fetched"
	}
	refuse(w, p)
}

func (n *Network) host(r *http.Request) string {
	if n.options.URL != "" {
		return strings.TrimRight(n.options.URL, "/")
	}
	return "http://" + r.Host
}

// window counts what was spent since its start; windows are fixed to the clock, as the real limiter has them.
type window struct {
	start time.Time
	spent int
}

func (n *Network) count(q *request, w *window, length time.Duration, most int) *problem {
	if q.now.Sub(w.start) >= length || q.now.Before(w.start) {
		w.start, w.spent = q.now.Truncate(length), 0
	}
	left := most - w.spent - 1
	rateHeaders(q.header, most, max(left, 0), w.start.Add(length))
	if left < 0 {
		return tooMany()
	}
	w.spent++
	return nil
}

func rateHeaders(h http.Header, most, left int, reset time.Time) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(most))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	h.Set("X-RateLimit-Reset", reset.UTC().Format("2006-01-02T15:04:05.000000Z"))
}

// page cuts a window out of a list that is ordered by identifier and leaves the Link header. since_id takes the newest after it,
// min_id those directly after it, as on the real network.
func page[T any](q *request, all []T, id func(T) int64, keep func(T) bool, limit int) []T {
	most, since, least := q.number("max_id"), q.number("since_id"), q.number("min_id")
	var found []T
	take := func(one T) bool {
		at := id(one)
		if (most == 0 || at < most) && at > max(since, least) && keep(one) {
			found = append(found, one)
		}
		return len(found) < limit
	}
	if least > 0 {
		for _, one := range all {
			if !take(one) {
				break
			}
		}
		slices.Reverse(found)
	} else {
		for i := len(all) - 1; i >= 0; i-- {
			if !take(all[i]) {
				break
			}
		}
	}
	if len(found) > 0 {
		link := func(name string, one T, rel string) string {
			query := maps.Clone(q.URL.Query())
			for _, other := range []string{"max_id", "since_id", "min_id"} {
				query.Del(other)
			}
			query.Set(name, key(id(one)))
			return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, q.host, q.URL.Path, query.Encode(), rel)
		}
		links := link("min_id", found[0], "prev")
		if len(found) == limit {
			links = link("max_id", found[len(found)-1], "next") + ", " + links
		}
		q.header.Set("Link", links)
	}
	return found
}
