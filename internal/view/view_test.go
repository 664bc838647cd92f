package view_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/text"
	"github.com/kithhq/kith/internal/view"
)

var began = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// one is a message in a conversation of its own, as room inbox keeps it.
func one(ctx context.Context, tx *store.Tx, workspace, channel string, n int, said string) error {
	id := fmt.Sprintf("%s-%s-%03d", workspace, channel, n)
	at := began.Add(time.Duration(n/2) * time.Minute) // always two at the same moment
	if _, err := tx.Exec(ctx, `insert into conversation (id, workspace, channel_id, network, kind, thread, person_id, publication_id, title, url, state, unread, count, held,
		last_at, last_text, last_from_us, waiting_since, claimed_by, created_at)
		values ($1, $2, $3, 'mastodon', 'comments', $1, '', '', '', '', $4, 1, 1, 0, $5, $6, 0, $5, '', $5)`,
		id, workspace, channel, []string{"open", "done"}[n%2], at, said); err != nil {
		return err
	}
	seq, err := store.One[int64](ctx, tx, `insert into message (id, workspace, conversation_id, channel_id, remote_id, remote, parent_id, person_id, from_us, author_name, text, at,
		received_at, url, state, sending, error_text, key, token, claimed_at, looks, private, liked, media, reason, by_account)
		values ($1, $2, $1, $3, $1, '{}', '', '', 0, 'Reader', $4, $5, $5, '', 'visible', '', '', '', 0, null, 0, 0, 0, '[]', '', '') returning seq`,
		id, workspace, channel, said, at)
	if err != nil {
		return err
	}
	dense := func(kind, id string) string { return kind + strings.ReplaceAll(id, "-", "") + kind }
	return tx.IndexText(ctx, seq, append(text.Terms(said+" Reader"), dense("w", workspace), dense("c", channel)))
}

func furnish(t *testing.T, db *store.DB, workspace, channel string, texts ...string) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		for n, said := range texts {
			if err := one(ctx, tx, workspace, channel, n, said); err != nil {
				return err
			}
		}
		return nil
	})
}

func owner(workspace string, channels ...string) access.Actor {
	return access.Actor{User: "u", Workspace: workspace, Role: access.Owner, Channels: channels}
}

var sentences = []string{
	"Où est la librairie ?", "The library is closed, le dimanche", "Élégant et discret", "elegance, anyone?", "東京の本屋さん", "東京に行きたい",
	"본문 검색 시험", "Straße nach Köln", "strasse", "L’été est là 🌞", "naïve café", "CAFÉ NAÏVE", "a_b c-d e.f", "100 % sûr", "le le le",
}

