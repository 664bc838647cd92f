package browser_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed page.js
var pageScript string

// browse starts Chromium.
func browse(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", false))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	must(t, chromedp.Do(ctx))
	return ctx
}

// page is one tab with cookies of its own, and everything in it that should not happen.
type page struct {
	t     *testing.T
	ctx   context.Context
	house *house
	mu    sync.Mutex
	bad   []string
	back  map[string]string // pages on which attempts to connect have ended
}

// tab opens a tab that looks at a house.
func tab(t *testing.T, browser context.Context, h *house) *page {
	t.Helper()
	p := &page{t: t, house: h, back: map[string]string{}}
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	t.Cleanup(stop)
	p.ctx = ctx
	_, err := chromedp.Call(ctx, cdp.AddScriptToEvaluateOnNewDocument, cdp.AddScriptToEvaluateOnNewDocumentParams{Source: pageScript})
	if err != nil { // the first action opens the tab
		must(t, chromedp.Do(ctx))
		_, err = chromedp.Call(ctx, cdp.AddScriptToEvaluateOnNewDocument, cdp.AddScriptToEvaluateOnNewDocumentParams{Source: pageScript})
	}
	must(t, err)
	p.size(1280, 800)
	return p
}

// hear notes errors in the console and requests to anybody else.
func (p *page) hear(event any) {
	note := func(format string, args ...any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.bad = append(p.bad, fmt.Sprintf(format, args...))
	}
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			var words []string
			for _, a := range e.Args {
				words = append(words, a.Description+string(a.Value))
			}
			// Where it was said from, for what happens once in a hundred times.
			if e.StackTrace != nil {
				for _, f := range e.StackTrace.CallFrames {
					words = append(words, fmt.Sprintf("\n  %s %s:%d:%d", f.FunctionName, path.Base(f.URL), f.LineNumber, f.ColumnNumber))
				}
			}
			note("console.%s: %s", e.Type, strings.Join(words, " "))
		}
	case *runtime.EventExceptionThrown:
		note("exception: %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Source == "security" {
			note("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws" || u.Scheme == "wss") && "http://"+u.Host != p.house.url {
			note("asks somebody else: %s", e.Request.URL)
		}
	}
}

// trouble is everything bad that was noted since the last time.
func (p *page) trouble() []string {
	p.t.Helper()
	var all []string
	for _, broken := range eval[[]string](p, "seen.broken.splice(0)") {
		all = append(all, "against the security policy: "+broken)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	all = append(all, p.bad...)
	p.bad = nil
	return all
}

// clean fails when anything bad was noted since the last time, except what is expected here.
func (p *page) clean(expected ...string) {
	p.t.Helper()
next:
	for _, b := range p.trouble() {
		if strings.Contains(b, nobodysPicture) && strings.Contains(b, "404") {
			continue
		}
		for _, e := range expected {
			if strings.Contains(b, e) {
				continue next
			}
		}
		p.t.Errorf("%s: %s", p.where(), b)
	}
}

func (p *page) where() string { return eval[string](p, "location.pathname + location.search") }

// ask runs a script in the page, and lets the caller say what a failure means.
func ask[T any](p *page, script string) (T, error) {
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// holds says whether something is so; of a page that is left in that very moment nothing is.
func (p *page) holds(script string) bool {
	p.t.Helper()
	is, err := ask[bool](p, "(async () => !!(await ("+script+")))()")
	if err != nil && !strings.Contains(err.Error(), "Inspected target navigated or closed") {
		p.t.Fatalf("%s: %v", script, err)
	}
	return err == nil && is
}

// eval runs a script in the page.
func eval[T any](p *page, script string) T {
	p.t.Helper()
	v, err := ask[T](p, script)
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return v
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	must(p.t, chromedp.Do(ctx, steps...))
}

// until waits for the page to be so.
func (p *page) until(what, script string) {
	p.t.Helper()
	ticker := time.NewTicker(30 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(patience)
	for !p.holds(script) {
		select {
		case <-ticker.C:
		case <-late:
			p.shot("failed-" + p.t.Name())
			p.t.Fatalf("%s: waited in vain: %s\nThe focus is on: %s\nThe page says: %.1500s", p.where(), what,
				eval[string](p, "document.activeElement?.outerHTML.slice(0, 150)"), eval[string](p, "seen.text()"))
		}
	}
}

// open goes to an address and waits until the page has what it asked for.
func (p *page) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.house.url + path))
	p.settle()
}

