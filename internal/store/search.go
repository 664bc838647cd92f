package store

import (
	"context"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// Word is one word of a search; a prefix also finds longer words.
type Word struct {
	Text   string
	Prefix bool
}

// IndexText makes a message findable by terms. The caller has folded them
// (package text): they hold letters, marks, digits and symbols only, so both
// engines keep them as they are and both find the same.
func (tx *Tx) IndexText(ctx context.Context, seq int64, terms []string) error {
	if tx.postgres {
		_, err := tx.Exec(ctx, "update message set terms = array_to_tsvector($1::text[]) where seq = $2", array(terms), seq)
		return err
	}
	_, err := tx.Exec(ctx, "insert into message_text (rowid, terms) values ($1, $2)", seq, strings.Join(terms, " "))
	return err
}

// InsertFindable writes rows of message with the terms they are found by (none:
// not at all), and gives their sequence numbers. The columns are those after seq.
//
// On SQLite it is best the last thing of a transaction: whenever a statement for
// several rows begins, the word index writes out what it has gathered.
func (tx *Tx) InsertFindable(ctx context.Context, columns []string, rows [][]any, terms [][]string) ([]int64, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	seqs, err := tx.nextMessages(ctx, len(rows))
	if err != nil {
		return nil, err
	}
	into, kinds := "message (seq, "+strings.Join(columns, ", "), strings.Repeat(plainly, 1+len(columns))
	if tx.postgres { // one row, written once: a second version would be indexed again
		into, kinds = into+", terms", kinds+asTerms
	}
	for from := 0; from < len(rows); {
		n := portion(len(rows)-from, len(kinds))
		args := make([]any, 0, n*len(kinds))
		for i := from; i < from+n; i++ {
			args = append(append(args, seqs[i]), rows[i]...)
			if tx.postgres {
				args = append(args, array(terms[i]))
			}
		}
		if _, err := tx.execMany(ctx, "insert", " into "+into+") values "+tx.db.tuples(n, kinds), args); err != nil {
			return nil, err
		}
		from += n
	}
	for i, t := range terms {
		if tx.postgres || len(t) == 0 {
			continue
		}
		if err := tx.IndexText(ctx, seqs[i], t); err != nil {
			return nil, err
		}
	}
	return seqs, nil
}

// nextMessages gives the sequence numbers of the next n messages.
func (tx *Tx) nextMessages(ctx context.Context, n int) ([]int64, error) {
	if tx.postgres {
		return All[int64](ctx, tx, "select nextval(pg_get_serial_sequence('message', 'seq')) from generate_series(1, $1::int)", n)
	}
	last, err := One[int64](ctx, tx, "select coalesce(max(seq), 0) from message") // there is one writer
	seqs := make([]int64, n)
	for i := range seqs {
		seqs[i] = last + int64(i) + 1
	}
	return seqs, err
}

// DropText makes a message unfindable.
func (tx *Tx) DropText(ctx context.Context, seq int64) error {
	text := "delete from message_text where rowid = $1"
	if tx.postgres {
		text = "update message set terms = null where seq = $1"
	}
	_, err := tx.Exec(ctx, text, seq)
	return err
}

// FoundText gives the newest messages that hold every word, as sequence
// numbers below before (0 = from the newest), newest first.
//
// SQLite walks the index backwards and stops at the limit. PostgreSQL chooses
// by its statistics between the word index (rare words) and walking backwards
// through the messages (common words).
func (tx *Tx) FoundText(ctx context.Context, words []Word, before int64, limit int) ([]int64, error) {
	if len(words) == 0 {
		return nil, fault.New(fault.Internal, "a search without words")
	}
	if before <= 0 {
		before = 1 << 62
	}
	var q strings.Builder
	for i, w := range words {
		if i > 0 {
			q.WriteString([]string{" AND ", " & "}[btoi(tx.postgres)])
		}
		if tx.postgres {
			q.WriteString(lexeme(w.Text))
			q.WriteString([]string{"", ":*"}[btoi(w.Prefix)])
			continue
		}
		q.WriteString(`"` + strings.ReplaceAll(w.Text, `"`, `""`) + `"`)
		q.WriteString([]string{"", "*"}[btoi(w.Prefix)])
	}
	if tx.postgres {
		return All[int64](ctx, tx, "select seq from message where terms @@ $1::tsquery and seq < $2 order by seq desc limit $3", q.String(), before, limit)
	}
	return All[int64](ctx, tx, "select rowid from message_text where message_text match $1 and rowid < $2 order by rowid desc limit $3", q.String(), before, limit)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lexeme writes a word as PostgreSQL reads one in a search and in what is searched.
func lexeme(word string) string { return "'" + lexemes.Replace(word) + "'" }

var lexemes = strings.NewReplacer("'", "''", `\`, `\\`) //nolint:gochecknoglobals // never changed

// array writes a PostgreSQL array of texts.
func array(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// SkipLocked is what a claiming sub-select ends with: on PostgreSQL several
// claimers pass each other; on SQLite there is one writer.
func (tx *Tx) SkipLocked() string {
	if tx.postgres {
		return " for update skip locked"
	}
	return ""
}
