package x

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// route is one operation: who may call it, what it may be asked, and how often.
type route struct {
	pattern string
	scopes  string // of a person's token; "app" is the app's own token
	params  string // known ones, as the specification lists them
	user    int    // calls for each person and quarter of an hour
	day     int    // and in 24 hours; 0 is any number
	call    func(*Network, *ask) (int, any, *problem)
}

// ask is one call in hand; the network's lock is held while it is worked on.
type ask struct {
	*http.Request
	call   *sandbox.Call
	me     *user
	token  *token
	query  url.Values
	body   []byte
	formed *segment // of a file, read while it came in
	now    time.Time
	host   string
}

const (
	userParams = "user.fields expansions post.fields tweet.fields"
	postParams = userParams + " media.fields poll.fields place.fields"
	pageParams = " max_results pagination_token"
	timeParams = " start_time end_time since_id until_id"
	dmParams   = "dm_event.fields event_types expansions user.fields post.fields tweet.fields media.fields" + pageParams
)

// routes is what is played, with the limits of the page “Rate limits” as read on 2026-11-26.
func routes() []route {
	return []route{
		{"POST /2/tweets", "tweet.write users.read tweet.read", "", 100, 0, (*Network).createPost},
		{"GET /2/tweets", "tweet.read users.read", "ids " + postParams, 5000, 0, (*Network).getPosts},
		{"GET /2/tweets/{id}", "tweet.read users.read", postParams, 900, 0, (*Network).getPost},
		{"DELETE /2/tweets/{id}", "tweet.write users.read tweet.read", "", 50, 0, (*Network).deletePost},
		{"PUT /2/tweets/{id}/hidden", "tweet.moderate.write users.read tweet.read", "", 50, 0, (*Network).hidePost},
		{"GET /2/tweets/{id}/liking_users", "like.read tweet.read users.read", userParams + pageParams, 75, 0, (*Network).likers},
		{"GET /2/tweets/{id}/retweets", "tweet.read users.read", postParams + pageParams, 75, 0, (*Network).reposts},
		{"GET /2/tweets/{id}/quote_tweets", "tweet.read users.read", "exclude " + postParams + pageParams, 75, 0, (*Network).quoters},
		{"GET /2/tweets/search/recent", "tweet.read users.read", "query sort_order next_token " + postParams + pageParams + timeParams, 300, 0, (*Network).search},
		{"GET /2/tweets/analytics", "tweet.read users.read", "ids start_time end_time granularity analytics.fields", 300, 0, (*Network).analytics},
		{"GET /2/users/me", "tweet.read users.read", userParams, 75, 0, (*Network).getMe},
		{"GET /2/users/by", "tweet.read users.read", "usernames " + userParams, 900, 0, (*Network).usersBy},
		{"GET /2/users/{id}", "tweet.read users.read", userParams, 900, 0, (*Network).getUser},
		{"GET /2/users/{id}/mentions", "tweet.read users.read", postParams + pageParams + timeParams, 300, 0, (*Network).mentions},
		{"GET /2/users/{id}/tweets", "tweet.read users.read", "exclude " + postParams + pageParams + timeParams, 900, 0, (*Network).timeline},
		{"GET /2/users/{id}/followers", "follows.read tweet.read users.read", userParams + pageParams, 300, 0, (*Network).followers},
		{"POST /2/users/{id}/likes", "like.write tweet.read users.read", "", 50, 1000, (*Network).like},
		{"DELETE /2/users/{id}/likes/{other}", "like.write tweet.read users.read", "", 50, 1000, (*Network).unlike},
		{"POST /2/users/{id}/retweets", "tweet.write tweet.read users.read", "", 50, 300, (*Network).repost},
		{"DELETE /2/users/{id}/retweets/{other}", "tweet.write tweet.read users.read", "", 50, 300, (*Network).unrepost},
		{"POST /2/users/{id}/muting", "mute.write tweet.read users.read", "", 50, 0, (*Network).mute},
		{"DELETE /2/users/{id}/muting/{other}", "mute.write tweet.read users.read", "", 50, 0, (*Network).unmute},
		{"POST /2/users/{id}/dm/block", "dm.write tweet.read users.read", "", 10, 400, (*Network).dmBlock},
		{"POST /2/users/{id}/dm/unblock", "dm.write tweet.read users.read", "", 10, 400, (*Network).dmUnblock},
		{"POST /2/media/upload/initialize", "media.write", "", 1875, 0, (*Network).initUpload},
		{"POST /2/media/upload/{id}/append", "media.write", "", 1875, 0, (*Network).appendUpload},
		{"POST /2/media/upload/{id}/finalize", "media.write", "", 1875, 0, (*Network).finalizeUpload},
		{"GET /2/media/upload", "media.write", "media_id command", 1000, 0, (*Network).uploadStatus},
		{"POST /2/media/metadata", "media.write", "", 500, 0, (*Network).describe},
		{"POST /2/media/subtitles", "media.write", "", 500, 0, (*Network).subtitle},
		{"GET /2/dm_events", "dm.read tweet.read users.read", dmParams, 15, 0, (*Network).dmEvents},
		{"GET /2/dm_conversations/with/{id}/dm_events", "dm.read tweet.read users.read", dmParams, 15, 0, (*Network).dmWith},
		{"GET /2/dm_conversations/{conv}/dm_events", "dm.read tweet.read users.read", dmParams, 15, 0, (*Network).dmIn},
		{"POST /2/dm_conversations/with/{id}/messages", "dm.write tweet.read users.read", "", 15, 1440, (*Network).dmTo},
		{"POST /2/dm_conversations/{conv}/messages", "dm.write tweet.read users.read", "", 15, 1440, (*Network).dmInto},
		{"GET /2/communities/search", "tweet.read users.read", "query max_results next_token pagination_token community.fields", 300, 0, (*Network).searchCommunities},
		{"GET /2/usage/tweets", "app", "days usage.fields", 50, 0, (*Network).usage},
		{"POST /2/webhooks", "app", "", 450, 0, nil}, // asks back, so it is served without the lock
		{"GET /2/webhooks", "app", "webhook_config.fields", 450, 0, (*Network).listWebhooks},
		{"PUT /2/webhooks/{id}", "app", "", 450, 0, nil},
		{"DELETE /2/webhooks/{id}", "app", "", 450, 0, (*Network).deleteWebhook},
		{"POST /2/activity/subscriptions", "any", "", 500, 0, (*Network).subscribe},
		{"GET /2/activity/subscriptions", "any", "max_results pagination_token", 500, 0, (*Network).listSubscriptions},
		{"DELETE /2/activity/subscriptions/{id}", "app", "", 500, 0, (*Network).unsubscribe},
	}
}

