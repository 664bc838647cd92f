package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/internal/text"
)

// seeded is a workspace with an owner and a token that may do everything.
type seeded struct {
	workspace string
	token     string
	actor     access.Actor
}

// begin makes a workspace to measure in.
func begin(ctx context.Context, db *store.DB) (s seeded, err error) {
	err = store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		w, err := team.Begin(ctx, tx, "Bench", "Europe/Paris", "en")
		if err != nil {
			return err
		}
		if err := moderate.Begin(ctx, tx, w.ID); err != nil {
			return err
		}
		a, err := team.Own(ctx, tx, w.ID, "bench@kith.example", "Bench", "no password opens this")
		if err != nil {
			return err
		}
		s.workspace = w.ID
		s.actor = access.Actor{User: a.ID, Name: a.Name, Workspace: w.ID, Role: access.Owner}
		_, s.token, err = team.MakeToken(ctx, tx, s.actor, "bench", access.Verbs(), 1)
		return err
	})
	return s, err
}

// one reads a single value.
func one[T any](ctx context.Context, db *store.DB, query string) (v T, err error) {
	err = store.View(ctx, db, func(ctx context.Context, tx *store.Tx) (err error) {
		v, err = store.One[T](ctx, tx, query)
		return err
	})
	return v, err
}

// words are what messages are made of: very common ones in two languages, a
// tail of rarer ones, accents and CJK. Rank r is drawn about 1/r as often.
func words() []string {
	w := strings.Fields("le the de et a la you to est is pas ça merci pour this that very bien été where où quand prix shop livre book love encore hours café 営業 東京 本屋 danke gracias")
	for i := len(w); i < 20_000; i++ {
		w = append(w, fmt.Sprintf("mot%dx", i))
	}
	return w
}

// speech makes messages: deterministic, so that two databases hold the same.
type speech struct {
	random *rand.Rand
	zipf   *rand.Zipf
	words  []string
}

func newSpeech(seed uint64) *speech {
	r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same numbers each time are the point
	w := words()
	return &speech{random: r, zipf: rand.NewZipf(r, 1.1, 2, uint64(len(w)-1)), words: w}
}

// line gives a text of 20 to 300 characters.
func (s *speech) line() string {
	var b strings.Builder
	for want := 20 + s.random.IntN(280); b.Len() < want-8; {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s.words[s.zipf.Uint64()])
	}
	return b.String()
}

// stamp makes identifiers that are the same in two databases.
func (s *speech) stamp(n int) string { return fmt.Sprintf("01900000-0000-7000-8000-%012d", n) }

// fill writes messages and conversations as the inbox has them, in bulk.
func fill(ctx context.Context, db *store.DB, workspace string, conversations, each int) error {
	s := newSpeech(11)
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	channels := []string{s.stamp(1), s.stamp(2), s.stamp(3)}
	if err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		for i, c := range channels {
			if _, err := tx.Exec(ctx, `insert into channel (id, workspace, network, base, account_id, handle, name, avatar_url, url, keys, limits, health, health_text, health_fix, cursor, created_at)
				values ($1, $2, 'facebook', '', $3, $4, $4, '', '', '', '{}', 'ok', '', '', '', $5)`, c, workspace, fmt.Sprint(i), fmt.Sprintf("bench%d", i), began); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return bulk(ctx, db, func() error {
		const batch = 1000 // conversations in a transaction
		for from := 0; from < conversations; from += batch {
			if err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
				return s.portion(ctx, tx, workspace, channels, began, from, min(from+batch, conversations), each)
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// bulk takes the word index of PostgreSQL away while much is written, and makes
// it again from all of it: word by word it would take most of an hour.
func bulk(ctx context.Context, db *store.DB, write func() error) error {
	if db.Engine() != "postgres" {
		return write()
	}
	var again string
	if err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) (err error) {
		if again, err = store.One[string](ctx, tx, "select indexdef from pg_indexes where indexname = 'message_terms'"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "drop index message_terms")
		return err
	}); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	return store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "set local maintenance_work_mem = '256MB'"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, again)
		return err
	})
}