// searched goes through all pages of a search.
func searched(t *testing.T, db *store.DB, by access.Actor, asked view.SearchAsked) (found []string, err error) {
	for {
		var page view.Page[view.Message]
		err := store.View(t.Context(), db, func(ctx context.Context, tx *store.Tx) (err error) {
			page, err = view.Search(ctx, tx, by, asked)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, m := range page.Items {
			found = append(found, m.Text)
		}
		if asked.Cursor = page.Next; page.Next == "" {
			return found, nil
		}
	}
}

// Among thousands of messages a search finds all that hold its words, each once
// and the newest first, whether they are many or few, near or far, and whatever a
// filter leaves of them.
func TestASearchLosesNothingAmongThousands(t *testing.T) {
	const n = 2600
	said := func(i int) string {
		words := []string{fmt.Sprintf("mot%d", i)}
		for word, every := range map[string]int{"commun": 2, "souvent": 15, "parfois": 90, "jamais": n - 1} {
			if i%every == every-1 {
				words = append(words, word)
			}
		}
		slices.Sort(words)
		return strings.Join(words, " ")
	}
	for _, db := range []*store.DB{storetest.SQLite(t), storetest.Postgres(t)} {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range n {
				if err := one(ctx, tx, "w", []string{"a", "b"}[i%700/699], i, said(i)); err != nil {
					return err
				}
			}
			return nil
		})
		for _, c := range []struct {
			query, channel, state string
			by                    access.Actor
			holds                 func(i int, words []string) bool
		}{
			{"m", "", "", owner("w"), func(int, []string) bool { return true }},
			{"mot2", "", "", owner("w"), func(i int, _ []string) bool { return strings.HasPrefix(fmt.Sprint(i), "2") }},
			{"comm", "", "done", owner("w"), func(i int, w []string) bool { return slices.Contains(w, "commun") && i%2 == 1 }},
			{"souvent mot1", "", "", owner("w"), func(i int, w []string) bool {
				return slices.Contains(w, "souvent") && strings.HasPrefix(fmt.Sprint(i), "1")
			}},
			{"parf", "", "open", owner("w"), func(i int, w []string) bool { return slices.Contains(w, "parfois") && i%2 == 0 }},
			{"jam", "", "", owner("w"), func(_ int, w []string) bool { return slices.Contains(w, "jamais") }},
			{"mot", "b", "", owner("w"), func(i int, _ []string) bool { return i%700 == 699 }},
			{"mot", "", "", owner("w", "b"), func(i int, _ []string) bool { return i%700 == 699 }},
			{"commun ", "", "", owner("w", "b"), func(i int, w []string) bool { return slices.Contains(w, "commun") && i%700 == 699 }},
		} {
			var want []string
			for i := n - 1; i >= 0; i-- {
				if c.holds(i, strings.Fields(said(i))) {
					want = append(want, said(i))
				}
			}
			for _, limit := range []int{20, 200} {
				found, err := searched(t, db, c.by, view.SearchAsked{Query: c.query, Channel: c.channel, State: c.state, Limit: limit})
				if err != nil || !slices.Equal(found, want) {
					t.Errorf("%s, “%s” by %d: %d are found, not %d (%v)", db.Engine(), c.query, limit, len(found), len(want), err)
				}
			}
		}
	}
}

// Both engines find the very same, whatever is typed.
func TestASearchFindsTheSameOnBothEngines(t *testing.T) {
	lite, pg := storetest.SQLite(t), storetest.Postgres(t)
	for _, db := range []*store.DB{lite, pg} {
		furnish(t, db, "w", "a", sentences...)
		furnish(t, db, "w", "b", "only on b: le café")
		furnish(t, db, "x", "a", "of another workspace: le café 東京")
	}
	find := func(db *store.DB, by access.Actor, asked view.SearchAsked) ([]string, error) {
		return searched(t, db, by, asked)
	}
	for _, c := range []struct {
		query string
		want  int
	}{
		{"le", 3}, {"le ", 3}, {"libr", 2}, {"librairie ", 1}, {"LIBRAIRIE", 1}, {"elegan", 2}, {"élégant", 1}, {"東京", 2}, {"東", 2}, {"本屋", 1}, {"京の", 1},
		{"검색", 1}, {"cafe naive", 2}, {"naïve CAFÉ ", 2}, {"koln", 1}, {"ete", 1}, {"sur 100", 1}, {"nothing at all", 0}, {"b: le", 1}, {"reader", 16}, {"' or 1=1 --", 0}, {"\" OR *", 0},
	} {
		for _, limit := range []int{2, 50} {
			a, errA := find(lite, owner("w"), view.SearchAsked{Query: c.query, Limit: limit})
			b, errB := find(pg, owner("w"), view.SearchAsked{Query: c.query, Limit: limit})
			if errA != nil || errB != nil || !slices.Equal(a, b) {
				t.Errorf("“%s”: SQLite %q (%v), PostgreSQL %q (%v)", c.query, a, errA, b, errB)
			}
			if len(a) != c.want {
				t.Errorf("“%s” by %d finds %q, not %d", c.query, limit, a, c.want)
			}
		}
	}
	for _, db := range []*store.DB{lite, pg} {
		for what, got := range map[string]struct {
			by    access.Actor
			asked view.SearchAsked
			want  int
		}{
			"on one channel":       {owner("w"), view.SearchAsked{Query: "café", Channel: "b"}, 1},
			"with rights on b":     {owner("w", "b"), view.SearchAsked{Query: "le"}, 1},
			"without any channel":  {access.Actor{Workspace: "w", Channels: []string{}}, view.SearchAsked{Query: "reader"}, 0},
			"what is done":         {owner("w"), view.SearchAsked{Query: "reader", State: "done", Limit: 2}, 7},
			"another workspace":    {owner("x"), view.SearchAsked{Query: "東京"}, 1},
			"a foreign scope term": {owner("w"), view.SearchAsked{Query: "wxw"}, 0},
		} {
			if found, err := find(db, got.by, got.asked); err != nil || len(found) != got.want {
				t.Errorf("%s, %s: %q (%v), not %d", db.Engine(), what, found, err, got.want)
			}
		}
		if _, err := find(db, owner("w"), view.SearchAsked{Query: " ?! "}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: a search for nothing gives %v", db.Engine(), err)
		}
	}
}

