package flow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/test/hand"
)

// house is a house that only listens: two Pages in one workspace, one in
// another, a rule in force and a post of ours on each Page.
type house struct {
	*flow.House
	driver   *facebook.Driver
	channels map[string][2]string // page → workspace, channel
}

// noon is the one time of these tests, so that two databases hold the same.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// outside is what a driver is made of here: a way out that nobody takes, and keys.
func outside(t testing.TB, db *store.DB) (*outward.Client, *secret.Keyring) {
	t.Helper()
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.Open(t.Context(), db, []byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return out, keys
}

func newHouse(t testing.TB, db *store.DB, facts *stream.Stream) *house {
	t.Helper()
	out, keys := outside(t, db)
	driver := facebook.New(out, facebook.Options{})
	h := &house{driver: driver, channels: map[string][2]string{},
		House: &flow.House{DB: db, Networks: network.NewSet(driver), Keys: keys, Facts: facts, News: facts.News()}}
	for i, workspace := range []string{"w", "w", "x"} {
		page := strconv.Itoa(71 + i)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := moderate.Begin(ctx, tx, workspace); err != nil {
				return err
			}
			rules, err := moderate.Rules(ctx, tx, workspace)
			if err != nil {
				return err
			}
			if _, err := moderate.Declare(ctx, tx, workspace, rules[0].ID, map[string]string{"w": moderate.Live, "x": moderate.Shadow}[workspace], 3, 60); err != nil {
				return err
			}
			c, err := channel.Connect(ctx, tx, keys, workspace, "facebook", network.Account{Base: "https://graph.test", ID: page, Handle: page, Keys: "{}"})
			if err != nil {
				return err
			}
			h.channels[page] = [2]string{workspace, c.ID}
			_, err = tx.Exec(ctx, `insert into part (id, workspace, publication_id, channel_id, position, content, fingerprint, key, state, token, remote_id, remote, url, looks)
				values ($1, $2, $3, $4, 0, '{}', '', '', 'sent', 0, $5, '{}', '', 0)`, "part of "+page, workspace, "publication on "+page, c.ID, page+"_1")
			return err
		})
	}
	return h
}