func (n *Network) table() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes() {
		mux.HandleFunc(r.pattern, n.to(r))
	}
	mux.HandleFunc("GET /i/oauth2/authorize", n.consent)
	mux.HandleFunc("POST /i/oauth2/authorize", n.consent)
	mux.HandleFunc("POST /2/oauth2/token", n.grant)
	mux.HandleFunc("POST /2/oauth2/revoke", n.revoke)
	mux.HandleFunc("GET /avatars/{id}", n.avatar)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { missing("", "", "").write(w) })
	return mux
}

var number = regexp.MustCompile(`^[0-9]{1,19}$`)

func (n *Network) to(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		a := &ask{Request: q, call: sandbox.From(q.Context()), query: q.URL.Query(), host: "http://" + q.Host}
		n.host.Store(&a.host)
		// What a slow sender takes is taken in before anything is locked.
		kind, args, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
		var err error
		if n.options.Edge > 0 && q.ContentLength > n.options.Edge && strings.HasSuffix(q.URL.Path, "/append") {
			w.WriteHeader(http.StatusRequestEntityTooLarge) // and not a word
			return
		}
		if kind == "multipart/form-data" && strings.HasSuffix(q.URL.Path, "/append") {
			a.formed = formed(q.Body, args["boundary"])
		} else if a.body, err = io.ReadAll(io.LimitReader(q.Body, 32<<20)); err != nil {
			panic(http.ErrAbortHandler)
		}
		a.now = n.stage.Clock.Now()
		status, value, p := n.answer(w.Header(), a, r)
		if p != nil {
			p.write(w)
		} else {
			n.mu.Lock()
			n.charge(a, value)
			n.mu.Unlock()
			answer(w, status, value)
		}
		n.courier.wake()
	}
}

