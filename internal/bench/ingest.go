package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

const (
	callers   = 1000 // a network's machines do not wait for each other: while one crowd goes to the disk the next one comes
	authors   = 100_000
	repeated  = 10 // per cent
	appSecret = "app-secret"
)

// hooks makes signed webhooks, one comment each.
type hooks struct {
	page   string
	speech *speech
	who    *rand.Zipf
	bodies [][]byte
}

func newHooks(page string) *hooks {
	s := newSpeech(17)
	return &hooks{page: page, speech: s, who: rand.NewZipf(s.random, 1.2, 8, authors-1)}
}

// next gives a comment; every tenth is one that was told before.
func (h *hooks) next() []byte {
	if len(h.bodies) > 100 && h.speech.random.IntN(100) < repeated {
		return h.bodies[h.speech.random.IntN(len(h.bodies))]
	}
	return h.comment(h.speech.line())
}

func (h *hooks) comment(text string) []byte {
	n := len(h.bodies)
	who := h.who.Uint64()
	now := time.Now().Unix()
	post := h.page + "_1"
	body, _ := json.Marshal(map[string]any{"object": "page", "entry": []any{map[string]any{"id": h.page, "time": now, "changes": []any{map[string]any{"field": "feed",
		"value": map[string]any{"from": map[string]any{"id": fmt.Sprint(5_000_000 + who), "name": fmt.Sprintf("Author %d", who)}, "item": "comment", "verb": "add",
			"comment_id": fmt.Sprintf("1_%d", n), "post_id": post, "parent_id": post, "created_time": now, "message": text}}}}}})
	h.bodies = append(h.bodies, body)
	return body
}

// ingest: webhooks come in; the clock stops when the last of them is visible
// through the API and found by searching. Beside it stands the rate at which the
// very rows that this wrote are inserted bare, by a prepared statement for each row,
// and by one for many. Both sides count messages: one that is told twice is one.
func ingest(ctx context.Context, c Command, say func(Figure)) error {
	rounds := 3
	if c.Small {
		rounds = 1
	}
	var all []poured
	for range rounds {
		p, err := pour(ctx, c, nil)
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	p := all[0]
	rate, note := middle(all, func(p poured) float64 { return p.rate })
	say(Figure{Name: "rate", Value: rate, Unit: "/s", Limit: 2000, More: true, Note: fmt.Sprintf("%d messages in %d webhooks, %d callers; %s; others took %s of this machine", p.messages, p.webhooks, callers, note, percents(all, func(p poured) float64 { return p.others }))})
	bare, note := middle(all, func(p poured) float64 { return p.bare })
	say(Figure{Name: "bare", Value: bare, Unit: "/s", Note: fmt.Sprintf("the same %s, %d messages in a transaction; %s; others took %s", p.rows, portion, note, percents(all, func(p poured) float64 { return p.besides }))})
	part, note := middle(all, func(p poured) float64 { return 100 * p.rate / p.bare })
	say(Figure{Name: "of_bare", Value: part, Unit: "%", Limit: 60, More: true, Note: "of each round; " + note})
	many, note := middle(all, func(p poured) float64 { return 100 * p.rate / p.many })
	say(Figure{Name: "of_bare_many", Value: many, Unit: "%", Note: fmt.Sprintf("bare with %d rows in a statement, as Kith writes them; %s", manyRows, note)})
	work, note := middle(all, func(p poured) float64 { return p.work })
	plainly, _ := middle(all, func(p poured) float64 { return p.bareWork })
	say(Figure{Name: "processor", Value: work, Unit: "µs", Note: "for a message, those who knock included; " + note, Bare: plainly, What: "bare"})
	var late time.Duration
	webhooks := rate * float64(p.webhooks) / float64(p.messages)
	if _, err := pour(ctx, c, func(h *hooks, t *told) (err error) {
		late, err = half(ctx, h, t, webhooks/2, c.Small)
		return err
	}); err != nil {
		return err
	}
	say(Figure{Name: "visible_p99_half_load", Value: ms(late), Unit: "ms", Limit: 250, Note: fmt.Sprintf("at %.0f webhooks/s", webhooks/2)})
	return nil
}

// middle gives the median of what each round gave, and between what it lies.
func middle(all []poured, of func(poured) float64) (median float64, note string) {
	var values []float64
	for _, p := range all {
		values = append(values, of(p))
	}
	slices.Sort(values)
	return values[len(values)/2], fmt.Sprintf("median of %d, from %s to %s", len(values), number(values[0]), number(values[len(values)-1]))
}

// percents writes parts of each round.
func percents(all []poured, of func(poured) float64) string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = fmt.Sprintf("%.0f", of(p))
	}
	return strings.Join(texts, ", ") + " %"
}

// poured is what one round gave.
type poured struct {
	messages, webhooks int
	rate, bare, many   float64 // messages a second; many: bare with many rows in a statement
	others, besides    float64 // per cent of this machine that other programs took, during it and during bare
	work, bareWork     float64 // µs of processor for a message
	rows               string
}

