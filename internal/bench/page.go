package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/ui"
)

// weight is what a page tells about its own loading: bytes as transferred
// (headers included) of scripts and styles, and when the largest thing was
// painted.
const weight = `new Promise(done => {
	let paint = 0;
	new PerformanceObserver(l => { for (const e of l.getEntries()) paint = e.startTime; }).observe({type: 'largest-contentful-paint', buffered: true});
	setTimeout(() => {
		const all = performance.getEntriesByType('resource').filter(e => /\.(js|css)(\?|$)/.test(e.name) || e.initiatorType === 'script');
		done({bytes: all.reduce((n, e) => n + e.transferSize, 0), files: all.length, paint, path: location.pathname,
			strangers: performance.getEntriesByType('resource').filter(e => new URL(e.name).origin !== location.origin).length});
	}, 1500);
})`

type weighed struct {
	Bytes     int     `json:"bytes"`
	Files     int     `json:"files"`
	Paint     float64 `json:"paint"`
	Path      string  `json:"path"`
	Strangers int     `json:"strangers"`
}

// place is a page, where it is, and the cookies it is opened with.
type place struct {
	name    string // as its route is written
	url     string
	cookies []*http.Cookie
}

// page: the first load of each page with an empty cache, in Chromium. Beside it
// stands a page with nothing but a heading, in the same Chromium.
func page(ctx context.Context, c Command, say func(Figure)) error {
	if !ui.Built() {
		return fault.New(fault.Invalid, "This program holds only the stub of the browser application.").WithHint("Build it with make build.")
	}
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage, a, end, err := house(ctx, dir)
	if err != nil {
		return err
	}
	defer end()
	password := secret.Text(secret.Token())
	if err := rehearse.Fill(ctx, a, stage, password, true); err != nil {
		return err
	}
	if err := talk(ctx, a, stage); err != nil {
		return err
	}
	// A house that nobody owns yet.
	empty, err := app.New(ctx, config.Config{Data: filepath.Join(dir, "empty"), Listen: "127.0.0.1:0", Log: "error", Read: time.Hour, FactsMB: 64})
	if err != nil {
		return err
	}
	defer empty.Stop(ctx) //nolint:errcheck // figures are out by then
	if err := empty.Start(ctx); err != nil {
		return err
	}
	places, err := places(ctx, a, stage, password)
	if err != nil {
		return err
	}
	places = append(places, place{"/setup", empty.URL() + "/setup", nil})
	plain, stop, err := plainPage(ctx)
	if err != nil {
		return err
	}
	defer stop()
	browser, stop, err := chromium(ctx)
	if err != nil {
		return err
	}
	defer stop()
	rounds := 5
	if c.Small {
		rounds = 1
	}
	var plainly []time.Duration
	for _, p := range places {
		bare, err := plain.weigh(browser)
		if err != nil {
			return err
		}
		plainly = append(plainly, milliseconds(bare.Paint))
		if err := p.weighOften(browser, rounds, quantile(plainly, 0.5), say); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// weighOften loads a page several times. plainly is when a plain page is painted.
func (p place) weighOften(browser context.Context, rounds int, plainly time.Duration, say func(Figure)) (err error) {
	var paints []time.Duration
	var last weighed
	for range rounds {
		if last, err = p.weigh(browser); err != nil {
			return err
		}
		paints = append(paints, milliseconds(last.Paint))
	}
	if last.Strangers > 0 {
		return fault.New(fault.Internal, "it asks somebody else")
	}
	say(Figure{Name: p.name + ".script_style", Value: float64(last.Bytes) / 1000, Unit: "kB", Limit: 170, Note: fmt.Sprintf("%d files", last.Files)})
	say(Figure{Name: p.name + ".largest_paint", Value: ms(quantile(paints, 0.5)), Unit: "ms", Limit: 600, Note: fmt.Sprintf("median of %d; from %.0f to %.0f", rounds, ms(quantile(paints, 0)), ms(quantile(paints, 1))),
		Bare: ms(plainly), What: "plain page"})
	return nil
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

// talk lets people write until the inbox has more than it shows at once.
func talk(ctx context.Context, a *app.App, stage *rehearse.Stage) error {
	const talks = 60
	speech := newSpeech(3)
	page, err := one[string](ctx, a.DB, "select account_id from channel where network = 'messenger'")
	if err != nil {
		return err
	}
	for _, who := range stage.Cast.All()[:talks] {
		if _, err := stage.Scripts.Do(sandbox.Act{Network: "messenger", Account: page, Person: who.ID, Kind: "message", Text: speech.line()}); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		if n, err := one[int](ctx, a.DB, "select count(*) from conversation"); err != nil || n >= talks {
			return err
		}
		pause(ctx, 100*time.Millisecond)
	}
	return ctx.Err()
}

// routes are what there is to see for who is signed in; {list} is the newest of a
// list of the API. Others are made by places.
func routes() []string {
	return []string{"/", "/inbox", "/inbox/{conversations}", "/publish", "/publish/{posts}", "/people", "/people/{people}", "/measure", "/rehearsal",
		"/settings/channels", "/settings/channels/{channels}", "/settings/channels/app/facebook", "/settings/networks", "/settings/rules", "/settings/team", "/settings/tokens",
		"/settings/audit", "/settings/spending", "/settings/set-aside", "/settings/workspace", "/settings/you", "/settings/keyboard"}
}

func places(ctx context.Context, a *app.App, stage *rehearse.Stage, password secret.Text) ([]place, error) {
	invitation, reset, err := letters(ctx, a)
	if err != nil {
		return nil, err
	}
	all := []place{{"/sign-in", a.URL() + "/sign-in", nil}, {"/forgot", a.URL() + "/forgot", nil}, {"/invitation", a.URL() + invitation, nil}, {"/reset", a.URL() + reset, nil}}
	v, err := signIn(ctx, a.URL(), password)
	if err != nil {
		return nil, err
	}
	grant, err := v.grant(ctx, stage)
	if err != nil {
		return nil, err
	}
	for _, route := range routes() {
		path := route
		if before, list, is := strings.Cut(strings.TrimSuffix(route, "}"), "{"); is {
			newest, err := v.newest(ctx, list)
			if err != nil {
				return nil, err
			}
			path = before + newest
		}
		all = append(all, place{route, a.URL() + path, v.cookies()})
	}
	return append(all, place{"/settings/channels/grant/{grants}", a.URL() + grant, v.cookies()}), nil
}

// plainPage is a page with nothing but a heading.
func plainPage(ctx context.Context) (place, func(), error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return place{}, nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><html lang="en"><title>Plain</title><h1>Plain</h1>`)) // who asked may be gone
	})}
	go server.Serve(l) //nolint:errcheck // it ends by Close
	return place{url: "http://" + l.Addr().String() + "/"}, func() { _ = server.Close() }, nil
}

// chromium starts a browser.
func chromium(ctx context.Context) (context.Context, func(), error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	ctx, stop2 := chromedp.NewContext(ctx)
	end := func() { stop2(); stop() }
	if err := chromedp.Do(ctx); err != nil {
		end()
		return nil, nil, fault.Wrap(fault.Unavailable, err, "Chromium does not start.")
	}
	return ctx, end, nil
}

// weigh loads a page in a tab whose cache and cookies are its own.
func (p place) weigh(browser context.Context) (weighed, error) {
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer stop()
	ctx, stop2 := context.WithTimeout(ctx, time.Minute)
	defer stop2()
	if err := chromedp.Do(ctx); err != nil { // the first action opens the tab
		return weighed{}, err
	}
	for _, c := range p.cookies {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: p.url}); err != nil {
			return weighed{}, err
		}
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(p.url)); err != nil {
		return weighed{}, err
	}
	w, err := chromedp.Run(ctx, chromedp.Evaluate[weighed](weight, chromedp.EvalAwaitPromise))
	if want, _, _ := strings.Cut(p.url, "?"); err == nil && !strings.HasSuffix(want, w.Path) {
		err = fault.New(fault.Internal, "it leads to %s", w.Path) // as to signing in
	}
	return w, err
}
