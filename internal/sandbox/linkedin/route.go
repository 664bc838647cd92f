package linkedin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// action says what a request does, in the words of the stage.
func action(r *http.Request) sandbox.Action {
	path := r.URL.Path
	get := r.Method == http.MethodGet
	switch {
	case strings.HasPrefix(path, "/oauth/v2/authorization"):
		return ""
	case strings.HasPrefix(path, "/oauth/"), strings.HasPrefix(path, "/v2/"), path == "/rest/me", strings.HasPrefix(path, "/rest/eventSubscriptions"),
		strings.HasPrefix(path, "/rest/organizations"), path == "/rest/organizationAcls":
		return sandbox.Token
	case strings.HasPrefix(path, "/dms-uploads/"):
		if r.Method == http.MethodPost {
			return sandbox.Subtitle
		}
		return sandbox.Upload
	case strings.HasPrefix(path, "/rest/images"), strings.HasPrefix(path, "/rest/videos"), strings.HasPrefix(path, "/rest/documents"):
		if get {
			return sandbox.Read
		}
		return sandbox.Upload
	case strings.Contains(path, "Statistics"), strings.Contains(path, "Analytics"), get && strings.HasPrefix(path, "/rest/socialMetadata"),
		strings.HasPrefix(path, "/rest/networkSizes"), strings.HasPrefix(path, "/rest/memberFollowersCount"):
		return sandbox.Insights
	case get:
		return sandbox.Read
	case strings.HasPrefix(path, "/rest/reactions"):
		return sandbox.Like
	case r.Method == http.MethodDelete:
		return sandbox.Delete
	case partial(r):
		return sandbox.Edit
	case path == "/rest/posts":
		return sandbox.Publish
	case strings.HasPrefix(path, "/rest/socialActions/"):
		return sandbox.Reply
	}
	return ""
}

// partial says whether a request is a partial update. The documentation writes the method in capitals, LinkedIn's own client does not.
func partial(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("X-RestLi-Method"), "PARTIAL_UPDATE")
}

// ask is one call under way. The network's mutex is held while it is answered.
type ask struct {
	n     *Network
	w     http.ResponseWriter
	r     *http.Request
	call  *sandbox.Call
	token *token
	now   time.Time
	query url.Values
	path  []string // below /rest, each piece decoded
	body  []byte
}

func (n *Network) serve(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/oauth/v2/authorization":
		n.authorization(w, r)
	case path == "/oauth/v2/accessToken", path == "/oauth/v2/introspectToken":
		n.oauth(w, r)
	case strings.HasPrefix(path, "/dms-uploads/"):
		n.receive(w, r)
	case path == "/v2/userinfo", path == "/v2/me", strings.HasPrefix(path, "/rest/"):
		n.rest(w, r)
	default:
		n.fail(w, no(http.StatusNotFound, "", "No virtual resource found").by(0))
	}
	n.courier.wake()
}

// rest is a call of the API.
func (n *Network) rest(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		n.fail(w, badRequest("the body cannot be read"))
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	a := &ask{n: n, w: w, r: r, call: sandbox.From(r.Context()), now: n.now(), query: r.URL.Query(), body: body}
	if f := a.admit(); f != nil {
		n.fail(w, f)
		return
	}
	v, f := a.answer()
	switch {
	case f != nil:
		n.fail(w, f)
	case v != nil:
		n.write(w, http.StatusOK, v)
	}
}

// admit looks at the version, the token and the limits.
func (a *ask) admit() *fault {
	if rest := strings.HasPrefix(a.r.URL.Path, "/rest/"); rest {
		if f := a.versioned(); f != nil {
			return f
		}
		for _, piece := range strings.Split(strings.TrimPrefix(a.r.URL.EscapedPath(), "/rest/"), "/") {
			plain, err := url.PathUnescape(piece)
			if err != nil {
				return badRequest("Invalid path")
			}
			a.path = append(a.path, plain)
		}
	}
	var f *fault
	if a.token, f = a.n.bearer(a.r, a.call); f != nil {
		return f
	}
	return a.n.spend(a.token, a.now)
}

func (a *ask) versioned() *fault {
	version := a.r.Header.Get("Linkedin-Version")
	if version == "" {
		return no(http.StatusBadRequest, "VERSION_MISSING", "A version must be present. Please specify a version by adding the Linkedin-Version header.")
	}
	at, err := time.Parse("200601", version)
	// Each version lives a year, and ends in the middle of a month.
	if err != nil || at.After(a.now) || a.now.After(at.AddDate(1, 0, 14)) {
		return no(http.StatusUpgradeRequired, "NONEXISTENT_VERSION", "Requested version %s is not active", version)
	}
	if a.r.Header.Get("X-Restli-Protocol-Version") != "2.0.0" {
		// Older forms of keys and lists exist there; nobody should mix the two.
		return badRequest("Invalid query parameters passed to request: protocol 1.0.0")
	}
	return nil
}

