package store

import (
	"context"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// Shape is what a copy of a database says of itself: by which number of the schema its
// tables are made, and which they are.
type Shape struct {
	Schema int64   `json:"schema"`
	Tables []Table `json:"tables"`
}

// Table is a table of a copy, with its columns in the order in which rows have them.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

var tableStep = regexp.MustCompile(`(?im)^(create|drop) table (\w+)`)

// tables are those that the schema makes. Others in the same database are none of ours.
func (db *DB) tables() ([]string, error) {
	files := db.schema()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "reading the schema")
	}
	slices.Sort(names) // the numbers are in the order of their letters
	all := map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "reading the schema")
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, step := range tableStep.FindAllStringSubmatch(up, -1) {
			if table := strings.ToLower(step[2]); strings.EqualFold(step[1], "create") {
				all[table] = true
			} else {
				delete(all, table)
			}
		}
	}
	return slices.Sorted(maps.Keys(all)), nil
}

// shape is that of the database in front of a transaction.
func (tx *Tx) shape(ctx context.Context) (Shape, error) {
	names, err := tx.db.tables()
	s := Shape{Schema: tx.db.version}
	text := "select name from pragma_table_info($1) order by cid"
	if tx.postgres {
		text = "select attname::text from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum"
	}
	for _, name := range names {
		var columns []string
		if columns, err = All[string](ctx, tx, text, name); err != nil {
			break
		}
		s.Tables = append(s.Tables, Table{name, columns})
	}
	return s, err
}
