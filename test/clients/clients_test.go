// Package clients_test lets clients that others wrote judge our rehearsal networks: the SDKs of Meta, LinkedIn and X, the clients of Google and Lemmy and masto.js do what a
// community manager's tool needs, step by step, and prism holds what passes between them to the published description.
package clients_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const install = "scripts/need.sh node22 clients"

// step is what a client says about one step.
type step struct {
	Step   string          `json:"step"`
	OK     bool            `json:"ok"`
	Result json.RawMessage `json:"result"`
	Error  string          `json:"error"`
	Status int             `json:"status"`
}

// node is Node 22; the clients refuse the 20 that the rest of the house is content with.
func node(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../.tools/node22/bin/node")
	if err != nil {
		t.Fatal(err)
	}
	for _, needed := range []string{path, "node_modules/masto", "node_modules/facebook-nodejs-business-sdk", "node_modules/@googleapis/youtube", "node_modules/lemmy-js-client", "node_modules/@atproto/oauth-client", "node_modules/linkedin-api-client", "node_modules/@xdevplatform/xdk", "node_modules/@stoplight/prism-cli"} {
		if _, err := os.Stat(needed); err == nil {
			continue
		}
		if os.Getenv("KITH_REAL") == "off" {
			t.Skip("KITH_REAL=off, and the independent clients are not installed")
		}
		t.Fatalf("%s is missing; get it with: %s (or leave the independent clients out with KITH_REAL=off)", needed, install)
	}
	return path
}

// play runs a client's script, one subtest for each step, and gives the steps by name.
func play(t *testing.T, script string, args ...string) map[string]step {
	t.Helper()
	steps := map[string]step{}
	for _, s := range run(t, script, args...) {
		steps[s.Step] = s
		t.Run(s.Step, func(t *testing.T) {
			if !s.OK {
				t.Errorf("status %d: %s", s.Status, s.Error)
			}
		})
	}
	return steps
}

// run runs a client's script and gives its steps as it told them.
func run(t *testing.T, script string, args ...string) (steps []step) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node(t), append([]string{script}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", script, err, stderr.Bytes())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s step
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Errorf("%s said %q", script, lines.Text())
			continue
		}
		steps = append(steps, s)
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	return steps
}

// expect fails unless so many steps were played: a script that stops half way proves half.
func expect(t *testing.T, steps map[string]step, atLeast int) {
	t.Helper()
	if len(steps) < atLeast {
		t.Errorf("only %d steps were played, and there are at least %d", len(steps), atLeast)
	}
}