func (n *Network) answer(h http.Header, a *ask, r route) (int, any, *problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.authenticate(a, r); p != nil {
		return 0, nil, p
	}
	if p := n.count(h, a, r); p != nil {
		return 0, nil, p
	}
	known := strings.Fields(r.params)
	for name := range a.query {
		if !slices.Contains(known, name) {
			return 0, nil, invalid(name, a.query.Get(name), "The query parameter [%s] is not one of [%s]", name, strings.Join(known, ","))
		}
	}
	for _, name := range []string{"id", "other"} {
		if v := a.PathValue(name); v != "" && !number.MatchString(v) {
			return 0, nil, invalid(name, v, "The `%s` query parameter value [%s] is not valid", name, v)
		}
	}
	if r.call == nil {
		n.mu.Unlock()
		defer n.mu.Lock()
		return n.registers(a)
	}
	return r.call(n, a)
}

func (n *Network) authenticate(a *ask, r route) *problem {
	key, is := strings.CutPrefix(a.Header.Get("Authorization"), "Bearer ")
	if !is {
		return plainly(http.StatusUnauthorized, "Unauthorized", "Unauthorized")
	}
	if key == n.options.Bearer {
		if r.scopes == "app" || r.scopes == "any" {
			return nil
		}
		return &problem{status: http.StatusForbidden, kind: "https://api.x.com/2/problems/unsupported-authentication", title: "Unsupported Authentication",
			detail: "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."}
	}
	t := n.tokens[key]
	for _, k := range []sandbox.Kind{sandbox.TokenExpired, sandbox.TokenRevoked} {
		if _, gone := a.call.Has(k); gone {
			t = nil
		}
	}
	if t == nil || t.revoked || !a.now.Before(t.expires) {
		return plainly(http.StatusUnauthorized, "Unauthorized", "Unauthorized")
	}
	a.token, a.me = t, t.user
	if r.scopes == "app" {
		return plainly(http.StatusForbidden, "Forbidden", "Forbidden")
	}
	// Nothing in the answer says which scope is missing.
	if m, less := a.call.Has(sandbox.TokenReduced); less && (len(m.Scopes) == 0 || slices.ContainsFunc(strings.Fields(r.scopes), func(s string) bool { return slices.Contains(m.Scopes, s) })) {
		return plainly(http.StatusForbidden, "Forbidden", "Forbidden")
	}
	for _, s := range strings.Fields(r.scopes) {
		if s != "any" && !slices.Contains(t.scopes, s) {
			return plainly(http.StatusForbidden, "Forbidden", "Forbidden")
		}
	}
	if _, blocked := a.call.Has(sandbox.Blocked); blocked && a.Method != http.MethodGet {
		return plainly(http.StatusForbidden, "Forbidden", "This request looks like it might be automated. To protect our users from spam and other malicious activity, we can't complete this action right now. Please try again later.")
	}
	return nil
}

// window is a quarter of an hour, or a day, of one person's calls of one operation.
type window struct {
	start time.Time
	spent int
}

func (n *Network) count(h http.Header, a *ask, r route) *problem {
	who := "app"
	if a.me != nil {
		who = id(a.me.id)
	}
	for _, one := range []struct {
		length time.Duration
		most   int
		prefix string
	}{{15 * time.Minute, r.user, "X-Rate-Limit-"}, {24 * time.Hour, r.day, "X-User-Limit-24hour-"}} {
		if one.most == 0 {
			continue
		}
		key := r.pattern + " " + who + " " + one.prefix
		w := n.windows[key]
		if w == nil || a.now.Sub(w.start) >= one.length {
			w = &window{start: a.now}
			n.windows[key] = w
		}
		left := one.most - w.spent - 1
		if n.options.Plenty {
			left = one.most
		}
		limited(h, one.prefix, one.most, max(left, 0), w.start.Add(one.length))
		if left < 0 {
			return tooMany()
		}
		w.spent++
	}
	return nil
}

func limited(h http.Header, prefix string, most, left int, reset time.Time) {
	h.Set(prefix+"Limit", strconv.Itoa(most))
	h.Set(prefix+"Remaining", strconv.Itoa(left))
	h.Set(prefix+"Reset", strconv.FormatInt(reset.Unix(), 10))
}

// problem is a refusal in X's words.
type problem struct {
	status              int
	kind, title, detail string
	more                object
}

func (p *problem) Error() string { return p.detail }

func (p *problem) write(w http.ResponseWriter) {
	body := object{"title": p.title, "detail": p.detail, "type": p.kind}
	if p.kind == "about:blank" || p.status == http.StatusForbidden {
		body["status"] = p.status
	}
	for k, v := range p.more {
		body[k] = v
	}
	answer(w, p.status, body)
}

func plainly(status int, title, format string, args ...any) *problem {
	return &problem{status: status, kind: "about:blank", title: title, detail: fmt.Sprintf(format, args...)}
}

