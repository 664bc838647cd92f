package bench

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/store"
)

// What is written bare is what was written: every row of every table that grew, and
// none that was there before.
func TestBareWritesEveryRowThatCame(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	path, copied := filepath.Join(dir, "kith.db"), filepath.Join(dir, "bare.db")
	db, err := store.Open(ctx, "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := begin(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBare(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	const talks, each = 150, 10
	if err := fill(ctx, db, s.workspace, talks, each); err != nil {
		t.Fatal(err)
	}
	for _, per := range []int{1, manyRows} {
		to := copied + string(rune('a'+per))
		if rate, _, err := b.again(ctx, to, talks*each, per); err != nil || rate <= 0 {
			t.Fatal(rate, err)
		}
		again, err := sql.Open("sqlite", "file:"+to)
		if err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int{"message": talks * each, "message_text": talks * each, "conversation": talks, "person": talks, "identity": talks, "channel": 3, "workspace": 0, "account": 0} {
			if n, err := column[int](ctx, again, "select count(*) from "+table); err != nil || n[0] != want {
				t.Errorf("%d rows in a statement: %d of %d in %s, %v", per, n, want, table, err)
			}
		}
		if n, err := column[int](ctx, again, "select count(*) from message_text where message_text match 'the'"); err != nil || n[0] == 0 {
			t.Errorf("nothing is found: %v", err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A bench of a small size gives every figure, so that it does not rot.
func TestIngestIsMeasured(t *testing.T) {
	got := map[string]float64{}
	err := Command{Name: "ingest", Small: true}.Measure(t.Context(), func(f Figure) { got[f.Name] = f.Value })
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ingest.rate", "ingest.bare", "ingest.of_bare", "ingest.of_bare_many", "ingest.visible_p99_half_load"} {
		if got[name] <= 0 {
			t.Errorf("%s is %v", name, got[name])
		}
	}
}

// Every route of the browser application is weighed, but the gallery of its parts.
func TestEveryPageIsWeighed(t *testing.T) {
	weighed := append(routes(), "/sign-in", "/forgot", "/invitation", "/reset", "/setup", "/settings/channels/grant/{grants}", "/gallery")
	for i, name := range weighed {
		if before, _, is := strings.Cut(name, "{"); is {
			weighed[i] = before + "[id]"
		}
	}
	one := map[string]string{"/settings/channels/app/[id]": "/settings/channels/app/facebook"}
	root := filepath.Join("..", "..", "web", "src", "routes")
	if err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "+page.svelte" {
			return err
		}
		route, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		var parts []string
		for part := range strings.SplitSeq(filepath.ToSlash(route), "/") {
			if part != "." && !strings.HasPrefix(part, "(") {
				parts = append(parts, part)
			}
		}
		name := "/" + strings.Join(parts, "/")
		if one[name] != "" {
			name = one[name]
		}
		if !slices.Contains(weighed, name) {
			t.Errorf("%s is not weighed", name)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