// facts splits bodies as the door does.
func (h *house) facts(t testing.TB, bodies [][]byte) (all []stream.Fact) {
	t.Helper()
	for _, body := range bodies {
		raws, err := h.driver.Split(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range raws {
			c := h.channels[raw.Account]
			all = append(all, stream.Fact{Workspace: c[0], Channel: c[1], Person: raw.Person, Kind: "facebook", Key: c[1] + " " + raw.Key, At: raw.At, Body: raw.Body})
		}
	}
	return all
}

func (h *house) apply(t testing.TB, facts []stream.Fact) {
	t.Helper()
	apply, err := h.Receive(t.Context(), facts)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Do(t, h.DB, apply)
}

// talk makes webhooks in which few people say few things: so they answer what
// is not there yet, delete what never came, repeat themselves and flood.
func talk(r *rand.Rand, n int) (bodies [][]byte) {
	words := []string{"livre", "été", "東京", "love", "merci", "mot7", "Ça", "12"}
	for len(bodies) < n {
		if len(bodies) > 0 && r.IntN(8) == 0 {
			bodies = append(bodies, bodies[r.IntN(len(bodies))])
			continue
		}
		page := strconv.Itoa(71 + r.IntN(3))
		at := noon().Add(time.Duration(r.IntN(120)) * time.Second).Unix()
		who := r.IntN(5)
		from := map[string]any{"id": strconv.Itoa(500 + who), "name": fmt.Sprintf("Reader %d%s", who, strings.Repeat("!", r.IntN(6)/5))}
		if r.IntN(10) == 0 {
			from = map[string]any{"id": page, "name": "Page"}
		}
		var said []string
		for range r.IntN(5) {
			said = append(said, words[r.IntN(len(words))])
		}
		entry := map[string]any{"id": page, "time": at}
		post, id := page+"_1", func() string { return fmt.Sprintf("1_%d", r.IntN(25)) }
		value := map[string]any{"from": from, "item": "comment", "verb": "add", "comment_id": id(), "post_id": post, "parent_id": post, "created_time": at, "message": strings.Join(said, " ")}
		switch r.IntN(16) {
		case 0, 1:
			value["verb"] = "edited"
		case 2, 3:
			value["verb"] = "remove"
		case 4:
			value["verb"] = []string{"hide", "unhide"}[r.IntN(2)]
		case 5:
			value = map[string]any{"from": from, "item": "reaction", "verb": []string{"add", "remove"}[r.IntN(2)], "reaction_type": "like", "post_id": post, "created_time": at}
		case 6:
			entry["messaging"] = []any{map[string]any{"sender": from, "recipient": map[string]any{"id": page}, "timestamp": at * 1000,
				"message": map[string]any{"mid": fmt.Sprintf("m_%d", r.IntN(12)), "text": strings.Join(said, " "), "is_echo": r.IntN(3) == 0}}}
			if n := len(bodies); n%3 == 0 {
				entry["messaging"] = []any{map[string]any{"sender": from, "recipient": map[string]any{"id": page}, "timestamp": at * 1000,
					"reaction": map[string]any{"mid": fmt.Sprintf("m_%d", n%12), "action": []string{"react", "unreact"}[n/3%2], "emoji": []string{"❤️", "👍"}[n/6%2]}}}
			}
		case 7:
			value["post_id"] = page + "_2" // not ours
			entry["changes"] = []any{map[string]any{"field": "mention", "value": value}}
		case 8, 9, 10, 11:
			value["parent_id"] = id()
		}
		if entry["messaging"] == nil && entry["changes"] == nil {
			entry["changes"] = []any{map[string]any{"field": "feed", "value": value}}
		}
		body, err := json.Marshal(map[string]any{"object": "page", "entry": []any{entry}})
		if err != nil {
			panic(err) // texts and numbers alone
		}
		bodies = append(bodies, body)
	}
	return bodies
}

var identifier = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// dump writes down everything that listening writes. Identifiers become the
// numbers of their first appearance, so that two databases compare.
func dump(t *testing.T, db *store.DB) string {
	t.Helper()
	var b strings.Builder
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, q := range []string{
			`select 'channel', id, account_id from channel order by account_id`,
			`select 'message', id, channel_id, seq, workspace, conversation_id, remote_id, remote, parent_id, person_id, from_us, author_name, text, at, received_at, url, state, sending, private, media, reason from message order by seq`,
			`select 'conversation', id, workspace, channel_id, network, kind, thread, person_id, publication_id, title, url, state, unread, count, held, last_at, last_text, last_from_us, waiting_since, claimed_by, created_at from conversation order by id`,
			`select 'reaction', channel_id, remote_id, author_id, workspace, emoji, at from reaction order by channel_id, remote_id, author_id`,
			`select 'identity', id, person_id, workspace, network, remote_id, handle, name, avatar_url, url, first_seen, last_seen from identity order by id`,
			`select 'person', id, workspace, name, note, blocked, messages, first_seen, last_seen from person order by id`,
			`select 'signal', workspace, person_id, at, message_id from signal order by message_id`,
			`select 'verdict', id, workspace, person_id, message_ids, reason, action, state, at from verdict order by id`,
			`select 'tally', workspace, channel_id, day, kind, n from tally order by workspace, channel_id, day, kind`,
			`select 'job', id, workspace, kind, lane, key, args, state, due_at from job order by id`,
			`select 'seen', workspace, key, at from fact_seen order by workspace, key`,
		} {
			_, columns, _ := strings.Cut(q, ", ")
			columns, from, _ := strings.Cut(columns, " from ")
			names := strings.Split(columns, ", ")
			row := "'" + strings.Fields(strings.Trim(q[7:], "'"))[0]
			row = strings.TrimRight(row, "',") + "'"
			for _, name := range names {
				row += " || ' " + name + "=' || coalesce(cast(" + name + " as text), 'null')"
			}
			lines, err := store.All[string](ctx, tx, "select "+row+" from "+from)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			b.WriteString(strings.Join(lines, "\n") + "\n")
		}
		for _, word := range []string{"livre", "ete", "東京", "love", "mot7", "12", "reader", "page"} {
			found, err := tx.FoundText(ctx, []store.Word{{Text: word}}, 0, 10_000)
			if err != nil {
				return err
			}
			fmt.Fprintln(&b, "found", word, found)
		}
		return nil
	})
	seen := map[string]string{}
	return identifier.ReplaceAllStringFunc(b.String(), func(s string) string {
		if seen[s] == "" {
			seen[s] = "#" + strconv.Itoa(len(seen))
		}
		return seen[s]
	})
}

