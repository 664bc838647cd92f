package view

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// SearchAsked is what a search is narrowed by.
type SearchAsked struct {
	Query   string
	Channel string
	State   string // of the conversation
	Cursor  string
	Limit   int
}

// rounds bounds how often a search goes back for more when a filter that the
// word index does not know throws rows away; each round goes back further. What
// is older is on the next page.
const rounds = 8

// glanced is how many of the newest messages are read for the beginning of a word.
const glanced = 1000

// Search gives the messages that hold every word, the newest first.
func Search(ctx context.Context, tx *store.Tx, actor access.Actor, asked SearchAsked) (Page[Message], error) {
	terms, prefix := text.Query(asked.Query)
	if len(terms) == 0 {
		return Page[Message]{}, fault.New(fault.Invalid, "There is no word to search for.").On("q").WithHint("Type at least one letter or digit.")
	}
	if len(terms) > 20 {
		return Page[Message]{}, fault.New(fault.Invalid, "These are more words than a search takes.").On("q").WithHint("Use up to twenty words.")
	}
	from, _, err := parseCursor(asked.Cursor)
	if err != nil {
		return Page[Message]{}, err
	}
	words := make([]store.Word, 0, len(terms)+2)
	for i, t := range terms {
		words = append(words, store.Word{Text: t, Prefix: prefix && i == len(terms)-1})
	}
	words = append(words, store.Word{Text: scope("w", actor.Workspace)})
	if asked.Channel != "" {
		words = append(words, store.Word{Text: scope("c", asked.Channel)})
	}
	limit := limited(asked.Limit)
	var rows []Message
	at := reached{before: from.At, more: true}
	most := limit + 1
	if asked.State != "" || actor.Channels != nil {
		most *= 4 // some of them will be left out
	}
	for round := 0; round < rounds && at.more && len(rows) <= limit; round, most = round+1, min(2*most, glanced) {
		var found []int64
		if found, at, err = find(ctx, tx, words, actor.Workspace, at.before, most); err != nil {
			return Page[Message]{}, err
		}
		part, err := pick(ctx, tx, actor, asked, found)
		if err != nil {
			return Page[Message]{}, err
		}
		rows = append(rows, part...)
	}
	page := cut(rows, limit, func(m Message) cursor { return cursor{At: m.Seq} })
	if at.more && page.Next == "" {
		page.Next = cursor{At: at.before}.String()
	}
	return page, nil
}

// reached is how far back a search has come, and whether there may be more.
type reached struct {
	before int64
	more   bool
}

// find gives the newest messages that hold every word. The beginning of a word
// may stand for thousands of words, and SQLite gathers all that hold one of them
// before it gives the first. Where it is that common, the newest messages alone
// hold enough; where they do not, it is rare, and the index is quick.
func find(ctx context.Context, tx *store.Tx, words []store.Word, workspace string, before int64, most int) ([]int64, reached, error) {
	if !tx.Postgres() && slices.ContainsFunc(words, func(w store.Word) bool { return w.Prefix }) {
		found, at, err := glance(ctx, tx, words, workspace, before, most)
		if err != nil || !at.more || len(found) >= min(most, glanced/20) {
			return found, at, err
		}
	}
	found, err := tx.FoundText(ctx, words, before, most)
	if err != nil || len(found) < most {
		return found, reached{}, err
	}
	return found, reached{found[len(found)-1], true}, nil
}

// glance reads the newest messages themselves, as room inbox takes them apart for
// the index.
func glance(ctx context.Context, tx *store.Tx, words []store.Word, workspace string, before int64, most int) (found []int64, at reached, err error) {
	if before <= 0 {
		before = 1 << 62
	}
	rows, err := store.All[struct {
		Seq                          int64
		Channel, Text, Author, State string
	}](ctx, tx, "select seq, channel_id, text, author_name, state from message where workspace = $1 and seq < $2 order by seq desc limit $3", workspace, before, glanced)
	for _, r := range rows {
		if len(found) == most {
			return found, at, nil
		}
		at = reached{r.Seq, true}
		if r.State == "deleted" || r.State == "missing" {
			continue
		}
		terms := append(text.Terms(r.Text+" "+r.Author), scope("w", workspace), scope("c", r.Channel))
		if holds(terms, words) {
			found = append(found, r.Seq)
		}
	}
	at.more = len(rows) == glanced
	return found, at, err
}

func holds(terms []string, words []store.Word) bool {
	for _, w := range words {
		if !slices.ContainsFunc(terms, func(t string) bool { return t == w.Text || w.Prefix && strings.HasPrefix(t, w.Text) }) {
			return false
		}
	}
	return true
}

// pick reads the found messages, leaving out what the actor may not see.
func pick(ctx context.Context, tx *store.Tx, actor access.Actor, asked SearchAsked, found []int64) ([]Message, error) {
	if len(found) == 0 {
		return nil, nil
	}
	list := make([]string, len(found))
	for i, seq := range found {
		list[i] = strconv.FormatInt(seq, 10)
	}
	var q query
	q.add(messageSelect).add("where m.seq in ("+strings.Join(list, ",")+")").
		add("and m.workspace = ?", actor.Workspace).within(actor, "m.channel_id").
		when(asked.State != "", "and c.state = ?", asked.State).
		add("order by m.seq desc")
	return store.All[Message](ctx, tx, q.text.String(), q.args...)
}

// scope is the term under which room inbox indexed where a message belongs.
func scope(kind, id string) string { return kind + strings.ReplaceAll(id, "-", "") + kind }
