package crash

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	_ "modernc.org/sqlite"             // registers the driver "sqlite"

	"github.com/kithhq/kith/internal/network"
)

// open opens the child's database from outside, as another program.
func (k *child) open(t *testing.T) *sql.DB {
	t.Helper()
	if k.config.DB != "" {
		return opened(t, "pgx", k.config.DB)
	}
	return opened(t, "sqlite", "file:"+filepath.Join(k.config.Data, "kith.db")+"?_pragma=busy_timeout(10000)&_txlock=immediate")
}

func opened(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// left opens the database as a dead Kith left it. SQLite's files are copied
// first: opening them would repair what Kith has to repair itself.
func (k *child) left(t *testing.T) *sql.DB {
	t.Helper()
	if k.config.DB != "" {
		return k.open(t)
	}
	dir := t.TempDir()
	for _, name := range []string{"kith.db", "kith.db-wal"} {
		data, err := os.ReadFile(filepath.Join(k.config.Data, name))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return opened(t, "sqlite", "file:"+filepath.Join(dir, "kith.db"))
}

// states is what had become of posts' parts and of answers.
type states struct{ due, claimed, unclear, sent int }

func inspect(t *testing.T, db *sql.DB) (s states) {
	t.Helper()
	err := db.QueryRowContext(t.Context(), `select
		(select count(*) from part where state = 'due') + (select count(*) from message where sending = 'sending'),
		(select count(*) from part where state = 'claimed') + (select count(*) from message where sending = 'claimed'),
		(select count(*) from part where state = 'unclear') + (select count(*) from message where sending = 'unclear'),
		(select count(*) from part where state = 'sent') + (select count(*) from message where sending = 'sent')`).
		Scan(&s.due, &s.claimed, &s.unclear, &s.sent)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// waiting counts the posts on a network whose files are handed over and that nobody may
// see yet.
func waiting(t *testing.T, db *sql.DB, network string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `select count(*) from part p join publication u on u.id = p.publication_id
		where u.network = $1 and u.state = 'scheduled' and p.state = 'due' and p.step like '%"public":true%'`, network).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// doubts is what a dead Kith did not know.
type doubts struct {
	posts   map[string]bool // on their way
	naming  map[string]bool // of these: an act that can be seen was under way
	unclear int             // parts and answers of which it was not known whether they exist
}

// doubt reads what the killed process left open.
func (r *rig) doubt(t *testing.T, b *batch) doubts {
	t.Helper()
	d := doubts{posts: map[string]bool{}, naming: map[string]bool{}}
	db := r.child.left(t)
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "select count(*) from message where sending in ('claimed', 'unclear')").Scan(&d.unclear); err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), `select u.post_id, p.state, p.step from part p join publication u on u.id = p.publication_id
		where p.state <> 'sent' and u.state <> 'draft'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var post, state, kept string
		var step network.Step
		if err := rows.Scan(&post, &state, &kept); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(kept), &step); err != nil {
			t.Fatal(err)
		}
		d.posts[post] = true
		if state != "due" && (step.Name == "" || step.Public) {
			d.naming[post] = true
			d.unclear++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	b.naming = d.naming
	r.sum.unclear += d.unclear
	r.sum.count(b, d)
	return d
}

// lock keeps Kith from writing what it knows about posts and answers, as a slow
// disk would, until it is let go.
func (k *child) lock(t *testing.T) (letGo func()) {
	t.Helper()
	db := k.open(t)
	tx, err := db.BeginTx(t.Context(), nil) // on SQLite this takes the one right to write
	if err == nil && k.config.DB != "" {
		_, err = tx.ExecContext(t.Context(), "lock table part, message in exclusive mode")
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = tx.Rollback()
		_ = db.Close()
	}
}

// integrity asks SQLite whether its file is whole.
func (k *child) integrity(ctx context.Context, t *testing.T) {
	t.Helper()
	if k.config.DB != "" {
		return
	}
	db := k.open(t)
	defer db.Close()
	var said string
	if err := db.QueryRowContext(ctx, "pragma integrity_check").Scan(&said); err != nil || said != "ok" {
		t.Errorf("the file is damaged: %s %v", said, err)
	}
}
