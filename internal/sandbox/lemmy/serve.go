package lemmy

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type object = map[string]any

// problem is a refusal in Lemmy's words; plain is one of the framework below it,
// which is no JSON.
type problem struct {
	status      int
	word, plain string
}

func no(word string) *problem {
	switch word {
	case "incorrect_login":
		return &problem{status: http.StatusUnauthorized, word: word}
	case "not_found":
		return &problem{status: http.StatusNotFound, word: word}
	}
	return &problem{status: http.StatusBadRequest, word: word}
}

// request is one call in hand; the server's lock is held while it is worked on.
type request struct {
	*http.Request
	call *sandbox.Call
	me   *member
	data []byte
	now  time.Time
	host string
}

type handle func(*Network, *request) (any, *problem)

func (n *Network) to(open bool, call handle) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(io.LimitReader(r.Body, 2<<20))
		if err != nil {
			panic(http.ErrAbortHandler) // the other side went away
		}
		value, p := n.work(&request{Request: r, call: sandbox.From(r.Context()), data: data, now: n.stage.Clock.Now(), host: n.host(r)}, open, call)
		if p != nil {
			refuse(w, p)
			return
		}
		answer(w, http.StatusOK, value)
	}
}

func (n *Network) work(q *request, open bool, call handle) (any, *problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.enter(q, open); p != nil {
		return nil, p
	}
	return call(n, q)
}

// enter finds out who asks. A session that is no good is nobody's: what is open
// to all is answered as to a stranger.
func (n *Network) enter(q *request, open bool) *problem {
	token, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	if q.me = n.sessions[token]; q.me != nil && q.call != nil {
		if _, hit := q.call.Has(sandbox.TokenRevoked); hit {
			delete(n.sessions, token)
			q.me = nil
		}
		if _, hit := q.call.Has(sandbox.TokenExpired); hit {
			q.me = nil
		}
	}
	if q.me == nil {
		if open {
			return nil
		}
		return no("incorrect_login")
	}
	if q.call != nil {
		if _, hit := q.call.Has(sandbox.TokenReduced); hit {
			q.me.banned = true // by the administrators: the nearest to a right that is taken away
		}
	}
	if q.me.banned && !open {
		return no("site_ban")
	}
	return n.spend(q, &q.me.calls, time.Minute, n.options.Messages)
}

func (n *Network) spend(q *request, w *window, length time.Duration, most int) *problem {
	if q.now.Sub(w.start) >= length || q.now.Before(w.start) {
		w.start, w.spent = q.now, 0
	}
	if w.spent++; w.spent > most {
		return no("rate_limit_error")
	}
	return nil
}

// read reads a body into a struct as strictly as the server does: a wrong type or
// a missing field is refused before anybody looks at it. Fields that are pointers
// may be missing.
func read[T any](q *request) (T, *problem) {
	var into T
	if json.Unmarshal(q.data, &into) != nil {
		return into, &problem{status: http.StatusBadRequest, plain: "Json deserialize error: invalid type"}
	}
	var given map[string]json.RawMessage
	_ = json.Unmarshal(q.data, &given) // it has just been read
	kind := reflect.TypeOf(into)
	for i := range kind.NumField() {
		name := kind.Field(i).Tag.Get("json")
		if _, ok := given[name]; !ok && kind.Field(i).Type.Kind() != reflect.Pointer {
			return into, &problem{status: http.StatusBadRequest, plain: fmt.Sprintf("Json deserialize error: missing field `%s`", name)}
		}
	}
	return into, nil
}

// number reads a number of the query; a word in its place is refused.
func (q *request) number(name string, usual int64) (int64, *problem) {
	s := q.URL.Query().Get(name)
	if s == "" {
		return usual, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, &problem{status: http.StatusBadRequest, plain: "Query deserialize error: invalid digit found in string"}
	}
	return n, nil
}

// cut gives the page of a list that was asked for.
func cut[T any](q *request, all []T) ([]T, *problem) {
	limit, p := q.number("limit", 10)
	if p != nil {
		return nil, p
	}
	page, p := q.number("page", 1)
	if p != nil {
		return nil, p
	}
	if limit < 1 || limit > 50 || page < 1 {
		return nil, no("couldnt_get_posts")
	}
	if s := q.URL.Query().Get("unread_only"); s != "" && s != "true" && s != "false" {
		return nil, &problem{status: http.StatusBadRequest, plain: "Query deserialize error: provided string was not `true` or `false`"}
	}
	from := min(int64(len(all)), (page-1)*limit)
	return all[from:min(int64(len(all)), from+limit)], nil
}

func answer(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(data)
}

func refuse(w http.ResponseWriter, p *problem) {
	if p.plain != "" {
		http.Error(w, p.plain, p.status)
		return
	}
	answer(w, p.status, object{"error": p.word})
}

// refuse says what the stage wants refused: the server's own limit has no header,
// that of the proxy before it has; errors are the proxy's.
func (n *Network) refuse(w http.ResponseWriter, _ *http.Request, r sandbox.Refusal) {
	if r.Kind == sandbox.Throttled && r.RetryAfter == nil && !r.Asked {
		refuse(w, no("rate_limit_error"))
		return
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(r.Status)
	fmt.Fprintf(w, "<html><head><title>%d %s</title></head><body><center><h1>%[1]d %[2]s</h1></center><hr><center>nginx</center></body></html>", r.Status, http.StatusText(r.Status))
}

func (n *Network) host(r *http.Request) string {
	if n.options.URL != "" {
		return strings.TrimRight(n.options.URL, "/")
	}
	return "http://" + r.Host
}
