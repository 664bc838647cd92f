package bluesky_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
	"github.com/kithhq/kith/test/bluesky"
)

// The rehearsal network is held against the real one: the official client does the same on both, and is told the same.
func TestTheRehearsalNetworkAnswersAsTheRealOne(t *testing.T) {
	n := world.Network(t)
	alice := n.Account(t, "alice.test")
	real, order := told(t, n.PDS, alice.Handle, alice.Password, n.Account(t, "bob.test").DID)

	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	network := pretended.New(stage, pretended.Options{})
	ours := network.Account("alice.test", "Alice")
	server := httptest.NewServer(network.Handler())
	t.Cleanup(server.Close)
	rehearsed, _ := told(t, server.URL, ours.Handle, ours.Password, network.Account("bob.test", "Bob").DID)

	if len(order) < 33 {
		t.Errorf("only %d steps were played", len(order))
	}
	for _, step := range order {
		t.Run(step, func(t *testing.T) {
			if real[step] != rehearsed[step] {
				t.Errorf("real      %s\nrehearsed %s", real[step], rehearsed[step])
			}
		})
	}
}

// told runs the official client against a service and gives what it said of every step, and the order of the steps.
func told(t *testing.T, service, handle, password, somebody string) (said map[string]string, order []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bluesky.Node(t), "official.mjs", service, handle, password, somebody)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("official.mjs: %v\n%s", err, stderr.Bytes())
	}
	said = map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var s struct{ Step string }
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatalf("official.mjs said %q", lines.Text())
		}
		said[s.Step] = lines.Text()
		order = append(order, s.Step)
	}
	return said, order
}
