package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// asking is one kind of request to the inbox.
type asking struct {
	name  string
	path  string
	limit float64 // ms, p95
}

// bare asks the engine alone for the same page: the newest rows by the primary
// order of their table, or the word index for what is searched.
func (k asking) bare(ctx context.Context, tx *store.Tx, workspace string) error {
	address, err := url.Parse(k.path)
	if err != nil {
		return err
	}
	const page = 50
	q := address.Query().Get("q")
	if q == "" {
		_, err := store.All[newest](ctx, tx, "select id, last_at, last_text from conversation where workspace = $1 order by last_at desc, id desc limit $2", workspace, page)
		return err
	}
	terms, prefix := text.Query(q)
	words := make([]store.Word, len(terms))
	for i, t := range terms {
		words[i] = store.Word{Text: t, Prefix: prefix && i == len(terms)-1}
	}
	_, err = tx.FoundText(ctx, words, 0, page)
	return err
}

type newest struct {
	ID   string
	At   time.Time
	Text string
}

func askings() []asking {
	q := func(s string) string { return url.QueryEscape(s) }
	return []asking{
		{"newest", "/conversations?limit=50", 25},
		{"newest_open", "/conversations?limit=50&state=open", 25},
		{"newest_channel", "/conversations?limit=50&channel=01900000-0000-7000-8000-000000000002", 25},
		{"newest_unread", "/conversations?limit=50&unread=true", 25},
		{"rare", "/search?q=mot19007x+", 100},
		{"common_fr", "/search?q=le+", 100},
		{"common_en", "/search?q=the+", 100},
		{"two_words", "/search?q=" + q("prix livre "), 100},
		{"common_and_rare", "/search?q=" + q("the mot15000x "), 100},
		{"prefix", "/search?q=mot1", 100},
		{"accents", "/search?q=" + q("été CAFE "), 100},
		{"cjk", "/search?q=" + q("東京"), 100},
		{"with_channel", "/search?q=le+&channel=01900000-0000-7000-8000-000000000002", 100},
		{"with_state", "/search?q=" + q("livre ") + "&state=done", 100},
		{"nothing", "/search?q=thereisnosuchword+", 100},
	}
}

// inbox: the newest conversations and search, at a million messages, on both
// engines; both must give the same.
func inbox(ctx context.Context, c Command, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	lite, err := inboxOn(ctx, c, "", filepath.Join(dir, "lite"), "sqlite.", say)
	if err != nil {
		return err
	}
	if c.DB == "" {
		say(Figure{Name: "postgres", Unit: "", Note: "not measured: give --db postgres://… with an empty database"})
		return nil
	}
	pg, err := inboxOn(ctx, c, c.DB, filepath.Join(dir, "pg"), "postgres.", say)
	if err != nil {
		return err
	}
	for _, a := range askings() {
		if !slices.Equal(lite[a.name], pg[a.name]) {
			return fault.New(fault.Internal, "%s: the engines differ: %d and %d found, first %.1v and %.1v", a.name, len(lite[a.name]), len(pg[a.name]), lite[a.name], pg[a.name])
		}
	}
	say(Figure{Name: "same_answers", Value: float64(len(askings())), Unit: "queries", Note: "SQLite and PostgreSQL gave the same"})
	return nil
}

func inboxOn(ctx context.Context, c Command, address, data, name string, say func(Figure)) (map[string][]string, error) {
	a, err := app.New(ctx, config.Config{Data: data, DB: address, Listen: "127.0.0.1:0", Log: "error", Read: time.Hour, FactsMB: 64})
	if err != nil {
		return nil, err
	}
	defer a.Stop(ctx) //nolint:errcheck // figures are out by then
	if err := a.Start(ctx); err != nil {
		return nil, err
	}
	s, err := begin(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	conversations, n := 100_000, 60
	if c.Small {
		conversations, n = 1_000, 5
	}
	if err := fill(ctx, a.DB, s.workspace, conversations, 10); err != nil {
		return nil, err
	}
	if err := a.DB.Settle(ctx); err != nil {
		return nil, err
	}
	answers := map[string][]string{}
	for _, ask := range askings() {
		var took, bare []time.Duration
		var spent time.Duration
		for range n {
			if spent < 5*time.Second { // what the engine alone is slow at is known by then
				plainly := time.Now()
				if err := store.View(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error { return ask.bare(ctx, tx, s.workspace) }); err != nil {
					return nil, err
				}
				bare = append(bare, time.Since(plainly))
				spent += bare[len(bare)-1]
			}
			var page struct {
				Items []struct {
					ID      string `json:"id"`
					Message struct {
						ID string `json:"id"`
					} `json:"message"`
				} `json:"items"`
			}
			began := time.Now()
			var raw json.RawMessage
			if err := get(ctx, a.URL()+"/api/v1"+ask.path, s.token, &raw); err != nil {
				return nil, err
			}
			took = append(took, time.Since(began))
			if err := json.Unmarshal(raw, &page); err != nil {
				return nil, err
			}
			var ids []string
			for _, i := range page.Items {
				ids = append(ids, i.ID+i.Message.ID)
			}
			answers[ask.name] = ids
		}
		say(Figure{Name: name + ask.name + "_p95", Value: ms(quantile(took, 0.95)), Unit: "ms", Limit: ask.limit, Note: fmt.Sprintf("p50 %.1f, max %.1f, %d found", ms(quantile(took, 0.5)), ms(quantile(took, 1)), len(answers[ask.name])),
			Bare: ms(quantile(bare, 0.95)), What: "bare query"})
	}
	return answers, nil
}
