package ui

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func built1(t *testing.T) *UI {
	t.Helper()
	u, err := from(fstest.MapFS{
		"index.html":                    {Data: []byte(`<html><head><meta http-equiv="content-security-policy" content="default-src &#39;none&#39;; script-src 'self' 'sha256-abc'"></head>`)},
		"index.html.br":                 {Data: []byte("br page")},
		"index.html.gz":                 {Data: []byte("gz page")},
		"kith.svg":                      {Data: []byte("<svg/>")},
		"_app/immutable/app.1a2b.js":    {Data: []byte("let a")},
		"_app/immutable/app.1a2b.js.br": {Data: []byte("br js")},
		"_app/version.json":             {Data: []byte("{}")},
		"lonely.gz":                     {Data: []byte("its own file")},
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

type answered struct {
	StatusCode int
	Header     http.Header
}

func ask(u *UI, method, target string, header ...string) answered {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	u.ServeHTTP(w, r)
	return answered{w.Code, w.Header()}
}

func TestAnAddressGetsItsFileThePageOrNothing(t *testing.T) {
	u := built1(t)
	for target, want := range map[string]string{
		"/": "200 text/html; charset=utf-8", "/inbox/0190-abc": "200 text/html; charset=utf-8", "/index.html": "200 text/html; charset=utf-8",
		"/kith.svg": "200 image/svg+xml", "/_app/immutable/app.1a2b.js": "200 text/javascript; charset=utf-8", "/lonely.gz": "200 application/gzip",
		"/index.html.br": "404", "/missing.js": "404", "/_app/immutable/gone": "404", "/api": "404", "/api/v1/nothing": "404", "/hooks/facebook": "404",
		"/../../etc/passwd": "404", "/.git/config": "200 text/html; charset=utf-8",
	} {
		res := ask(u, "GET", target)
		got := strconv.Itoa(res.StatusCode)
		if res.StatusCode == 200 {
			got += " " + res.Header.Get("Content-Type")
		}
		if target == "/../../etc/passwd" && res.StatusCode == 200 && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			continue // an address that looks like a page is the application's
		}
		if got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
	if res := ask(u, "POST", "/"); res.StatusCode != http.StatusMethodNotAllowed {
		t.Error(res.StatusCode)
	}
}

// An address gets the form of the page that names its files, packed as well, under the
// same policy; one that nobody knows gets the common one.
func TestAnAddressGetsItsForm(t *testing.T) {
	all := fstest.MapFS{
		"index.html":                 {Data: []byte("common")},
		"_app/pages/today.html":      {Data: []byte("today")},
		"_app/pages/inbox.html":      {Data: []byte("the inbox")},
		"_app/pages/one.html":        {Data: []byte("one conversation")},
		"_app/pages/several.html":    {Data: []byte("several")},
		"_app/pages/several.html.gz": {Data: []byte("several, packed")},
		"pages.json": {Data: []byte(`[{"path":["inbox","several"],"file":"_app/pages/several.html"},{"path":["inbox"],"file":"_app/pages/inbox.html"},
			{"path":["inbox","*"],"file":"_app/pages/one.html"},{"path":[],"file":"_app/pages/today.html"}]`)},
	}
	u, err := from(all, false)
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{"/": "today", "/inbox": "the inbox", "/inbox/": "the inbox", "/inbox/0190-abc": "one conversation", "/inbox/several": "several",
		"/inbox/a/b": "common", "/elsewhere": "common", "/inbox/*": "one conversation", "/index.html": "common"} {
		w := httptest.NewRecorder()
		u.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != 200 || w.Body.String() != want || w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %q %v", target, w.Code, w.Body, w.Header())
		}
	}
	if w := ask(u, "GET", "/inbox/several", "Accept-Encoding", "gzip"); w.Header.Get("Content-Encoding") != "gzip" || w.Header.Get("Etag") == ask(u, "GET", "/inbox").Header.Get("Etag") {
		t.Error(w.Header)
	}
	if w := ask(u, "GET", "/pages.json"); w.StatusCode != 404 {
		t.Error(w.StatusCode)
	}
	for _, wrong := range []string{`[{"path":[],"file":"gone.html"}]`, `{`} {
		all["pages.json"] = &fstest.MapFile{Data: []byte(wrong)}
		if _, err := from(all, false); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestFilesArePackedAndKept(t *testing.T) {
	u := built1(t)
	for accept, want := range map[string]string{"br, gzip": "br", "gzip, br;q=0": "gzip", "gzip;q=0.5": "gzip", "br;q=0.0": "", "identity": "", "": ""} {
		if got := ask(u, "GET", "/", "Accept-Encoding", accept).Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
	first := ask(u, "GET", "/", "Accept-Encoding", "br")
	if first.Header.Get("Cache-Control") != "no-cache" || first.Header.Get("Vary") != "Accept-Encoding" {
		t.Error(first.Header)
	}
	if again := ask(u, "GET", "/publish", "Accept-Encoding", "br", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Error(again.StatusCode)
	}
	if other := ask(u, "GET", "/", "If-None-Match", first.Header.Get("ETag")); other.StatusCode != 200 {
		t.Error("another form has another tag", other.StatusCode)
	}
	if got := ask(u, "GET", "/_app/immutable/app.1a2b.js").Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Error(got)
	}
	if got := ask(u, "GET", "/_app/version.json").Header.Get("Cache-Control"); got != "no-cache" {
		t.Error(got)
	}
}

func TestThePageIsGuarded(t *testing.T) {
	h := ask(built1(t), "GET", "/").Header
	if got := h.Get("Content-Security-Policy"); got != "default-src 'none'; script-src 'self' 'sha256-abc'; frame-ancestors 'none'" {
		t.Error(got)
	}
	for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy", "Strict-Transport-Security"} {
		if h.Get(name) == "" {
			t.Error(name, "is missing")
		}
	}
}

func TestAScriptCarriesNoPolicyOfPages(t *testing.T) {
	u := built1(t)
	script, other := ask(u, "GET", "/_app/immutable/app.1a2b.js").Header, ask(u, "GET", "/_app/version.json").Header
	for _, name := range []string{"Content-Security-Policy", "Permissions-Policy"} {
		if script.Get(name) != "" || other.Get(name) == "" {
			t.Errorf("%s: %q on a script, %q on a file", name, script.Get(name), other.Get(name))
		}
	}
	if script.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("a browser may guess what a script is")
	}
}

func TestWhatIsInsideOpens(t *testing.T) {
	u, err := New(false)
	if err != nil {
		t.Fatal(err)
	}
	if res := ask(u, "GET", "/"); res.StatusCode != 200 || Built() != (u.files[page].packed["br"]) {
		t.Error(res.StatusCode, Built())
	}
}