// A batch writes the very rows that its facts would write one by one: whatever
// repeats, comes too early or goes before it came.
func TestABatchWritesWhatOneByOneWrites(t *testing.T) {
	seeds := uint64(12)
	if os.Getenv("KITH_SOAK") == "1" {
		seeds = 40
	}
	each(t, func(t *testing.T, open func() *house) {
		for seed := range seeds {
			r := rand.New(rand.NewPCG(seed, 1))
			bodies := talk(r, 250)
			singly, together := open(), open()
			for _, f := range singly.facts(t, bodies) {
				singly.apply(t, []stream.Fact{f})
			}
			facts := together.facts(t, bodies)
			for len(facts) > 0 {
				n := min(1+r.IntN(90), len(facts))
				together.apply(t, facts[:n])
				facts = facts[n:]
			}
			if want, got := dump(t, singly.DB), dump(t, together.DB); got != want {
				t.Errorf("seed %d: a batch writes\n%s", seed, difference(want, got))
			}
		}
	})
}

// A fact that the database does not take is set aside, and the batch it came in
// is applied without it.
func TestWhatCannotBeWrittenKeepsNothingBack(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		h, clean := open(), open()
		bodies := talk(rand.New(rand.NewPCG(9, 9)), 60)
		facts := h.facts(t, bodies)
		poison := facts[30]
		poison.Key, poison.At, poison.Body = "poison", time.Time{}, []byte(`{"change":{"from":{"id":"501"},"item":"comment","verb":"add","comment_id":"1_99","post_id":"71_1"}}`)
		spoiled := slices.Insert(slices.Clone(facts), 30, poison)
		clean.apply(t, clean.facts(t, bodies))
		if apply, err := h.Receive(t.Context(), spoiled); err != nil || store.Do(t.Context(), h.DB, apply) == nil {
			t.Fatalf("what has no time was written: %v", err)
		}
		if err := h.Facts.Append(t.Context(), spoiled); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.Facts.Run(ctx, h.DB, h.Receive) }()
		var asides []stream.Aside
		hand.Until(t, time.Minute, "one fact is set aside and all are applied", func() (bool, any) {
			lags, err := h.Facts.Lags(t.Context(), h.DB)
			if err != nil {
				t.Fatal(err)
			}
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				asides, err = stream.Asides(ctx, tx, poison.Workspace, stream.Which{Limit: 9})
				return err
			})
			return len(asides) == 1 && !slices.ContainsFunc(lags, func(l stream.Lag) bool { return l.Waiting > 0 }), asides
		})
		stop()
		if err := <-done; err != nil || asides[0].Fact.Key != "poison" {
			t.Errorf("%v, set aside is %+v", err, asides)
		}
		count := func(h *house) (n int) {
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One[int](ctx, tx, "select count(*) from fact_seen")
				return err
			})
			return n
		}
		if got, want := count(h), count(clean); got != want {
			t.Errorf("%d facts are applied, without the poison it is %d", got, want)
		}
	})
}

// each runs a test on both engines; open gives one empty house after the other.
func each(t *testing.T, test func(t *testing.T, open func() *house)) {
	t.Helper()
	for engine, db := range map[string]func(t testing.TB, options ...store.Option) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			facts, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir(), Pause: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(facts.Close)
			test(t, func() *house { return newHouse(t, db(t, store.WithNow(noon)), facts) })
		})
	}
}

// difference gives the first lines in which two dumps part.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return g[i] + "\none by one it is\n" + w[i]
		}
	}
	return fmt.Sprintf("%d lines, one by one %d", len(g), len(w))
}

// Screens are told of each conversation, and of a crowd of them once.
func TestNewsOfACrowdAreOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		facts, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer facts.Close()
		h := newHouse(t, db, facts)
		for _, one := range []struct{ comments, news int }{{3, 3}, {40, 1}} {
			heard := facts.News().Subscribe("x")
			all := h.facts(t, comments(one.comments))
			for i := range all {
				all[i].Key = fmt.Sprint(all[i].Key, " of ", one.comments)
			}
			h.apply(t, all)
			storetest.Do(t, db, func(_ context.Context, tx *store.Tx) error {
				tx.AfterCommit(func() { facts.News().Tell("x", stream.Item{Topic: "end"}) })
				return nil
			})
			var topics []string
			for item := range heard.C {
				if item.Topic == "end" {
					break
				}
				topics = append(topics, item.Topic)
			}
			heard.Close()
			if len(topics) != one.news || (topics[0] == "all") != (one.news == 1) {
				t.Errorf("of %d comments screens hear %q", one.comments, topics)
			}
		}
	})
}
