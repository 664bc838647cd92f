package bench

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/app"
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
		done({bytes: all.reduce((n, e) => n + e.transferSize, 0), files: all.length, paint,
			strangers: performance.getEntriesByType('resource').filter(e => new URL(e.name).origin !== location.origin).length});
	}, 1500);
})`

type weighed struct {
	Bytes     int     `json:"bytes"`
	Files     int     `json:"files"`
	Paint     float64 `json:"paint"`
	Strangers int     `json:"strangers"`
}

// page: the first load of each page with an empty cache, in Chromium.
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
	rounds := 3 // each signs in, which is slowed down after 75 times
	if c.Small {
		rounds = 1
	}
	for _, path := range pages() {
		var paints []time.Duration
		var last weighed
		for range rounds {
			if last, err = weigh(ctx, a.URL(), path, password); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			paints = append(paints, time.Duration(last.Paint*float64(time.Millisecond)))
		}
		if last.Strangers > 0 {
			return fmt.Errorf("%s asks somebody else", path)
		}
		say(Figure{Name: path + ".script_style", Value: float64(last.Bytes) / 1000, Unit: "kB", Limit: 170, Note: fmt.Sprintf("%d files", last.Files)})
		say(Figure{Name: path + ".largest_paint", Value: ms(quantile(paints, 0.5)), Unit: "ms", Limit: 600, Note: fmt.Sprintf("median of %d; to %.0f", rounds, ms(quantile(paints, 1)))})
	}
	return nil
}

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

// pages are what there is to see; {list} is the newest of a list of the API.
func pages() []string {
	return []string{"/sign-in", "/forgot", "/", "/inbox", "/inbox/{conversations}", "/publish", "/publish/{posts}", "/people", "/people/{people}", "/measure", "/rehearsal",
		"/settings/channels", "/settings/channels/{channels}", "/settings/networks", "/settings/rules", "/settings/team", "/settings/tokens", "/settings/audit",
		"/settings/workspace", "/settings/you", "/settings/keyboard"}
}

// weigh loads a page in a browser of its own. Signing in happens first, by the
// API alone, so that the page's own files are loaded for the first time.
func weigh(ctx context.Context, address, path string, password secret.Text) (weighed, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	defer stop()
	ctx, stop2 := chromedp.NewContext(ctx)
	defer stop2()
	ctx, stop3 := context.WithTimeout(ctx, time.Minute)
	defer stop3()
	if err := chromedp.Do(ctx, chromedp.Navigate(address+"/healthz")); err != nil {
		return weighed{}, err
	}
	if path != "/sign-in" && path != "/forgot" {
		status, err := chromedp.Run(ctx, chromedp.Evaluate[int](fmt.Sprintf(`fetch('/api/v1/session', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({email: %q, password: %q})}).then(r => r.status)`,
			rehearse.Keeper, password.Reveal()), chromedp.EvalAwaitPromise))
		if err != nil || status != 200 {
			return weighed{}, fmt.Errorf("signing in: %d %w", status, err)
		}
	}
	if before, list, is := strings.Cut(strings.TrimSuffix(path, "}"), "{"); is {
		newest, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(`fetch('/api/v1/%s').then(r => r.json()).then(r => r.items[0].id)`, list), chromedp.EvalAwaitPromise))
		if err != nil {
			return weighed{}, fmt.Errorf("%s: %w", list, err)
		}
		path = before + newest
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address+path)); err != nil {
		return weighed{}, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[weighed](weight, chromedp.EvalAwaitPromise))
}
