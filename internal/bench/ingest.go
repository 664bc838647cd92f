package bench

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

const (
	callers   = 500 // a network's machines do not wait for each other
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

func sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// ingest: webhooks come in; the clock stops when the last of them is visible
// through the API and found by searching. The limit beside it is the rate at
// which the very same rows are inserted bare.
func ingest(ctx context.Context, c Command, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage, a, end, err := house(ctx, dir)
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended {
			end()
		}
	}()
	s, err := begin(ctx, a.DB)
	if err != nil {
		return err
	}
	page := stage.Facebook.AddPage("Bench")
	if _, err := connect(ctx, a.DB, a.Keys, s.workspace, "facebook", network.Account{Base: stage.FacebookURL, ID: page.ID, Handle: "Bench", Name: "Bench", Keys: secret.Text(fmt.Sprintf(`{"token":%q}`, page.Token))}); err != nil {
		return err
	}
	n := 40_000
	if c.Small {
		n = 2_000
	}
	h := newHooks(page.ID)
	all := make([][]byte, n)
	for i := range all {
		all[i] = h.next()
	}
	k := &knocker{host: strings.TrimPrefix(a.URL(), "http://"), path: "/hooks/facebook"}
	began := time.Now()
	if err := k.knock(ctx, all, 0); err != nil {
		return err
	}
	mark := fmt.Sprintf("lastword%d", n)
	if err := k.knock(ctx, [][]byte{h.comment("the " + mark)}, 0); err != nil {
		return err
	}
	if err := visible(ctx, a, s, mark, len(h.bodies)); err != nil {
		return err
	}
	rate := float64(n+1) / time.Since(began).Seconds()
	late, err := half(ctx, a, s, h, k, rate/2, c.Small)
	if err != nil {
		return err
	}
	rows := len(h.bodies)
	end()
	ended = true
	bare, err := bareRate(ctx, filepath.Join(dir, "data", "kith.db"), filepath.Join(dir, "bare.db"), rows)
	if err != nil {
		return err
	}
	say(Figure{Name: "rate", Value: rate, Unit: "/s", Limit: 2000, More: true, Note: fmt.Sprintf("%d webhooks, %d%% repeated, %d callers", n+1, repeated, callers)})
	say(Figure{Name: "bare", Value: bare, Unit: "/s", Note: "the same rows inserted bare, 500 messages in a transaction"})
	say(Figure{Name: "of_bare", Value: rate / bare * 100, Unit: "%", Limit: 60, More: true})
	say(Figure{Name: "visible_p99_half_load", Value: ms(late), Unit: "ms", Limit: 250, Note: fmt.Sprintf("at %.0f/s", rate/2)})
	return nil
}

// knocker sends webhooks as a network does. Its own work is kept small: on a
// network it is done by machines of theirs.
type knocker struct{ host, path string }

// knock sends all bodies with many callers, each on a line of its own; rate 0 is
// as fast as it goes.
func (k *knocker) knock(ctx context.Context, all [][]byte, rate float64) error {
	signed := make([][]byte, len(all))
	for i, body := range all {
		signed[i] = k.request(body)
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	var failed atomic.Value
	began := time.Now()
	for range min(callers, len(all)) {
		wait.Go(func() {
			l, err := k.dial(ctx)
			if err != nil {
				failed.Store(err)
				return
			}
			defer l.Close() //nolint:errcheck // all was answered
			for i := next.Add(1) - 1; int(i) < len(all) && failed.Load() == nil && ctx.Err() == nil; i = next.Add(1) - 1 {
				if rate > 0 {
					pause(ctx, time.Until(began.Add(time.Duration(float64(i)/rate*float64(time.Second)))))
				}
				if err := l.one(signed[i]); err != nil {
					failed.Store(err)
				}
			}
		})
	}
	wait.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	return ctx.Err()
}

// request is a signed webhook as it goes over the line.
func (k *knocker) request(body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n", k.path, k.host, sign(body), len(body))
	return append([]byte(head), body...)
}

type line struct {
	net.Conn
	answers *bufio.Reader
}

func (k *knocker) dial(ctx context.Context) (*line, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", k.host)
	if err != nil {
		return nil, err
	}
	return &line{c, bufio.NewReader(c)}, nil
}

func (l *line) one(request []byte) error {
	if _, err := l.Write(request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(l.answers, nil)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, answer.Body) // so that the line is free again
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("a webhook was answered %d", answer.StatusCode)
	}
	return nil
}

// visible waits until a search through the API finds a word and every message
// is there.
func visible(ctx context.Context, a *app.App, s seeded, word string, messages int) error {
	deadline := time.Now().Add(5 * time.Minute)
	for time.Now().Before(deadline) {
		found, err := search(ctx, a, s, word)
		if err != nil {
			return err
		}
		if found > 0 {
			n := 0
			if err := store.View(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One[int](ctx, tx, "select count(*) from message")
				return err
			}); err != nil {
				return err
			}
			if n == messages {
				return nil
			}
		}
		pause(ctx, 2*time.Millisecond)
	}
	return fmt.Errorf("%q was not visible in time", word)
}

func search(ctx context.Context, a *app.App, s seeded, q string) (int, error) {
	var answer struct{ Items []json.RawMessage }
	err := get(ctx, a.URL()+"/api/v1/search?limit=1&q="+url.QueryEscape(q), s.token, &answer)
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

// half keeps half the full rate going and asks, for one comment after another,
// how long it takes from the knock until the API shows it.
func half(ctx context.Context, a *app.App, s seeded, h *hooks, k *knocker, rate float64, small bool) (time.Duration, error) {
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
	l, err := k.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer l.Close() //nolint:errcheck // all was answered
	done := make(chan error, 1)
	go func() { done <- k.knock(ctx, crowd, rate) }()
	var took []time.Duration
	for i, word := range words {
		began := time.Now()
		if err := l.one(k.request(asked[i])); err != nil {
			return 0, err
		}
		for {
			n, err := search(ctx, a, s, word)
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
