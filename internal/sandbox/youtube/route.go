package youtube

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// ask is one admitted call, with the network's mutex held.
type ask struct {
	n     *Network
	call  *sandbox.Call
	now   time.Time
	query url.Values
	body  []byte
	kind  string // of the body
	me    *channel
	token *token
	base  string
}

func (a *ask) get(name string) string { return a.query.Get(name) }

func (a *ask) has(part string) bool { return slices.Contains(split(a.query["part"]), part) }

const bodyMost = 3 << 20

func (n *Network) serve(w http.ResponseWriter, r *http.Request) {
	name, upload := place(r.URL.Path)
	switch {
	case strings.HasPrefix(r.URL.Path, "/o/oauth2/v2/auth"):
		n.consent(w, r)
		return
	case strings.HasPrefix(r.URL.Path, "/picture/"):
		n.picture(w, strings.TrimPrefix(r.URL.Path, "/picture/"))
		return
	case r.URL.Path == "/token" && r.Method == http.MethodPost:
		n.exchange(w, r)
		return
	case r.URL.Path == "/revoke" && r.Method == http.MethodPost:
		n.revoke(w, r)
		return
	case r.URL.Path == "/v2/reports" && r.Method == http.MethodGet:
		n.answer(w, r, operation{scopes: []string{scopeAll, scopeRead, scopeAnalysis}, must: []string{"ids", "startDate", "endDate", "metrics"},
			may: map[string]string{"dimensions": "string", "filters": "string", "sort": "string", "maxResults": "number", "startIndex": "number"}, run: (*ask).report})
		return
	case upload && name == "videos":
		n.upload(w, r)
		return
	case upload && name != "thumbnails/set" && name != "captions":
		n.fail(w, no(http.StatusNotFound, "global", "notFound", "Not Found"))
		return
	}
	o, ok := operations()[r.Method+" "+name]
	filed := name == "thumbnails/set" || name == "captions"
	if !ok || upload && !filed || !upload && !strings.HasPrefix(r.URL.Path, pathAPI) {
		n.fail(w, no(http.StatusNotFound, "global", "notFound", "Not Found"))
		return
	}
	n.answer(w, r, o)
}

// answer reads a request, admits it, lets the operation run and writes what it says.
func (n *Network) answer(w http.ResponseWriter, r *http.Request, o operation) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	if err != nil {
		n.fail(w, bad("global", "badRequest", "The body cannot be read."))
		return
	}
	n.mu.Lock()
	v, f := func() (any, *fault) {
		a, f := n.admit(r, o)
		if f != nil {
			return nil, f
		}
		a.body, a.kind = body, r.Header.Get("Content-Type")
		if _, blocked := a.call.Has(sandbox.Blocked); blocked && r.Method != http.MethodGet {
			return nil, no(http.StatusForbidden, "youtube.common", "authenticatedUserAccountSuspended", "The YouTube account of the authenticated user is suspended.").at("Authorization")
		}
		return o.run(a)
	}()
	n.mu.Unlock()
	switch {
	case f != nil:
		n.fail(w, f)
	case v == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		n.write(w, http.StatusOK, v)
	}
}

// admit checks token, scopes, quota and parameters of a call; the mutex is held.
func (n *Network) admit(r *http.Request, o operation) (*ask, *fault) {
	call := sandbox.From(r.Context())
	t, f := n.bearer(call, r)
	if f != nil {
		return nil, f
	}
	if !slices.ContainsFunc(o.scopes, func(s string) bool { return slices.Contains(t.scopes, s) }) {
		return nil, no(http.StatusForbidden, "global", "insufficientPermissions", "Request had insufficient authentication scopes.")
	}
	if f := n.spend(o.cost); f != nil {
		return nil, f
	}
	q := r.URL.Query()
	if f := o.check(q); f != nil {
		return nil, f
	}
	if o.body && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return nil, bad("global", "parseError", "This API expects a JSON body.")
	}
	base := "http://" + r.Host
	if r.TLS != nil {
		base = "https://" + r.Host
	}
	return &ask{n: n, call: call, now: call.Now(), query: q, me: n.channels[t.channel], token: t, base: base}, nil
}

// spend takes units from the day's quota; every call costs one at least, also one that is refused afterwards.
func (n *Network) spend(units int) *fault {
	n.newDay()
	if units == 0 { // the Analytics API has a quota of its own
		return nil
	}
	if n.units+units > n.options.Units {
		return no(http.StatusForbidden, "youtube.quota", "quotaExceeded", "The request cannot be completed because you have exceeded your <a href=\"/youtube/v3/getting-started#quota\">quota</a>.")
	}
	n.units += units
	return nil
}

func (n *Network) newDay() {
	if day := n.stage.Clock.Now().In(n.pacific).Format(time.DateOnly); day != n.day {
		n.day, n.units, n.uploads = day, 0, 0
	}
}

// decode reads a body that may hold the published properties alone.
func decode(body []byte, into any) *fault {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return bad("global", "parseError", "Invalid JSON payload received. %s", err)
	}
	return nil
}

// page cuts a list: what stands on the wanted page, and the token of the next one.
func page[T any](a *ask, all []T, most, usual int, id func(T) string) (some []T, next string, f *fault) {
	size := usual
	if text := a.get("maxResults"); text != "" {
		size = number(text)
		if size < 1 || size > most {
			return nil, "", bad("global", "invalidParameter", "Invalid value '%d'. Values must be within the range: [1, %d]", size, most).at("maxResults")
		}
	}
	from := 0
	if token := a.get("pageToken"); token != "" {
		last, ok := untoken(token)
		i := slices.IndexFunc(all, func(one T) bool { return id(one) == last })
		if !ok || i < 0 {
			return nil, "", bad("youtube.parameter", "invalidPageToken", "The request specifies an invalid page token.").at("pageToken")
		}
		from = i + 1
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = totoken(id(all[to-1]))
	}
	return all[from:to], next, nil
}

// listed is a list in YouTube's form.
func listed[T any](kind string, items []T, next string, total int) map[string]any {
	if items == nil {
		items = []T{}
	}
	v := map[string]any{"kind": "youtube#" + kind, "etag": etag(kind, next, total), "items": items,
		"pageInfo": map[string]any{"totalResults": total, "resultsPerPage": len(items)}}
	if next != "" {
		v["nextPageToken"] = next
	}
	return v
}
