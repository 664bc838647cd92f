// Package ui serves the browser application, which is inside the program. It
// knows the page, its files and their headers, and nothing of what they do.
//
// Files whose names carry a hash of their content are kept by browsers for good;
// everything else is asked for again and answered with “not modified”. An
// address that looks like a page gets the application, which knows its pages;
// one that looks like a file and is none gets 404.
package ui

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// Built says whether the browser application is inside, and not only the stub.
func Built() bool { return built }

// UI is the browser application.
type UI struct {
	root   fs.FS
	files  map[string]file
	pages  []address
	policy string
	secure bool
}

// file is what is known of a file. Its bytes stay where they are, in the program:
// a copy of all of them would be memory for nothing.
type file struct {
	packed    map[string]bool // by encoding: br, gzip
	kind      string
	tag       string
	immutable bool
}

// packings are the encodings in the order they are preferred.
var packings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

const (
	page      = "index.html"
	pages     = "pages.json"      // which address gets which form of the page
	immutable = "_app/immutable/" // whose names carry a hash
)

// New reads the files that are inside. secure: people reach this house by HTTPS.
func New(secure bool) (*UI, error) {
	root, err := fs.Sub(files, folder)
	if err != nil {
		return nil, err
	}
	return from(root, secure)
}

func from(root fs.FS, secure bool) (*UI, error) {
	u := &UI{root: root, files: map[string]file{}, secure: secure}
	names := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names[name] = true
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for name := range names {
		if packed(name, names) {
			continue
		}
		tag, err := u.tag(name)
		if err != nil {
			return nil, err
		}
		f := file{packed: map[string]bool{}, kind: kind(name), immutable: strings.HasPrefix(name, immutable), tag: tag}
		for _, p := range packings {
			f.packed[p.name] = names[name+p.suffix]
		}
		u.files[name] = f
	}
	index, err := fs.ReadFile(root, page)
	if err != nil {
		return nil, errors.New("the browser application has no index.html")
	}
	u.policy = policy(index)
	return u, u.learn()
}

// tag is what tells a file from another one: its name where that carries a hash of
// the content, so that most of the program's pages are not read at every start.
func (u *UI) tag(name string) (string, error) {
	if strings.HasPrefix(name, immutable) {
		return path.Base(name), nil
	}
	f, err := u.root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it was read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12]), nil
}

// packed says whether a file is only another form of one beside it.
func packed(name string, all map[string]bool) bool {
	for _, p := range packings {
		if plain, is := strings.CutSuffix(name, p.suffix); is && all[plain] {
			return true
		}
	}
	return false
}

// kind is a file's type; the machine's own list of types is not asked, since it
// differs from machine to machine.
func kind(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".gz":
		return "application/gzip"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

var metaPolicy = regexp.MustCompile(`(?i)<meta\s+http-equiv="content-security-policy"\s+content="([^"]*)"`)

// policy is what the page itself declares (with the hashes of its scripts), and
// what only a header can say: nobody may frame it.
func policy(index []byte) string {
	const strict = "default-src 'none'; base-uri 'none'; form-action 'none'"
	own := strict
	if m := metaPolicy.FindSubmatch(index); m != nil {
		own = strings.TrimRight(strings.TrimSpace(html.UnescapeString(string(m[1]))), ";")
	}
	return own + "; frame-ancestors 'none'"
}

// part says whether a file is a script or a style of a page: what says how a page may
// behave means nothing on it, and is a kilobyte that every one of them would carry.
func (f file) part() bool {
	return f.immutable && (strings.HasPrefix(f.kind, "text/javascript") || strings.HasPrefix(f.kind, "text/css"))
}

// ServeHTTP answers with a file, the page, or 404.
func (u *UI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	name := strings.TrimPrefix(r.URL.Path, "/")
	f, found := u.files[name]
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !f.part() {
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", u.policy)
		h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	}
	if u.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "This can only be read.", http.StatusMethodNotAllowed)
		return
	}
	if !found {
		if !isPage(name) {
			h.Set("Cache-Control", "no-store")
			http.Error(w, "There is nothing here.", http.StatusNotFound)
			return
		}
		name = u.pageOf(name)
		f = u.files[name]
	}
	u.give(w, r, name, f)
}

// isPage says whether an address that is no file may be one of the application.
func isPage(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch first {
	case "api", "hooks", "_app", "healthz", "readyz", "metrics":
		return false
	}
	return !strings.Contains(path.Base(name), ".") || name == ""
}

func (u *UI) give(w http.ResponseWriter, r *http.Request, name string, f file) {
	h, from, tag, several := w.Header(), name, f.tag, false
	for _, p := range packings {
		several = several || f.packed[p.name]
	}
	for _, p := range packings {
		if f.packed[p.name] && accepts(r.Header.Get("Accept-Encoding"), p.name) {
			h.Set("Content-Encoding", p.name)
			from, tag = name+p.suffix, f.tag+"-"+p.name
			break
		}
	}
	if several {
		h.Set("Vary", "Accept-Encoding")
	}
	h.Set("Content-Type", f.kind)
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Cache-Control", "no-cache")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, err := u.root.Open(from)
	if err != nil {
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return
	}
	defer body.Close() //nolint:errcheck // it was read
	content, ok := body.(io.ReadSeeker)
	if !ok {
		http.Error(w, "This cannot be read.", http.StatusInternalServerError)
		return
	}
	http.ServeContent(w, r, name, time.Time{}, content)
}

// accepts reads an Accept-Encoding header: the encoding is named, and not refused by q=0.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0") || strings.Trim(strings.TrimPrefix(q, "q="), "0.") != ""
		}
	}
	return false
}
