package clients_test

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// published gives a file of the published descriptions, which are kept beside the project.
func published(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("KITH_SPECS")
	if dir == "" {
		dir = "../../../shared/specs"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the published description is not here (KITH_SPECS): %s", name)
	}
	return path
}

// judged puts prism between a client and a server. Whatever the description does not allow becomes an error that the client
// sees, whichever side said it. The end of the judge's protocol is printed when the test fails.
func judged(t *testing.T, description, upstream string) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()

	cmd := exec.CommandContext(t.Context(), node(t), "node_modules/@stoplight/prism-cli/dist/index.js",
		"proxy", description, upstream, "--host", "127.0.0.1", "--port", port, "--errors")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan struct{})
	var protocol []string // written until ended
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stdout)
		lines.Buffer(nil, 1<<20)
		for waiting := true; lines.Scan(); {
			line := lines.Text()
			if waiting && strings.Contains(line, "Prism is listening") {
				waiting = false
				close(ready)
			}
			if !strings.Contains(line, "[CLI]") {
				protocol = append(protocol, line)
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(strings.Join(protocol[max(0, len(protocol)-60):], "\n"))
		}
	})
	select {
	case <-ready:
	case <-ended:
		t.Fatal("prism ended before it was ready:\n" + strings.Join(protocol, "\n"))
	case <-time.After(time.Minute):
		t.Fatal("prism is not ready after a minute")
	}
	return "http://127.0.0.1:" + port
}

// mended is the description of Mastodon with its three slips corrected. It says that the header Idempotency-Key is an object and
// means any string (prism falls over it), and that a status is exactly one of a text and a text with files, where the second
// is always the first too. A quote is exactly one of two sorts, of which it requires the same: here each requires what it has.
func mended(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var description map[string]any
	if err := json.Unmarshal(text, &description); err != nil {
		t.Fatal(err)
	}
	post := under(t, description, "paths", "/api/v1/statuses", "post")
	for _, parameter := range post["parameters"].([]any) {
		if p := parameter.(map[string]any); p["in"] == "header" {
			p["schema"] = map[string]any{"type": "string"}
		}
	}
	body := under(t, post, "requestBody", "content", "application/json", "schema")
	body["anyOf"] = body["oneOf"]
	delete(body, "oneOf")
	for sort, has := range map[string]string{"Quote": "quoted_status", "ShallowQuote": "quoted_status_id"} {
		one := under(t, description, "components", "schemas", sort)
		one["required"] = append(one["required"].([]any), has)
	}
	if text, err = json.Marshal(description); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "mastodon.json")
	if err := os.WriteFile(out, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// under goes down into a JSON object.
func under(t *testing.T, object map[string]any, keys ...string) map[string]any {
	t.Helper()
	for _, key := range keys {
		inner, ok := object[key].(map[string]any)
		if !ok {
			t.Fatalf("the description has no %s any more", key)
		}
		object = inner
	}
	return object
}
