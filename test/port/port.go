// Package port finds ports that stay free until they are listened on.
package port

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
)

// The system gives every connection that goes out, and everybody who asks for any port, one of a range of its own. A port
// of that range that was free a moment ago may be somebody's by now; one below it is only taken by who asks for it by number.
const (
	lowest     = 10_000
	usualRange = "32768" // of Linux; other systems begin higher
)

type ports struct {
	mu    sync.Mutex
	given map[int]bool
}

var mine = ports{given: map[int]bool{}} //nolint:gochecknoglobals // ports belong to the process

// Free gives an address on this machine that nobody listens on, and that this process is given once.
func Free(ctx context.Context) (string, error) {
	mine.mu.Lock()
	defer mine.mu.Unlock()
	first := systems()
	for range 200 {
		number := lowest + rand.IntN(first-lowest)
		if mine.given[number] {
			continue
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			continue // somebody's
		}
		mine.given[number] = true
		return address, l.Close()
	}
	return "", errors.New("no port is free")
}

// systems is where the range begins from which the system gives ports by itself.
func systems() int {
	text := usualRange
	if data, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		text = string(data)
	}
	var first int
	if _, err := fmt.Sscan(text, &first); err != nil || first < lowest+1000 {
		return lowest + 1000 // somebody gave the system nearly all of them: as good as it gets
	}
	return first
}