func (s *speech) portion(ctx context.Context, tx *store.Tx, workspace string, channels []string, began time.Time, from, to, each int) error {
	var talks, messages, people, faces [][]any
	var terms [][]string
	for c := from; c < to; c++ {
		conversation, person, ch := s.stamp(1_000_000+c), s.stamp(20_000_000+c), channels[c%3]
		name := fmt.Sprintf("Person %d", c)
		people = append(people, []any{person, workspace, name, "", 0, each, began, began})
		faces = append(faces, []any{s.stamp(40_000_000 + c), workspace, person, "facebook", fmt.Sprint(c), fmt.Sprintf("p%d", c), name, "", "", began, began})
		var last string
		var at time.Time
		for m := range each {
			n := c*each + m
			at, last = began.Add(time.Duration(n)*time.Second), s.line()
			messages = append(messages, []any{s.stamp(60_000_000 + n), workspace, conversation, ch, fmt.Sprint(n), "{}", "", person, 0, name, last, at, at, "", "visible", "", "", "", 0, 0, 0, 0, "[]", "", ""})
			terms = append(terms, append(text.Terms(last+" "+name), "w"+strings.ReplaceAll(workspace, "-", "")+"w", "c"+strings.ReplaceAll(ch, "-", "")+"c"))
		}
		state := "open"
		if c%5 == 0 {
			state = "done"
		}
		talks = append(talks, []any{conversation, workspace, ch, "facebook", "comments", fmt.Sprint(c), person, "", "", "", state, 1, each, 0, at, text.Cut(last, 200), 0, at, "", began})
	}
	for _, t := range []struct {
		into string
		n    int
		rows [][]any
	}{
		{"person (id, workspace, name, note, blocked, messages, first_seen, last_seen)", 8, people},
		{"identity (id, workspace, person_id, network, remote_id, handle, name, avatar_url, url, first_seen, last_seen)", 11, faces},
		{"conversation (id, workspace, channel_id, network, kind, thread, person_id, publication_id, title, url, state, unread, count, held, last_at, last_text, last_from_us, waiting_since, claimed_by, created_at)", 20, talks},
	} {
		if _, err := tx.Insert(ctx, t.into, t.n, t.rows, ""); err != nil {
			return err
		}
	}
	_, err := tx.InsertFindable(ctx, []string{"id", "workspace", "conversation_id", "channel_id", "remote_id", "remote", "parent_id", "person_id", "from_us", "author_name", "text", "at", "received_at",
		"url", "state", "sending", "error_text", "key", "token", "looks", "private", "liked", "media", "reason", "by_account"}, messages, terms)
	return err
}

// posts writes scheduled posts in bulk.
func posts(ctx context.Context, db *store.DB, workspace string, n int) error {
	s := newSpeech(13)
	due := time.Now().AddDate(0, 0, 7)
	for from := 0; from < n; from += 1000 {
		var rows, pubs [][]any
		for i := from; i < min(from+1000, n); i++ {
			p, line := id.New(), s.line()
			rows = append(rows, []any{p, workspace, "", "Bench", []map[string]string{{"text": line}}, text.Cut(line, 200), "scheduled", due.Add(time.Duration(i) * time.Minute), 1, due, due})
			pubs = append(pubs, []any{id.New(), workspace, p, s.stamp(1), "facebook", nil, "scheduled", due.Add(time.Duration(i) * time.Minute), nil, "", "", "", "", "[]", ""})
		}
		if err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Insert(ctx, "post (id, workspace, author_id, author_name, parts, excerpt, state, due_at, revision, created_at, updated_at)", 11, rows, ""); err != nil {
				return err
			}
			_, err := tx.Insert(ctx, "publication (id, workspace, post_id, channel_id, network, own_parts, state, due_at, published_at, url, error_kind, error_text, error_hint, seen, job_id)", 15, pubs, "")
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// connect keeps a channel as if it had been connected.
func connect(ctx context.Context, db *store.DB, keys *secret.Keyring, workspace string, name network.Name, a network.Account) (c channel.Channel, err error) {
	err = store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		c, err = channel.Connect(ctx, tx, keys, workspace, name, a)
		return err
	})
	return c, err
}