// Going through a list by its cursors shows everything once, also where many
// rows have the same moment.
func TestPagesShowEverythingOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var texts []string
		for n := range 23 {
			texts = append(texts, fmt.Sprint("comment ", n))
		}
		furnish(t, db, "w", "a", texts...)
		furnish(t, db, "w", "b", "of a channel that is not theirs")
		for _, limit := range []int{1, 2, 5, 22, 23, 24} {
			var seen []string
			last, cursor := time.Time{}, ""
			for {
				var page view.Page[view.Conversation]
				storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
					page, err = view.Conversations(ctx, tx, owner("w", "a"), view.ConversationsAsked{Cursor: cursor, Limit: limit})
					return err
				})
				for _, c := range page.Items {
					if !last.IsZero() && c.LastAt.After(last) {
						t.Errorf("%s comes after something older", c.LastText)
					}
					last = c.LastAt
					seen = append(seen, c.LastText)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			slices.Sort(seen)
			if len(seen) != 23 || len(slices.Compact(seen)) != 23 {
				t.Errorf("by %d: %d were shown", limit, len(seen))
			}
		}
		err := store.View(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
			_, err := view.Conversations(ctx, tx, owner("w"), view.ConversationsAsked{Cursor: "nonsense!"})
			return err
		})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a cursor that is none gives %v", err)
		}
	})
}

// Of what was deleted on the network that is shown, and neither its words nor its files.
func TestWordsThatAreGoneAreShownNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		furnish(t, db, "w", "c", "a rash word", "a calm word")
		by := owner("w")
		by.Channels = nil
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "update message set state = 'deleted', person_id = 'p', media = $1 where text = 'a rash word'", `[{"type":"image","url":"https://example.org/a.jpg"}]`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "update conversation set last_text = '' where last_text = 'a rash word'"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "insert into person (id, workspace, name, note, blocked, messages, first_seen, last_seen) values ('p', 'w', 'Ada', '', 0, 1, 1, 1)")
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			list, err := view.Conversations(ctx, tx, by, view.ConversationsAsked{})
			if err != nil {
				return err
			}
			day, err := view.TodayFor(ctx, tx, by, time.UTC)
			if err != nil {
				return err
			}
			person, err := view.OnePerson(ctx, tx, by, "p")
			if err != nil {
				return err
			}
			gone := 0
			for _, c := range append(list.Items, day.Answer.First...) {
				if c.LastDeleted != (c.LastText == "") {
					t.Errorf("the list says %q, deleted %v", c.LastText, c.LastDeleted)
				}
				if c.LastDeleted {
					gone++
				}
			}
			if gone != 2 {
				t.Errorf("the list and the day show %d of two that are gone", gone)
			}
			if len(person.Recent) != 1 || person.Recent[0].Text != "" || len(person.Recent[0].Media) != 0 || person.Recent[0].State != "deleted" {
				t.Errorf("the person's card shows %+v", person.Recent)
			}
			return nil
		})
	})
}
