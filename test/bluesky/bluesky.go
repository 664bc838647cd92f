// Package bluesky starts the reference Bluesky network (PLC, PDS and AppView, from @atproto/dev-env) on loopback, with
// PostgreSQL and Redis of its own, and lets tests act there as people through the official client. It is a real server:
// what Kith believes about Bluesky is judged by it.
package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// install is what brings the tools of this package.
const install = "scripts/need.sh node22 atproto redis postgres"

// Account is a person of the network, known from the start.
type Account struct {
	Handle   string `json:"handle"`
	DID      string `json:"did"`
	Password string `json:"password"`
}

// Network is a running reference network.
type Network struct {
	PDS      string    `json:"pds"`
	AppView  string    `json:"appview"`
	PLC      string    `json:"plc"`
	Accounts []Account `json:"accounts"` // alice.test, bob.test, carol.test

	harness *harness
	stop    func()
}

// Command is one act or question; see commands.mjs for what there is.
type Command map[string]any

// Refused says that the network, or the harness, said no.
type Refused struct {
	Name    string `json:"error"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func (r *Refused) Error() string {
	return fmt.Sprintf("bluesky: %s (%d): %s", r.Name, r.Status, r.Message)
}

// Start starts a network for one test and ends it with the test. Several tests share one with Shared.
func Start(tb testing.TB) *Network {
	tb.Helper()
	tools := find(tb)
	began := time.Now()
	n, err := start(tools)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Logf("the reference network was ready after %v", time.Since(began).Round(100*time.Millisecond))
	tb.Cleanup(n.stop)
	return n
}

// Shared is one network for all tests of a package, started when the first of them asks:
//
//	var world bluesky.Shared
//
//	func TestMain(m *testing.M) { leaktest.Main(func() int { return world.Run(m) }) }
//
//	func TestIt(t *testing.T) { network := world.Network(t) … }
type Shared struct {
	once    sync.Once
	network *Network
	err     error
}

// Run runs the tests and ends the network after the last of them.
func (s *Shared) Run(m *testing.M) int {
	code := m.Run()
	s.once.Do(func() {}) // from here on nobody starts it
	if s.network != nil {
		s.network.stop()
	}
	return code
}

// Network is the shared network.
func (s *Shared) Network(tb testing.TB) *Network {
	tb.Helper()
	tools := find(tb)
	s.once.Do(func() { s.network, s.err = start(tools) })
	if s.err != nil {
		tb.Fatal(s.err)
	}
	return s.network
}

// Account gives one of the people by handle.
func (n *Network) Account(tb testing.TB, handle string) Account {
	tb.Helper()
	for _, a := range n.Accounts {
		if a.Handle == handle {
			return a
		}
	}
	tb.Fatalf("nobody here is called %s", handle)
	return Account{}
}

// Do carries out one command. A *Refused error is the network's own answer.
func (n *Network) Do(ctx context.Context, command Command) (json.RawMessage, error) {
	return n.harness.do(ctx, command)
}

// Ask carries out a command that must succeed, and decodes its result.
func Ask[T any](tb testing.TB, n *Network, command Command) T {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var result T
	raw, err := n.Do(ctx, command)
	if err == nil {
		err = json.Unmarshal(raw, &result)
	}
	if err != nil {
		tb.Fatalf("%v: %v", command, err)
	}
	return result
}

// find gives the tools, or ends the test: KITH_REAL=off skips it, anything else says how to get them.
func find(tb testing.TB) tools {
	tb.Helper()
	if os.Getenv("KITH_REAL") == "off" {
		tb.Skip("KITH_REAL=off: the real Bluesky network was not asked")
	}
	found, err := look()
	if err != nil {
		tb.Fatalf("%v; get it with: %s (or leave the real network out with KITH_REAL=off)", err, install)
	}
	return found
}

// Node is the Node.js that the official client runs on.
func Node(tb testing.TB) string {
	tb.Helper()
	return find(tb).node
}