// spend counts a call against the limits of the day.
func (n *Network) spend(t *token, now time.Time) *fault {
	day := now.UTC().Format("2006-01-02 ")
	for who, most := range map[string]int{"app": n.options.AppDaily, t.member.id: n.options.MemberDaily} {
		if most > 0 && n.used[day+who] >= most {
			return throttled()
		}
	}
	n.used[day+"app"]++
	n.used[day+t.member.id]++
	return nil
}

func (a *ask) answer() (any, *fault) {
	if a.path == nil {
		return a.me()
	}
	method, about := a.r.Header.Get("X-RestLi-Method"), len(a.path)
	if strings.EqualFold(method, "BATCH_GET") || a.query.Has("ids") {
		if a.n.options.Development {
			return nil, denied("Not enough permissions to access: BATCH_GET." + a.path[0])
		}
	}
	switch a.path[0] {
	case "me":
		return a.me()
	case "people":
		return a.people()
	case "organizations":
		return a.organizations()
	case "organizationAcls":
		return a.acls()
	case "posts":
		return a.postsAt(about)
	case "images", "videos", "documents":
		return a.filesAt()
	case "socialActions":
		return a.socialActions()
	case "reactions":
		return a.reactionsAt()
	case "socialMetadata":
		return a.metadata()
	case "organizationalEntityNotifications":
		return a.pull()
	case "eventSubscriptions":
		return a.subscriptions()
	case "organizationalEntityShareStatistics":
		return a.shareStatistics()
	case "organizationalEntityFollowerStatistics":
		return a.followerStatistics()
	case "networkSizes":
		return a.networkSize()
	case "memberCreatorPostAnalytics":
		return a.memberAnalytics()
	case "memberFollowersCount":
		return a.memberFollowers()
	}
	return nil, no(http.StatusNotFound, "", "No root resource defined for path '/%s'", a.path[0])
}

// told reads the body into v and refuses fields that nobody documents.
func (a *ask) told(v any) *fault {
	if !strings.HasPrefix(a.r.Header.Get("Content-Type"), "application/json") {
		return no(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type")
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if name, odd := strings.CutPrefix(err.Error(), "json: unknown field "); odd {
			return no(http.StatusUnprocessableEntity, "", "ERROR :: /%s :: unrecognized field found but not allowed\n", strings.Trim(name, `"`))
		}
		return badRequest("Request body could not be converted to data map")
	}
	return nil
}

// patched reads what a partial update sets.
func patched[T any](a *ask) (set T, f *fault) {
	var body struct {
		Patch struct {
			Set T `json:"$set"`
		} `json:"patch"`
	}
	if !partial(a.r) {
		return set, badRequest("X-RestLi-Method: PARTIAL_UPDATE is missing")
	}
	f = a.told(&body)
	return body.Patch.Set, f
}

// window reads start and count.
func (a *ask) window(usual, most int) (start, count int, f *fault) {
	count = usual
	for name, into := range map[string]*int{"start": &start, "count": &count} {
		if text := a.query.Get(name); text != "" {
			v, err := strconv.Atoi(text)
			if err != nil || v < 0 || name == "count" && v > most {
				return 0, 0, wrong(name, text)
			}
			*into = v
		}
	}
	return start, count, nil
}

// paged gives a page of a list as Rest.li does.
func paged[T any](a *ask, all []T, show func(T) any, usual, most int) (any, *fault) {
	start, count, f := a.window(usual, most)
	if f != nil {
		return nil, f
	}
	elements := []any{}
	for i := start; i < min(start+count, len(all)); i++ {
		elements = append(elements, show(all[i]))
	}
	links := []any{}
	if start+count < len(all) {
		q := a.r.URL.Query()
		q.Set("start", strconv.Itoa(start+count))
		q.Set("count", strconv.Itoa(count))
		links = append(links, map[string]string{"rel": "next", "type": "application/json", "href": a.r.URL.EscapedPath() + "?" + q.Encode()})
	}
	return map[string]any{"paging": map[string]any{"start": start, "count": count, "links": links, "total": len(all)}, "elements": elements}, nil
}

// list reads List(a,b) of a query, each piece decoded once more.
func list(text string) ([]string, bool) {
	inner, ok := strings.CutPrefix(text, "List(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return nil, false
	}
	inner = strings.TrimSuffix(inner, ")")
	var all []string
	depth, from := 0, 0
	for i, c := range inner + "," {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			if piece := inner[from:i]; piece != "" {
				all = append(all, piece)
			}
			from = i + 1
		}
	}
	return all, true
}

// record reads (a:1,b:2) of a path or query, as Rest.li 2.0 writes keys.
func record(text string) map[string]string {
	inner, ok := strings.CutPrefix(text, "(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return nil
	}
	fields := map[string]string{}
	pieces, _ := list("List(" + strings.TrimSuffix(inner, ")") + ")")
	for _, piece := range pieces {
		name, value, _ := strings.Cut(piece, ":")
		fields[name] = value
	}
	return fields
}
