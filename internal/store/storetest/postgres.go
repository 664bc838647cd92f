package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"

	"github.com/kithhq/kith/internal/store"
)

// One server serves a whole test process; it ends with the process, however
// that ends, because a small shell waits on a pipe that only we hold open.
var server = sync.OnceValues(start) //nolint:gochecknoglobals // one server a process is the point

// lifeline keeps the pipe reachable: were it collected, the server would end.
var lifeline io.Closer //nolint:gochecknoglobals,unused // lives as long as the process

var databases atomic.Int64 //nolint:gochecknoglobals // numbers the databases of that server

// PostgresURL makes an empty database and gives its address. Where PostgreSQL
// is not installed the test is skipped and says what to install.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return serving(t).create(t, "")
}

func serving(t testing.TB) cluster {
	t.Helper()
	running, err := server()
	if err != nil {
		t.Skipf("no PostgreSQL to test on (scripts/need.sh postgres installs it): %v", err)
	}
	return running
}

// model has all tables and nothing in them; the databases of tests are copies of it.
var model = sync.OnceValue(func() error { //nolint:gochecknoglobals // one server a process is the point
	running, err := server()
	if err != nil {
		return err
	}
	if err := running.make("model", ""); err != nil {
		return err
	}
	db, err := store.Open(context.Background(), running.address("model"))
	if err != nil {
		return err
	}
	db.Close() // nobody may be connected to what is copied
	return nil
})

func (c cluster) create(t testing.TB, as string) string {
	t.Helper()
	name := fmt.Sprintf("t%d", databases.Add(1))
	if err := c.make(name, as); err != nil {
		t.Fatal(err)
	}
	return c.address(name)
}

func (c cluster) make(name, as string) error {
	admin, err := sql.Open("pgx", c.address("postgres"))
	if err != nil {
		return err
	}
	defer admin.Close() //nolint:errcheck // a test's connection
	_, err = admin.ExecContext(context.Background(), "create database "+name+" "+as)
	return err
}

func binary(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	slices.Sort(found)
	if len(found) > 0 {
		return found[len(found)-1], nil
	}
	return exec.LookPath(name)
}

// cluster is a running server. The lifeline is kept reachable with it: were the
// pipe collected, the server would end.
type cluster struct {
	dir      string
	lifeline io.Closer
}

func (c cluster) address(database string) string {
	return "postgres://kith@/" + database + "?host=" + url.QueryEscape(c.dir)
}

func start() (cluster, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return cluster{}, err
	}
	postgres, err := binary("postgres")
	if err != nil {
		return cluster{}, err
	}
	dir, err := os.MkdirTemp("", "kith-pg-")
	if err != nil {
		return cluster{}, err
	}
	who, err := unprivileged(dir)
	if err != nil {
		return cluster{}, err
	}
	// It listens in its own folder: a free port could be another test's by the
	// time that the server asks for it.
	run := exec.Command("sh", "-c", `"$0" -D "$2/data" -U kith -A trust --no-sync --locale=C -E UTF8 >"$2/initdb.log" 2>&1 || exit 1
"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c shared_buffers=64MB -c max_connections=200 -c autovacuum_naptime=5s >"$2/log" 2>&1 &
pid=$!
read -r end
kill -INT $pid; wait $pid; rm -rf "$2"`, initdb, postgres, dir) //nolint:noctx,gosec // lives as long as the process
	run.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	run.Dir = dir
	lifeline, err := run.StdinPipe()
	if err != nil {
		return cluster{}, err
	}
	if err := run.Start(); err != nil {
		return cluster{}, err
	}
	up := cluster{dir, lifeline}
	return up, ready(up.address("postgres"), dir)
}

// unprivileged finds whom the server runs as: PostgreSQL refuses root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
	}
	return nil, fmt.Errorf("no unprivileged user to run PostgreSQL as")
}

func ready(address, dir string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only asked whether it answers
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			return fmt.Errorf("PostgreSQL did not start: %s", log)
		case <-tick.C:
		}
	}
}
