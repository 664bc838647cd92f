package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// The test binary is its own victim: started with these it opens a database,
// works on jobs and writes down what it does, until its input ends or it is
// killed.
const (
	childEnv = "KITH_JOBS_CHILD" // the address of the database
	diaryEnv = "KITH_JOBS_DIARY" // the file where executions are written down
	batchEnv = "KITH_JOBS_BATCH" // how many jobs it inserts
)

const (
	ledger  = `create table if not exists ledger (seq integer primary key, job text, n bigint)`
	promise = `create table if not exists promise (job text primary key, lane text, n bigint)`
)

type link struct {
	N     int
	Child bool // inserted by another job's handler
}

var chain = jobs.Kind[link]{Name: "link"}

func child() {
	if err := victim(); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func victim() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db, err := store.Open(ctx, os.Getenv(childEnv))
	if err != nil {
		return err
	}
	defer db.Close()
	diary, err := os.OpenFile(os.Getenv(diaryEnv), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer diary.Close()
	r := jobs.NewRunner(db, jobs.Options{Workers: 16, Lease: time.Second})
	jobs.Handle(r, chain, func(ctx context.Context, j *jobs.Job, l link) (err error) {
		if _, err := fmt.Fprintf(diary, "%s begins %v\n", j.ID, j.Rescued); err != nil {
			return err
		}
		defer func() {
			if err != nil { // as when this machine was too slow to renew the lease
				fmt.Fprintf(diary, "%s ends %v\n", j.ID, err)
			}
		}()
		select { // something outside takes its time
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Duration(rand.IntN(8)) * time.Millisecond):
		}
		if l.N%4 == 3 {
			return nil // settled by the runner; may run again, and is told so
		}
		return store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Exec(ctx, `insert into ledger (job, n) values ($1, $2)`, j.ID, l.N); err != nil {
				return err
			}
			if !l.Child && l.N%4 == 0 {
				if err := promised(ctx, tx, "child "+j.Lane, link{l.N, true}); err != nil {
					return err
				}
			}
			return jobs.Settle(ctx, tx, j)
		})
	}, nil)
	if err := r.Start(ctx); err != nil {
		return err
	}
	var batch int
	_, _ = fmt.Sscan(os.Getenv(batchEnv), &batch) // 0 when it is not set
	fmt.Println("ready")
	for from := 0; from < batch; from += 10 {
		if err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
			for n := from; n < from+10; n++ {
				// Lanes of its own: of two processes that insert at once into one lane, the
				// one whose time is earlier may commit later.
				if err := promised(ctx, tx, fmt.Sprint(os.Getpid(), "/", n%12), link{N: n}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	fmt.Println("inserted")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent lets go, or is gone
	return r.Stop(ctx)
}

// promised inserts a job and, beside it, the promise that it will be done.
func promised(ctx context.Context, tx *store.Tx, lane string, l link) error {
	id, _, err := jobs.Insert(ctx, tx, chain, jobs.New{Workspace: "w", Lane: lane}, l)
	if err == nil {
		_, err = tx.Exec(ctx, `insert into promise (job, lane, n) values ($1, $2, $3)`, id, lane, l.N)
	}
	return err
}

func TestNothingIsLostOrDoneTwiceWhenKilled(t *testing.T) {
	rounds := 8
	if os.Getenv("KITH_SOAK") == "1" {
		rounds = 300
		if n, err := strconv.Atoi(os.Getenv("KITH_SOAK_ROUNDS")); err == nil {
			rounds = n
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address, together := "sqlite:"+filepath.Join(t.TempDir(), "kith.db"), 1
			if engine == "postgres" {
				address, together = storetest.PostgresURL(t), 2 // two processes at once
			}
			db, err := store.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				seq := strings.Replace(ledger, "integer primary key", "bigint generated always as identity", 1)
				for _, text := range []string{map[string]string{"sqlite": ledger, "postgres": seq}[engine], promise} {
					if _, err := tx.Exec(ctx, text); err != nil {
						return err
					}
				}
				return nil
			})
			db.Close()
			diary := filepath.Join(t.TempDir(), "diary")
			begin := func(batch int) (*exec.Cmd, *bufio.Scanner, io.Closer) {
				c := exec.Command(self) //nolint:noctx // it is killed below, or ends with its input
				c.Env = append(os.Environ(), childEnv+"="+address, diaryEnv+"="+diary, fmt.Sprint(batchEnv, "=", batch))
				c.Stderr = os.Stderr
				out, err := c.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				in, err := c.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				lines := bufio.NewScanner(out)
				if !lines.Scan() || lines.Text() != "ready" {
					t.Fatalf("the child said %q", lines.Text())
				}
				return c, lines, in
			}
			for range rounds {
				var victims []*exec.Cmd
				for range together {
					c, _, _ := begin(120)
					victims = append(victims, c)
				}
				for _, c := range victims {
					<-time.After(time.Duration(rand.IntN(150)) * time.Millisecond) // a random moment
					if err := c.Process.Kill(); err != nil {
						t.Fatal(err)
					}
					_ = c.Wait() // killed
				}
			}
			last, lines, let := begin(0)
			if !lines.Scan() || lines.Text() != "inserted" {
				t.Fatalf("the child said %q", lines.Text())
			}
			if db, err = store.Open(t.Context(), address); err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			open := func() int { return count(t, db, `select count(*) from job where state = 'open'`) }
			for left := open(); left > 0; {
				until(t, fmt.Sprintf("fewer than %d are left", left), func() bool { return open() < left })
				left = open()
			}
			let.Close()
			if err := last.Wait(); err != nil {
				t.Errorf("the last did not end well: %v", err)
			}
			judge(t, db, diary)
		})
	}
}