func (p *page) settle() {
	p.t.Helper()
	p.until("the page has loaded", "document.readyState === 'complete' && !seen.loading()")
}

func (p *page) see(text string) {
	p.t.Helper()
	p.until("“"+text+"” is seen", "seen.text().includes(seen.tidy("+quoted(text)+"))")
}

func (p *page) gone(text string) {
	p.t.Helper()
	p.until("“"+text+"” is gone", "!seen.text().includes(seen.tidy("+quoted(text)+"))")
}

// press points at something by what it is and what it is called, and clicks. A name may end or begin with … .
func (p *page) press(kind, name string) {
	p.t.Helper()
	type spot struct {
		X, Y float64
		Why  string
	}
	var last, now spot
	await := func() bool {
		last, now = now, eval[spot](p, fmt.Sprintf("seen.at(%s, %s)", quoted(kind), quoted(name)))
		return now.Why == "" && now == last // it stands still
	}
	ticker := time.NewTicker(30 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(patience)
	for !await() {
		select {
		case <-ticker.C:
		case <-late:
			p.shot("failed-" + p.t.Name())
			p.t.Fatalf("%s: no %s “%s” to press: %s\nThe page says: %.1500s", p.where(), kind, name, now.Why, eval[string](p, "seen.text()"))
		}
	}
	p.do(chromedp.MouseClickXY(now.X, now.Y))
}

// fill writes into a field in the place of what is there.
func (p *page) fill(label, text string) {
	p.t.Helper()
	p.press("field", label)
	p.until("the field has the focus", "document.activeElement.matches('input, textarea')")
	eval[chromedp.Void](p, "document.activeElement.select?.()")
	p.insert(text)
}

// insert writes where the focus is.
func (p *page) insert(text string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text})
	must(p.t, err)
}

// key presses keys one after the other, away from any field. As on a keyboard, the sign
// that a key writes comes with its being pressed: who takes the key keeps the sign back.
func (p *page) key(keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	if len(modifiers) > 0 {
		p.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
		return
	}
	for _, k := range keys {
		events := kb.Encode(k)
		if len(events) == 3 {
			events[0].Text, events[0].UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, e := range []*input.DispatchKeyEventParams{events[0], events[len(events)-1]} {
			_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, *e)
			must(p.t, err)
		}
	}
}

func (p *page) size(width, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// theme asks for light or dark, as a device does.
func (p *page) theme(name string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	must(p.t, err)
}

// shot keeps a picture of what is on the screen.
func (p *page) shot(name string) {
	p.t.Helper()
	r, err := chromedp.Call(p.ctx, cdp.CaptureScreenshot, cdp.CaptureScreenshotParams{OptimizeForSpeed: new(true)})
	must(p.t, err)
	must(p.t, os.MkdirAll("shots", 0o755))
	must(p.t, os.WriteFile(filepath.Join("shots", strings.ReplaceAll(name, "/", "_")+".png"), r.Data, 0o644))
}

// enter signs in without the page, for tests that are about something else.
func (p *page) enter(email string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.house.url + "/healthz"))
	if status := eval[int](p, p.call("POST", "session", map[string]any{"email": email, "password": password})+".then(r => r.status)"); status != 200 {
		p.t.Fatalf("signing in: %d", status)
	}
}

// call is a script that asks the API as the application does.
func (p *page) call(method, path string, body any) string {
	p.t.Helper()
	b, err := json.Marshal(body)
	must(p.t, err)
	return fmt.Sprintf("fetch('/api/v1/%s', {method: '%s', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: %s})",
		path, method, quoted(string(b)))
}
