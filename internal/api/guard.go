package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/say"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// ServeHTTP is the one way in.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.front.ServeHTTP(w, r) }

// serve has every guard in the order it stands.
func (d *Door) serve(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	seen := &watched{ResponseWriter: w}
	c := &call{id: id.New(), from: d.address(r), header: seen.Header(), lang: say.Accepted(r.Header.Get("Accept-Language"))}
	ctx := context.WithValue(r.Context(), callKey{}, c)
	defer func() {
		if what := recover(); what != nil && what != http.ErrAbortHandler { //nolint:errorlint // the value itself is thrown
			d.log.ErrorContext(ctx, "panic", "request", c.id, "what", fmt.Sprint(what), "stack", string(debug.Stack()))
			if seen.status == 0 {
				problemOf(fault.New(fault.Internal, "panic")).in(c.lang).write(seen)
			}
		}
		// Neither query nor body: both may hold what opens something.
		d.log.InfoContext(ctx, "request", "request", c.id, "method", r.Method, "path", r.URL.Path, "status", seen.status,
			"bytes", seen.bytes, "ms", time.Since(began).Milliseconds(), "from", c.from, "user", c.actor.User, "token", c.actor.Token)
	}()
	d.manners(seen.Header(), c)
	if p := d.pass(r, c); p != nil {
		p.in(c.lang).write(seen)
		return
	}
	r = r.WithContext(ctx)
	c.digested(r)
	d.route(seen, r)
}

// manners are the headers of every answer.
func (d *Door) manners(h http.Header, c *call) {
	h.Set("X-Request-Id", c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Vary", "Cookie, Authorization, Accept-Language, Accept-Encoding")
	if d.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// pass asks everything that must be known before an operation is looked for.
func (d *Door) pass(r *http.Request, c *call) *Problem {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil || !clean(query) || !clean(r.URL.Path) || !clean(r.Header.Get("Idempotency-Key")) {
		return problem(http.StatusBadRequest, "The address holds characters that cannot be.", "Encode text as UTF-8, without U+0000.")
	}
	if len(r.Header.Get("Idempotency-Key")) > 200 {
		return problem(http.StatusUnprocessableEntity, "The Idempotency-Key is too long.", "At most 200 characters.")
	}
	if r.Header.Get("Authorization") == "" { // who brings a token brings it on purpose
		if err := d.cross.Check(r); err != nil {
			return problem(http.StatusForbidden, "This request came from another site.", "Open Kith itself; if a proxy stands in between, set --public-url.")
		}
	}
	if p := d.rate.wait(c.from); p != nil {
		return p
	}
	if err := d.recognize(r, c); err != nil {
		return d.said(r.Context(), err)
	}
	if c.actor.User == "" {
		return nil
	}
	return d.rate.wait(c.actor.User + " " + c.actor.Token)
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// who finds out who sent a request: a token, a cookie, or nobody.
func (d *Door) who(r *http.Request) (c team.Caller, err error) {
	authorization, cookie := r.Header.Get("Authorization"), cookieOf(r)
	if authorization == "" && cookie == "" || d.House == nil {
		return c, nil
	}
	token, bearer := strings.CutPrefix(authorization, "Bearer ")
	if authorization != "" && !bearer {
		return c, unauthenticated()
	}
	err = store.View(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if bearer {
			c, err = team.ByToken(ctx, tx, token)
		} else {
			c, err = team.BySession(ctx, tx, cookie)
		}
		return err
	})
	switch {
	case fault.Is(err, fault.Denied) && bearer:
		text, hint := fault.Shown(err)
		return c, problem(http.StatusUnauthorized, text, hint)
	case fault.Is(err, fault.Denied):
		return c, nil // an old cookie is nobody, who may sign in
	}
	return c, err
}

// Person says who sits at a browser, by its session alone: for doors beside this
// one.
func (d *Door) Person(r *http.Request) (access.Actor, bool) {
	if cookieOf(r) == "" {
		return access.Actor{}, false
	}
	bare := &http.Request{Header: http.Header{"Cookie": r.Header["Cookie"]}}
	c, err := d.who(bare.WithContext(r.Context()))
	return c.Actor, err == nil && c.Actor.User != ""
}

func cookieOf(r *http.Request) string {
	if k, err := r.Cookie(sessionCookie); err == nil {
		return k.Value
	}
	return ""
}

// recognize notes who sent a request, and that they were here.
func (d *Door) recognize(r *http.Request, c *call) (err error) {
	if c.caller, err = d.who(r); err != nil {
		return err
	}
	c.actor = c.caller.Actor
	if c.caller.Session != "" && c.caller.Locale != "" { // a person has chosen a language here; a program asks for one
		c.lang = say.Of(c.caller.Locale)
	}
	if !c.caller.Stale {
		return nil
	}
	if err := store.Do(r.Context(), d.House.DB, func(ctx context.Context, tx *store.Tx) error { return team.Seen(ctx, tx, c.caller) }); err != nil {
		d.log.WarnContext(r.Context(), "a visit could not be noted", "request", c.id, "error", err)
		return nil
	}
	if c.caller.Session != "" {
		d.setCookie(c, cookieOf(r))
	}
	return nil
}

// route finds the operation, or says in our own words that there is none.
func (d *Door) route(w http.ResponseWriter, r *http.Request) {
	_, pattern := d.mux.Handler(r)
	if pattern != "" {
		d.mux.ServeHTTP(w, r)
		return
	}
	lang := callOf(r.Context()).lang
	probe := &refusal{header: http.Header{}}
	d.mux.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		problem(probe.status, "This cannot be done with "+r.Method+".", "Allowed: "+probe.header.Get("Allow")+".").in(lang).write(w)
		return
	}
	problem(http.StatusNotFound, "There is nothing at this address.", "The OpenAPI text at /api/v1/openapi.json says what there is.").in(lang).write(w)
}

// refusal catches what the mux says when it finds nothing.
type refusal struct {
	header http.Header
	status int
	bytes.Buffer
}

func (p *refusal) Header() http.Header { return p.header }
func (p *refusal) WriteHeader(n int)   { p.status = n }

// watched remembers what was answered.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}
