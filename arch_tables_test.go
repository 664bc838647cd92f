package kith_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	creates = regexp.MustCompile(`(?im)^\s*create\s+(?:virtual\s+|unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?"?([a-z_0-9]+)`)
	owns    = regexp.MustCompile(`(?m)^-- owner: ([a-z]+)\b`)

	statement = regexp.MustCompile(`(?is)^[\s(]*(select|insert|update|delete|with|from|join|left\s+join|inner\s+join|where|and|or|exists|union)\b`)
	writing   = regexp.MustCompile(`(?is)\b(insert\s+into|delete\s+from|update\s+[a-z_0-9]+(?:\s+(?:as\s+)?[a-z_0-9]+)?\s+set|alter\s+table|drop\s+table|create\s+table)\b`)
	into      = regexp.MustCompile(`(?is)\b(?:insert\s+into|delete\s+from|join|truncate|alter\s+table)\s+"?([a-z_0-9]+)`)
	updates   = regexp.MustCompile(`(?is)\bupdate\s+(?:only\s+)?"?([a-z_0-9]+)"?(?:\s+(?:as\s+)?[a-z_0-9]+)?\s+set\b`)
	froms     = regexp.MustCompile(`(?is)\b(?:from|using)\s+([a-z_0-9"\s,.]+)`)
	ends      = regexp.MustCompile(`(?is)\b(where|join|left|right|inner|cross|order|group|limit|on|set|union|returning|having|for|window|values|select)\b`)
)

// owners reads who owns which table from the schema. Every table says so in a comment right above it.
func owners(t *testing.T) map[string]string {
	t.Helper()
	owner := map[string]string{}
	err := filepath.WalkDir("internal/store/schema", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".sql" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		report(t, owned(name, string(text), owner))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return owner
}

// owned adds the tables of one schema file, and complains about those without an owner or with two.
func owned(name, text string, owner map[string]string) (complaints []string) {
	up, _, _ := strings.Cut(text, "-- +goose Down")
	for _, at := range creates.FindAllStringSubmatchIndex(up, -1) {
		table := strings.ToLower(up[at[2]:at[3]])
		line := strings.Count(up[:at[2]], "\n") + 1
		said := ""
		above := strings.Split(strings.TrimRight(up[:at[0]], "\n"), "\n")
		for i := len(above) - 1; i >= 0 && strings.HasPrefix(strings.TrimSpace(above[i]), "--"); i-- {
			if found := owns.FindStringSubmatch(strings.TrimSpace(above[i])); found != nil {
				said = found[1]
				break
			}
		}
		switch {
		case said == "":
			complaints = append(complaints, fmt.Sprintf("%s:%d: table %s has no line `-- owner: room` above it", name, line, table))
		case owner[table] != "" && owner[table] != said:
			complaints = append(complaints, fmt.Sprintf("%s:%d: table %s belongs to %s here and to %s elsewhere", name, line, table, said, owner[table]))
		default:
			owner[table] = said
		}
	}
	return complaints
}

func TestEveryTableHasOneOwner(t *testing.T) {
	owner := owners(t)
	if len(owner) == 0 {
		t.Fatal("no tables found in internal/store/schema")
	}
	known := mayImport()
	for table, room := range owner {
		if _, ok := known[room]; !ok {
			t.Errorf("table %s belongs to %s, which is no package", table, room)
		}
	}
	report(t, trespasses(house(t), owner))
}

// trespasses finds SQL that touches a table of another room. View reads everywhere and writes nowhere; store knows what
// differs between databases; wiring and benches look at the whole.
func trespasses(files []source, owner map[string]string) (complaints []string) {
	exempt := []string{"store", "store/storetest", "app", "bench", "rehearse"}
	for _, s := range files {
		room := s.room()
		if s.test || !strings.HasPrefix(s.path, "internal/") || slices.Contains(exempt, room) || strings.HasPrefix(room, "sandbox") {
			continue
		}
		for _, said := range texts(s) {
			if !statement.MatchString(said.text) {
				continue
			}
			if room == "view" {
				if writing.MatchString(said.text) {
					complaints = append(complaints, s.at(said.pos)+": view writes nothing")
				}
				continue
			}
			for _, table := range tables(said.text) {
				if o := owner[table]; o != "" && o != room {
					complaints = append(complaints, fmt.Sprintf("%s: table %s belongs to %s, not to %s", s.at(said.pos), table, o, room))
				}
			}
		}
	}
	return complaints
}

// text is a string of the program; what is added to it and is not written here stands as a question mark.
type text struct {
	pos  token.Pos
	text string
}

func texts(s source) (found []text) {
	var fold func(e ast.Expr) string
	fold = func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.BasicLit:
			if e.Kind == token.STRING {
				if said, err := strconv.Unquote(e.Value); err == nil {
					return said
				}
			}
		case *ast.BinaryExpr:
			if e.Op == token.ADD {
				return fold(e.X) + fold(e.Y)
			}
		case *ast.ParenExpr:
			return fold(e.X)
		}
		return " ? "
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BinaryExpr:
			if n.Op == token.ADD {
				found = append(found, text{n.Pos(), fold(n)})
				// calls inside may carry texts of their own
				ast.Inspect(n, func(inner ast.Node) bool {
					if call, ok := inner.(*ast.CallExpr); ok {
						for _, arg := range call.Args {
							found = append(found, text{arg.Pos(), fold(arg)})
						}
					}
					return true
				})
				return false
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				found = append(found, text{n.Pos(), fold(n)})
			}
		}
		return true
	})
	return found
}

// tables names every table that a piece of SQL reads or writes.
func tables(sql string) (found []string) {
	add := func(name string) {
		name = strings.ToLower(strings.Trim(name, `"`))
		if name != "" && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, m := range into.FindAllStringSubmatch(sql, -1) {
		add(m[1])
	}
	for _, m := range updates.FindAllStringSubmatch(sql, -1) {
		add(m[1])
	}
	for _, m := range froms.FindAllStringSubmatch(sql, -1) {
		list := m[1]
		if end := ends.FindStringIndex(list); end != nil {
			list = list[:end[0]]
		}
		for _, item := range strings.Split(list, ",") {
			if words := strings.Fields(item); len(words) > 0 {
				add(words[0])
			}
		}
	}
	return found
}