func invalid(name, value, format string, args ...any) *problem {
	text := fmt.Sprintf(format, args...)
	return &problem{status: http.StatusBadRequest, kind: "https://api.x.com/2/problems/invalid-request", title: "Invalid Request",
		detail: "One or more parameters to your request was invalid.",
		more:   object{"errors": []object{{"parameters": object{name: []string{value}}, "message": text}}}}
}

func missing(kind, parameter, value string) *problem {
	p := &problem{status: http.StatusNotFound, kind: "https://api.x.com/2/problems/resource-not-found", title: "Not Found Error",
		detail: fmt.Sprintf("Could not find %s with %s: [%s].", kind, parameter, value)}
	p.more = object{"resource_type": kind, "resource_id": value, "parameter": parameter, "value": value}
	return p
}

func tooMany() *problem {
	return plainly(http.StatusTooManyRequests, "Too Many Requests", "Too Many Requests")
}

// refuse says what the stage wants refused.
func (n *Network) refuse(w http.ResponseWriter, _ *http.Request, r sandbox.Refusal) {
	switch r.Status {
	case http.StatusTooManyRequests:
		if r.RetryAfter != nil {
			w.Header().Del("Retry-After") // X has none: the moment stands in a header of its own
			limited(w.Header(), "X-Rate-Limit-", 100, 0, n.stage.Clock.Now().Add(time.Duration(*r.RetryAfter)*time.Second))
		}
		tooMany().write(w)
	case http.StatusServiceUnavailable:
		plainly(r.Status, "Service Unavailable", "Service Unavailable").write(w)
	default:
		plainly(r.Status, http.StatusText(r.Status), "%s", http.StatusText(r.Status)).write(w)
	}
}

func answer(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	kind := "application/json; charset=utf-8"
	if status >= 400 {
		kind = "application/problem+json; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(data)
}

// read takes a JSON body apart; what is not known is refused.
func (a *ask) read(into any) *problem {
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return plainly(http.StatusUnsupportedMediaType, "Unsupported Media Type", "Content-Type %q is not supported", kind)
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return invalid("body", "", "%v", err)
	}
	return nil
}

// own says whether the path names the person who asks.
func (a *ask) own() *problem {
	if v := a.PathValue("id"); v != id(a.me.id) {
		return invalid("id", v, "The `id` query parameter value [%s] must be the same as the authenticating user [%d]", v, a.me.id)
	}
	return nil
}

func sortBy[T any, K cmp.Ordered](all []T, key func(T) K) {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

// action says what a request does.
func action(r *http.Request) sandbox.Action {
	path := r.URL.Path
	switch {
	case !strings.HasPrefix(path, "/2/"):
		return ""
	case strings.HasPrefix(path, "/2/oauth2/"), path == "/2/users/me", strings.HasPrefix(path, "/2/webhooks"), strings.HasPrefix(path, "/2/activity"):
		return sandbox.Token
	case path == "/2/media/subtitles":
		return sandbox.Subtitle
	case strings.HasPrefix(path, "/2/media/"):
		return sandbox.Upload
	case r.Method == http.MethodGet:
		if path == "/2/tweets" || path == "/2/tweets/analytics" || path == "/2/usage/tweets" {
			return sandbox.Insights
		}
		return sandbox.Read
	case path == "/2/tweets":
		return posting(r)
	case strings.HasSuffix(path, "/hidden"):
		return sandbox.Hide
	case strings.HasPrefix(path, "/2/tweets/"):
		return sandbox.Delete
	case strings.Contains(path, "/likes"):
		return sandbox.Like
	case strings.Contains(path, "/retweets"):
		return sandbox.Repost
	case strings.HasPrefix(path, "/2/dm_conversations"):
		return sandbox.Message
	}
	return sandbox.Ban
}

// posting looks into the body, of which a small one is put back.
func posting(r *http.Request) sandbox.Action {
	data, _ := io.ReadAll(io.LimitReader(r.Body, 256<<10)) // what went wrong shows again when the handler reads on
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), r.Body), r.Body}
	var body struct {
		Reply *struct{} `json:"reply"`
		Edit  *struct{} `json:"edit_options"`
	}
	_ = json.Unmarshal(data, &body)
	switch {
	case body.Edit != nil:
		return sandbox.Edit
	case body.Reply != nil:
		return sandbox.Reply
	}
	return sandbox.Publish
}