// judge compares what was promised, what was done and what was seen.
func judge(t *testing.T, db *store.DB, diary string) {
	t.Helper()
	if db.Engine() == "sqlite" {
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			ok, err := store.One[string](ctx, tx, `select * from pragma_integrity_check`)
			if ok != "ok" {
				t.Errorf("the file is damaged: %s", ok)
			}
			return err
		})
	}
	for what, text := range map[string]string{
		"promised, but not done":        `select count(*) from promise p where not exists (select 1 from job j where j.id = p.job and j.state = 'done')`,
		"done, but never promised":      `select count(*) from job j where not exists (select 1 from promise p where p.job = j.id)`,
		"settled twice":                 `select count(*) from (select job from ledger group by job having count(*) > 1) x`,
		"settled, but left no trace":    `select count(*) from promise p where p.n % 4 <> 3 and not exists (select 1 from ledger l where l.job = p.job)`,
		"a child without its parent":    `select count(*) from promise c where c.lane like 'child%' and not exists (select 1 from ledger l join promise p on p.job = l.job where l.n = c.n and 'child ' || p.lane = c.lane)`,
		"out of order in its lane":      `select count(*) from ledger a join promise pa on pa.job = a.job join ledger b on b.seq > a.seq join promise pb on pb.job = b.job join job ja on ja.id = a.job join job jb on jb.id = b.job where pa.lane = pb.lane and (jb.due_at, jb.id) < (ja.due_at, ja.id)`,
		"lanes that hold nothing":       `select count(*) from job_lane`,
		"rescued, but counted only one": `select count(*) from job where rescued = 1 and attempt < 2`,
	} {
		if n := count(t, db, text); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	seen, ended := map[string]int{}, map[string]int{}
	text, err := os.ReadFile(diary)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		word := strings.Fields(line)
		if word[1] == "ends" {
			ended[word[0]]++
			continue
		}
		if seen[word[0]] > ended[word[0]] && word[2] != "true" {
			t.Errorf("%s ran again after a try without a word, and was not told", word[0])
		}
		seen[word[0]]++
	}
	again := 0
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		type row struct {
			ID       string
			Attempts int
		}
		for j, err := range store.Each[row](ctx, tx, `select id, attempt from job`) {
			if err != nil {
				return err
			}
			if n := seen[j.ID]; n < 1 || n > j.Attempts {
				t.Errorf("%s ran %d times in %d attempts", j.ID, n, j.Attempts)
			} else if n > 1 {
				again++
			}
		}
		return nil
	})
	t.Logf("%d jobs, %d of them begun more than once, %d tries ended with an error, %d rescued", len(seen), again, len(ended), count(t, db, `select count(*) from job where rescued = 1`))
}