// told is a kith that is told something.
type told struct {
	app  *app.App
	by   seeded
	door *knocker
}

// pour lets webhooks in, all at once, and writes the same rows bare after it. With
// something else to do it does that instead.
func pour(ctx context.Context, c Command, instead func(*hooks, *told) error) (p poured, err error) {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return p, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage, a, end, err := house(ctx, dir)
	if err != nil {
		return p, err
	}
	defer end()
	s, err := begin(ctx, a.DB)
	if err != nil {
		return p, err
	}
	page := stage.Facebook.AddPage("Bench")
	if _, err := connect(ctx, a.DB, a.Keys, s.workspace, "facebook", network.Account{Base: stage.FacebookURL, ID: page.ID, Handle: "Bench", Name: "Bench", Keys: secret.Text(fmt.Sprintf(`{"token":%q}`, page.Token))}); err != nil {
		return p, err
	}
	h := newHooks(page.ID)
	t := &told{a, s, &knocker{host: strings.TrimPrefix(a.URL(), "http://"), path: "/hooks/facebook"}}
	if instead != nil {
		return p, instead(h, t)
	}
	p.webhooks = 40_000
	if c.Small {
		p.webhooks = 2_000
	}
	all := make([][]byte, p.webhooks-1)
	for i := range all {
		all[i] = h.next()
	}
	last := h.comment("the lastword")
	b, err := newBare(ctx, filepath.Join(dir, "data", "kith.db"))
	if err != nil {
		return p, err
	}
	defer b.close()
	p.messages = len(h.bodies)
	runtime.GC() // what was prepared is nobody's work
	foreign, work, began := others(), ours(), time.Now()
	each := func() float64 { return 1e6 * (ours() - work) / float64(p.messages) }
	if err := t.door.knock(ctx, all, 0); err != nil {
		return p, err
	}
	if err := t.door.knock(ctx, [][]byte{last}, 0); err != nil {
		return p, err
	}
	if err := t.visible(ctx, "lastword", p.messages); err != nil {
		return p, err
	}
	p.rate, p.others = float64(p.messages)/time.Since(began).Seconds(), foreign()
	p.work = each()
	foreign, work = others(), ours()
	if p.bare, p.rows, err = b.again(ctx, filepath.Join(dir, "bare.db"), p.messages, 1); err != nil {
		return p, err
	}
	p.besides, p.bareWork = foreign(), each()
	p.many, _, err = b.again(ctx, filepath.Join(dir, "many.db"), p.messages, manyRows)
	return p, err
}

// visible waits until a search through the API finds a word and every message
// is there.
func (t *told) visible(ctx context.Context, word string, messages int) error {
	deadline := time.Now().Add(5 * time.Minute)
	for time.Now().Before(deadline) {
		found, err := t.search(ctx, word)
		if err != nil {
			return err
		}
		if found > 0 {
			if n, err := one[int](ctx, t.app.DB, "select count(*) from message"); err != nil || n == messages {
				return err
			}
		}
		pause(ctx, 5*time.Millisecond)
	}
	return fmt.Errorf("%q was not visible in time", word)
}

// search gives how many messages have a word. A space after it says that it is
// whole, so that it must be in the index.
func (t *told) search(ctx context.Context, word string) (int, error) {
	var answer struct{ Items []json.RawMessage }
	err := get(ctx, t.app.URL()+"/api/v1/search?limit=1&q="+url.QueryEscape(word+" "), t.by.token, &answer)
	return len(answer.Items), err
}

// get asks the API.
func get(ctx context.Context, address, token string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := (&http.Client{Timeout: time.Minute}).Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s was answered %d: %.200s", r.URL.Path, answer.StatusCode, body)
	}
	return json.Unmarshal(body, into)
}

// half keeps half the full rate of webhooks going and asks, for one comment after another,
// how long it takes from the knock until the API shows it.
func half(ctx context.Context, h *hooks, t *told, rate float64, small bool) (time.Duration, error) {
	probes := 120
	if small {
		probes = 5
	}
	crowd := make([][]byte, int(rate*float64(probes)*0.05))
	for i := range crowd {
		crowd[i] = h.next()
	}
	words := make([]string, probes)
	asked := make([][]byte, probes)
	for i := range words {
		words[i] = fmt.Sprintf("probe%dword", i)
		asked[i] = h.comment("the " + words[i])
	}
	l, err := t.door.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer l.Close() //nolint:errcheck // all was answered
	done := make(chan error, 1)
	go func() { done <- t.door.knock(ctx, crowd, rate) }()
	var took []time.Duration
	for i, word := range words {
		began := time.Now()
		if err := l.one(t.door.request(asked[i])); err != nil {
			return 0, err
		}
		for {
			n, err := t.search(ctx, word)
			if err != nil {
				return 0, err
			}
			if n > 0 {
				break
			}
			pause(ctx, time.Millisecond)
		}
		took = append(took, time.Since(began))
		pause(ctx, max(0, 50*time.Millisecond-time.Since(began)))
	}
	return quantile(took, 0.99), <-done
}
