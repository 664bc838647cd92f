package bluesky

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type object = map[string]any

// problem is a refusal in the network's words.
type problem struct {
	status        int
	name, message string
}

func invalid(format string, args ...any) *problem {
	return &problem{http.StatusBadRequest, "InvalidRequest", fmt.Sprintf(format, args...)}
}

// answerWith lets an answer have another status than 200.
type answerWith struct {
	status int
	body   any
}

type auth int

const (
	open auth = iota
	access
	refresh
)

type route struct {
	method string
	auth   auth
	call   func(*Network, *request) (any, *problem)
}

// request is one call in hand; the network's lock is held while it is worked on.
type request struct {
	*http.Request
	call   *sandbox.Call
	me     *account
	token  claims
	query  url.Values
	body   object
	raw    []byte
	now    time.Time
	host   string
	header http.Header
}

func (n *Network) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/xrpc/"):
		n.xrpc(w, r)
	case r.URL.Path == "/xrpc/_health" || r.URL.Path == "/":
		fmt.Fprintln(w, "This is a rehearsal AT Protocol data server.")
	case strings.HasPrefix(r.URL.Path, "/.well-known/"), r.URL.Path == "/oauth/jwks":
		n.wellKnown(w, r)
	case r.URL.Path == "/oauth/authorize":
		n.page(w, r)
	case r.URL.Path == "/oauth/par", r.URL.Path == "/oauth/token", r.URL.Path == "/oauth/revoke":
		n.oauth(w, r)
	case strings.HasPrefix(r.URL.Path, "/did:"):
		n.directory(w, r)
	case strings.HasPrefix(r.URL.Path, "/avatar/"):
		n.avatar(w, strings.TrimPrefix(r.URL.Path, "/avatar/"))
	case strings.HasPrefix(r.URL.Path, "/blob/"):
		n.blob(w, strings.TrimPrefix(r.URL.Path, "/blob/"))
	default:
		answer(w, http.StatusNotFound, object{"error": "NotFound", "message": "Not Found"})
	}
}

// directory answers the documents of accounts, as the directory of did:plc does.
func (n *Network) directory(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	did := strings.TrimPrefix(r.URL.Path, "/")
	if a := n.accounts[did]; a != nil {
		answer(w, http.StatusOK, n.document(a, n.host(r)))
		return
	}
	answer(w, http.StatusNotFound, object{"message": "DID not registered: " + did})
}

func (n *Network) xrpc(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	q := &request{Request: r, call: sandbox.From(r.Context()), query: r.URL.Query(), header: w.Header(), now: n.stage.Clock.Now(), host: n.host(r)}
	limit := n.options.BlobLimit
	if name == "app.bsky.video.uploadVideo" {
		limit = videoLimit
	}
	if p := q.read(limit); p != nil {
		refuse(w, p)
		return
	}
	value, p := n.answer(name, q)
	switch {
	case p != nil:
		refuse(w, p)
	case value == nil:
		w.WriteHeader(http.StatusOK)
	default:
		if with, ok := value.(answerWith); ok {
			answer(w, with.status, with.body)
			return
		}
		answer(w, http.StatusOK, value)
	}
}

func (n *Network) answer(name string, q *request) (any, *problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	to, known := n.routes[name]
	if !known {
		to = route{q.Method, access, unknownMethod}
	}
	if to.method != q.Method {
		return nil, invalid("Incorrect HTTP method (%s) expected %s", q.Method, to.method)
	}
	if to.auth != open {
		if p := n.authenticate(q, to.auth); p != nil {
			return nil, p
		}
		if p := n.countCall(q); p != nil {
			return nil, p
		}
	}
	if n.options.PDSOnly && strings.HasPrefix(name, "app.bsky.") && !strings.HasSuffix(name, "Preferences") {
		return nil, &problem{http.StatusBadGateway, "UpstreamFailure", "Upstream service unreachable"}
	}
	if strings.HasPrefix(name, "chat.bsky.") {
		if p := chatAllowed(q, name); p != nil {
			return nil, p
		}
	}
	return to.call(n, q)
}

func unknownMethod(*Network, *request) (any, *problem) {
	return nil, &problem{http.StatusNotImplemented, "MethodNotImplemented", "Method Not Implemented"}
}

// read takes the body in before anything is locked: a slow sender must not hold the others up.
func (q *request) read(limit int64) *problem {
	if q.Method != http.MethodPost || q.Body == nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(q.Body, limit+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the other side went away
	}
	if int64(len(data)) > limit {
		panic(http.ErrAbortHandler) // the real server closes the connection in the middle of the upload
	}
	q.raw = data
	if !strings.HasPrefix(q.Header.Get("Content-Type"), "application/json") || strings.HasSuffix(q.URL.Path, "uploadBlob") {
		return nil
	}
	if len(data) > 1<<20 {
		return &problem{http.StatusRequestEntityTooLarge, "PayloadTooLargeError", "request entity too large"}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&q.body); err != nil {
		return invalid("Malformed JSON body")
	}
	return nil
}

func (q *request) text(name string) string {
	text, _ := q.body[name].(string)
	return text
}

func (q *request) limit(usual, most int) (int, *problem) {
	text := q.query.Get("limit")
	if text == "" {
		return usual, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		return 0, invalid("Error: limit can not be less than 1")
	}
	if limit > most {
		return 0, invalid("Error: limit can not be greater than %d", most)
	}
	return limit, nil
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
	answer(w, p.status, object{"error": p.name, "message": p.message})
}

// refuse says what the stage wants refused.
func (n *Network) refuse(w http.ResponseWriter, _ *http.Request, r sandbox.Refusal) {
	p := &problem{r.Status, "InternalServerError", "Internal Server Error"}
	switch r.Status {
	case http.StatusTooManyRequests:
		p = tooMany()
		if r.RetryAfter != nil {
			rateHeaders(w.Header(), 3000, 0, n.stage.Clock.Now().Add(time.Duration(*r.RetryAfter)*time.Second), "3000;w=300")
		}
	case http.StatusBadGateway:
		p.name, p.message = "UpstreamFailure", "Upstream Failure"
	case http.StatusServiceUnavailable:
		p.name, p.message = "NotEnoughResources", "Not Enough Resources"
	}
	refuse(w, p)
}

func (n *Network) host(r *http.Request) string {
	if n.options.URL != "" {
		return strings.TrimRight(n.options.URL, "/")
	}
	return "http://" + r.Host
}

func (n *Network) avatar(w http.ResponseWriter, did string) {
	n.mu.Lock()
	a := n.accounts[did]
	n.mu.Unlock()
	if a == nil {
		http.NotFound(w, nil)
		return
	}
	who := sandbox.Person{Hue: len(a.did) * 7 % 360, Look: int(a.did[len(a.did)-1]) % 64}
	if a.person != nil {
		who = *a.person
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(who.Portrait())
}

func (n *Network) blob(w http.ResponseWriter, path string) {
	did, cid, _ := strings.Cut(path, "/")
	n.mu.Lock()
	var file blobFile
	if a := n.accounts[did]; a != nil {
		file = a.blobs[cid]
	}
	n.mu.Unlock()
	if file.mime == "" {
		answer(w, http.StatusNotFound, object{"error": "BlobNotFound", "message": "Blob not found"})
		return
	}
	w.Header().Set("Content-Type", file.mime)
	w.Write(file.data)
}

func sortAccounts(all []sandbox.Account) {
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
}
