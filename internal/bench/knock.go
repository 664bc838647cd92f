package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// knocker sends webhooks as a network does. Its own work is kept small: on a
// network it is done by machines of theirs.
type knocker struct{ host, path string }

// knock sends all bodies with many callers, each on a line of its own; rate 0 is
// as fast as it goes.
func (k *knocker) knock(ctx context.Context, all [][]byte, rate float64) error {
	signed := make([][]byte, len(all))
	for i, body := range all {
		signed[i] = k.request(body)
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	var failed atomic.Pointer[error]
	began := time.Now()
	for range min(callers, len(all)) {
		wait.Go(func() {
			l, err := k.dial(ctx)
			if err != nil {
				failed.Store(&err)
				return
			}
			defer l.Close() //nolint:errcheck // all was answered
			for i := next.Add(1) - 1; int(i) < len(all) && failed.Load() == nil && ctx.Err() == nil; i = next.Add(1) - 1 {
				if rate > 0 {
					pause(ctx, time.Until(began.Add(time.Duration(float64(i)/rate*float64(time.Second)))))
				}
				if err := l.one(signed[i]); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return ctx.Err()
}

// request is a signed webhook as it goes over the line.
func (k *knocker) request(body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n", k.path, k.host, sign(body), len(body))
	return append([]byte(head), body...)
}

type line struct {
	net.Conn
	answers *bufio.Reader
}

func (k *knocker) dial(ctx context.Context) (*line, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", k.host)
	if err != nil {
		return nil, err
	}
	return &line{c, bufio.NewReader(c)}, nil
}

func (l *line) one(request []byte) error {
	if _, err := l.Write(request); err != nil {
		return err
	}
	// Nothing of an answer matters but its status; there is no body.
	status, err := l.answers.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 2")) {
		return fmt.Errorf("a webhook was answered %q", status)
	}
	for len(status) > 2 {
		if status, err = l.answers.ReadSlice('\n'); err != nil {
			return err
		}
	}
	return nil
}

func sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
