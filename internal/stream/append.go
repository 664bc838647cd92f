package stream

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// A crowd shares one atomic batch up to this many facts or bytes, and waits at
// most this long for each other.
const (
	crowd      = 500
	crowdBytes = 16 << 20
	crowdWait  = 10 * time.Millisecond
)

type appending struct {
	messages []*nats.Msg
	bytes    int
	err      error
	done     chan struct{}
}

// Append keeps facts: when it returns nil, all of them are on disk. When it
// fails they may be told again without harm.
func (s *Stream) Append(ctx context.Context, facts []Fact) error {
	if store.InTx(ctx) {
		return fault.New(fault.Internal, "appending facts inside a transaction")
	}
	if len(facts) == 0 {
		return nil
	}
	a := &appending{done: make(chan struct{})}
	for _, f := range facts {
		if err := f.check(); err != nil {
			return err
		}
		f.Person, f.Key = named(f.Person), named(f.Key)
		data, err := f.encode()
		if err != nil {
			return err
		}
		a.bytes += len(data)
		a.messages = append(a.messages, &nats.Msg{Subject: subject(f.partition(s.partitions)), Data: data, Header: nats.Header{}})
	}
	if len(facts) > crowd || (a.bytes > crowdBytes && len(facts) > 1) {
		// More than a batch takes: each half is durable before the next begins.
		if err := s.Append(ctx, facts[:len(facts)/2]); err != nil {
			return err
		}
		return s.Append(ctx, facts[len(facts)/2:])
	}
	select {
	case s.queue <- a:
	case <-s.stop:
		return fault.New(fault.Unavailable, "The stream is closed.")
	case <-ctx.Done():
		return ctx.Err()
	}
	<-a.done
	return a.err
}

func subject(partition int) string { return "fact." + strconv.Itoa(partition) }
func wake(partition int) string    { return "kith.wake." + strconv.Itoa(partition) }

// commits writes one crowd after the other: while one is on its way to the
// disk, the next gathers.
func (s *Stream) commits() {
	var c crowded
	for s.gather(&c) {
		began := time.Now()
		err := s.commit(c.messages)
		for _, a := range c.all {
			a.err = err
			close(a.done)
		}
		c.before, c.took = len(c.all), time.Since(began)
	}
}

// crowded is those who share the next batch, and how it was with the one before.
type crowded struct {
	all      []*appending
	messages []*nats.Msg
	bytes    int
	next     *appending // came, and did not fit in
	before   int
	took     time.Duration
}

func (c *crowded) add(a *appending) (fits bool) {
	if len(c.messages)+len(a.messages) > crowd || c.bytes+a.bytes > crowdBytes {
		c.next = a
		return false
	}
	c.all, c.messages, c.bytes = append(c.all, a), append(c.messages, a.messages...), c.bytes+a.bytes
	return true
}

// gather takes those who wait. A batch costs nearly the same for one and for
// many, and who was just answered often comes back: so it waits, for a part of
// the time that the last batch took, until there are as many as in that one. Who
// is alone waits for nobody.
func (s *Stream) gather(c *crowded) bool {
	first := c.next
	c.all, c.messages, c.bytes, c.next = nil, nil, 0, nil
	if first == nil {
		select {
		case first = <-s.queue:
		case <-s.stop:
			return false
		}
	}
	c.add(first)
	patience := time.NewTimer(min(c.took/2, crowdWait))
	defer patience.Stop()
	for {
		select {
		case a := <-s.queue:
			if !c.add(a) {
				return true
			}
			continue
		default:
		}
		if len(c.all) >= c.before {
			return true
		}
		select {
		case a := <-s.queue:
			if !c.add(a) {
				return true
			}
		case <-patience.C:
			return true
		case <-s.stop:
			return true
		}
	}
}

func (s *Stream) commit(messages []*nats.Msg) error {
	if s.asleep() {
		return fault.New(fault.Unavailable, "There is no room for more facts.").In(30 * time.Second)
	}
	// Not the context of a caller: others wait for this batch too.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s.committing.Store(&commitment{began: time.Now(), giveUp: cancel})
	defer s.committing.Store(nil)
	var err error
	if len(messages) == 1 {
		_, err = s.js.PublishMsg(ctx, messages[0]) // one fsync; a batch takes four
	} else {
		_, err = jetstreamext.PublishMsgBatch(ctx, s.js, messages)
	}
	if err != nil {
		full := strings.Contains(err.Error(), "maximum bytes")
		s.failed.Store(&failure{at: time.Now(), full: full})
		if !full && storeFailed(err) {
			s.hurt.Store(true)
		}
		if full {
			select {
			case s.full <- struct{}{}:
			default:
			}
			return fault.Wrap(fault.Unavailable, err, "There is no room for more facts.").In(30 * time.Second)
		}
		s.o.Log.Error("facts were not kept", "error", err)
		return fault.Wrap(fault.Unavailable, err, "The facts could not be kept.")
	}
	s.failed.Store(nil)
	told := make([]bool, s.partitions)
	for _, m := range messages {
		if p, err := strconv.Atoi(strings.TrimPrefix(m.Subject, "fact.")); err == nil && !told[p] {
			told[p] = true
			_ = s.conn.Publish(wake(p), nil) // a reader that misses it looks by itself
		}
	}
	return nil
}
