package crash

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

// child is Kith in a process of its own. It keeps its address over its lives.
type child struct {
	config config.Config
	args   []string
	log    string
	cmd    *exec.Cmd
	ended  chan struct{}
	hand   *hand.Hand
	began  time.Time
}

const keeper = "keeper@kith.example"

// settle in: an owner and a key, made before Kith runs.
func newChild(t *testing.T, engine string, c config.Config) *child {
	t.Helper()
	c.Data, c.Listen, c.FactsMB = t.TempDir(), fmt.Sprintf("127.0.0.1:%d", port(t)), 1024
	if engine == "postgres" {
		c.DB = storetest.PostgresURL(t)
	}
	if err := app.CreateOwner(t.Context(), c, app.NewOwner{Email: keeper, Name: "Camille", Password: "correct horse battery", Workspace: "Librairie", Zone: "Europe/Paris", Locale: "en"}); err != nil {
		t.Fatal(err)
	}
	token, err := app.CreateToken(t.Context(), c, keeper, "crash", access.Verbs(), 0)
	if err != nil {
		t.Fatal(err)
	}
	k := &child{config: c, log: filepath.Join(t.TempDir(), "log")}
	k.args = []string{"--data", c.Data, "--listen", c.Listen, "--public-url", "http://" + c.Listen, "--log", "info", "--read-every", c.Read.String(), "--allow-private", "127.0.0.1/32",
		"--facebook-app-id", c.Facebook.AppID, "--facebook-app-secret", c.Facebook.AppSecret.Reveal(), "--facebook-verify-token", c.Facebook.VerifyToken.Reveal(),
		"--facebook-graph-url", c.Facebook.GraphURL}
	for _, e := range c.Endpoints {
		k.args = append(k.args, "--endpoint", e)
	}
	for _, d := range c.Delays {
		k.args = append(k.args, "--delay", d)
	}
	for _, a := range c.Apps {
		k.args = append(k.args, "--app", a)
	}
	if c.Mechanics != "" {
		k.args = append(k.args, "--mechanics", c.Mechanics)
	}
	if c.DB != "" {
		k.args = append(k.args, "--db", c.DB)
	}
	k.hand = &hand.Hand{URL: "http://" + c.Listen, Token: token, Client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	t.Cleanup(func() {
		k.kill()
		k.hand.Client.CloseIdleConnections()
		if t.Failed() {
			k.tail(t)
		}
	})
	return k
}

// port finds an address that no connection going out will take meanwhile.
func port(t *testing.T) int {
	t.Helper()
	for range 100 {
		n := 20_000 + rand.IntN(12_000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", n))
		if err == nil {
			_ = l.Close()
			return n
		}
	}
	t.Fatal("no free port")
	return 0
}

// start begins a life; it returns when requests are answered.
func (k *child) start(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(k.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	k.cmd = exec.Command(self, k.args...) //nolint:noctx // it is killed
	k.cmd.Env = append(os.Environ(), childEnv+"=1")
	k.cmd.Stdout, k.cmd.Stderr = out, out
	k.began = time.Now()
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, cmd := make(chan struct{}), k.cmd
	k.ended = ended
	go func() { _ = cmd.Wait(); close(ended) }() // killed
	hand.Until(t, 60*time.Second, "Kith answers", func() (bool, any) {
		select {
		case <-ended:
			k.tail(t)
			t.Fatal("Kith ended by itself")
		default:
		}
		answer, err := k.hand.Client.Get(k.hand.URL + "/readyz")
		if err != nil {
			return false, err
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK, answer.Status
	})
}

// begin sends the beginning of a request.
func (k *child) begin(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(k.hand.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, "POST /hooks/facebook HTTP/1.1\r\nHost: kith\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	return c
}

// kill ends a life as a power cut of the process does: no signal handler, no
// clean-up.
func (k *child) kill() {
	if k.cmd == nil {
		return
	}
	_ = k.cmd.Process.Kill()
	<-k.ended
	k.cmd = nil
	k.hand.Client.CloseIdleConnections()
}

func (k *child) tail(t *testing.T) {
	text, _ := os.ReadFile(k.log)
	var said []string
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, "msg=request ") || !strings.Contains(line, "status=200") { // our own asking
			said = append(said, line)
		}
	}
	t.Logf("the last lines of Kith:\n%s", strings.Join(said[max(0, len(said)-40):], ""))
}
