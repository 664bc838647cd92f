package bluesky

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"time"

	"github.com/kithhq/kith/test/port"
)

// guard runs a server until its own stdin closes, which is also what happens when the test is killed: no server is left over.
const guard = `exec 3<&0
signal=$1; shift
"$@" </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; kill -s "$signal" $server 2>/dev/null) &
wait $server`

// tools are the programs that the network needs.
type tools struct {
	dir      string // of this package's scripts
	node     string
	redis    string
	postgres string // the folder of initdb, postgres and pg_isready
}

// look finds the tools, or says which is missing.
func look() (t tools, err error) {
	root, err := os.Getwd()
	if err != nil {
		return t, err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(root) == root {
			return t, errors.New("bluesky: no go.mod above this folder")
		}
		root = filepath.Dir(root)
	}
	t.dir = filepath.Join(root, "test", "bluesky")
	t.node = filepath.Join(root, ".tools", "node22", "bin", "node")
	if _, err := os.Stat(t.node); err != nil {
		return t, errors.New("bluesky: Node.js 22 is missing")
	}
	if _, err := os.Stat(filepath.Join(t.dir, "node_modules", "better-sqlite3", "build", "Release", "better_sqlite3.node")); err != nil {
		return t, errors.New("bluesky: @atproto/dev-env is missing, or not compiled")
	}
	if t.redis, err = exec.LookPath("redis-server"); err != nil {
		return t, errors.New("bluesky: redis-server is missing")
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	sort.Strings(dirs)
	switch initdb, err := exec.LookPath("initdb"); {
	case len(dirs) > 0:
		t.postgres = filepath.Dir(dirs[len(dirs)-1])
	case err == nil:
		t.postgres = filepath.Dir(initdb)
	default:
		return t, errors.New("bluesky: the PostgreSQL server programs are missing")
	}
	return t, nil
}

// postgres starts an empty server that need not survive anything, and gives its address.
func postgres(ctx context.Context, t tools, dir string) (url string, end func(), err error) {
	home, data := filepath.Join(dir, "postgres"), filepath.Join(dir, "postgres", "data")
	if err := os.Mkdir(home, 0o700); err != nil {
		return "", nil, err
	}
	who, err := unprivileged(dir, home)
	if err != nil {
		return "", nil, err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(t.postgres, "initdb"),
		"-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = home, who
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("bluesky: initdb: %w\n%s", err, out)
	}
	number, err := freePort(ctx)
	if err != nil {
		return "", nil, err
	}
	end, died, err := serve(home, who, "INT", filepath.Join(t.postgres, "postgres"), "-D", data, "-p", number,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	if err != nil {
		return "", nil, err
	}
	err = await(ctx, died, func() error {
		return exec.CommandContext(ctx, filepath.Join(t.postgres, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", number).Run()
	})
	if err != nil {
		end()
		return "", nil, fmt.Errorf("bluesky: PostgreSQL: %w\n%s", err, tail(filepath.Join(home, "log")))
	}
	return "postgresql://postgres@127.0.0.1:" + number + "/postgres", end, nil
}

// redis starts an empty server that keeps nothing, and gives its address.
func redis(ctx context.Context, t tools, dir string) (address string, end func(), err error) {
	home := filepath.Join(dir, "redis")
	if err := os.Mkdir(home, 0o700); err != nil {
		return "", nil, err
	}
	who, err := unprivileged(dir, home)
	if err != nil {
		return "", nil, err
	}
	number, err := freePort(ctx)
	if err != nil {
		return "", nil, err
	}
	end, died, err := serve(home, who, "TERM", t.redis, "--bind", "127.0.0.1", "--port", number, "--save", "", "--appendonly", "no", "--dir", home)
	if err != nil {
		return "", nil, err
	}
	address = net.JoinHostPort("127.0.0.1", number)
	err = await(ctx, died, func() error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
			return err
		}
		pong := make([]byte, 7)
		_, err = io.ReadFull(conn, pong)
		return err
	})
	if err != nil {
		end()
		return "", nil, fmt.Errorf("bluesky: Redis: %w\n%s", err, tail(filepath.Join(home, "log")))
	}
	return address, end, nil
}

// serve runs a server under guard, its output in home/log; died closes when it ended.
func serve(home string, who *syscall.SysProcAttr, signal string, command ...string) (end func(), died <-chan struct{}, err error) {
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	cmd := exec.Command("sh", append([]string{"-c", guard, "sh", signal}, command...)...) //nolint:noctx // it ends with its stdin
	cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = home, who, log, log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	return func() {
		_ = stdin.Close()
		<-ended
	}, ended, nil
}

// await asks again and again until the server answers, died, or time is up.
func await(ctx context.Context, died <-chan struct{}, ask func() error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-died:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", err)
		}
	}
}

// unprivileged gives home to another user when we are root, because PostgreSQL refuses to run as root.
func unprivileged(dir, home string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nothing to change about the process
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, err
	}
	if err := os.Chown(home, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func freePort(ctx context.Context) (string, error) {
	address, err := port.Free(ctx)
	if err != nil {
		return "", err
	}
	_, number, err := net.SplitHostPort(address)
	return number, err
}
