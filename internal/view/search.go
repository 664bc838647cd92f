package view

import (
	"context"
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
// word index does not know throws rows away.
const rounds = 8

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
	before := from.At
	for range rounds {
		found, err := tx.FoundText(ctx, words, before, limit+1)
		if err != nil {
			return Page[Message]{}, err
		}
		part, err := pick(ctx, tx, actor, asked, found)
		if err != nil {
			return Page[Message]{}, err
		}
		rows = append(rows, part...)
		if len(rows) > limit || len(found) <= limit {
			break
		}
		before = found[len(found)-1]
	}
	return cut(rows, limit, func(m Message) cursor { return cursor{At: m.Seq} }), nil
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
