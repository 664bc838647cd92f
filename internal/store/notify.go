package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// notices carries words between those who wrote and those who wait. A word may
// be lost, so whoever waits for one also looks by itself now and then.
type notices struct {
	mu        sync.Mutex
	listeners map[string]map[int]func(word string)
	next      int

	// PostgreSQL only: what other processes are to be told, and the goroutines
	// that tell and hear it.
	self    string
	address string
	pool    *sql.DB
	pending map[[2]string]bool
	more    chan struct{}
	ctx     context.Context //nolint:containedctx // ends the two goroutines
	stop    context.CancelFunc
	hearing bool
	running sync.WaitGroup
}

const noticeChannel = "kith"

func (n *notices) open(address string, pool *sql.DB) {
	n.self, n.address, n.pool = rand.Text(), address, pool
	n.pending, n.more = map[[2]string]bool{}, make(chan struct{}, 1)
	n.ctx, n.stop = context.WithCancel(context.Background())
	n.running.Go(n.speak)
}

func (n *notices) close() {
	if n.stop != nil {
		n.stop()
	}
	n.running.Wait()
}

// Notify tells a word to all who listen to a topic, once the transaction is
// durable: at once in this process, soon in other processes on the same
// PostgreSQL. A word that is told often in a row may be heard once.
func (tx *Tx) Notify(topic, word string) {
	tx.AfterCommit(func() { tx.db.words.tell(topic, word) })
}

// Listen calls heard for every word on a topic until stop is called. heard must
// not block and must not open a transaction.
func (db *DB) Listen(topic string, heard func(word string)) (stop func()) {
	n := &db.words
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners == nil {
		n.listeners = map[string]map[int]func(string){}
	}
	if n.listeners[topic] == nil {
		n.listeners[topic] = map[int]func(string){}
	}
	n.next++
	me := n.next
	n.listeners[topic][me] = heard
	if db.postgres && !n.hearing && n.ctx.Err() == nil {
		n.hearing = true
		n.running.Go(n.hear)
	}
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners[topic], me)
	}
}

func (n *notices) tell(topic, word string) {
	n.here(topic, word)
	if n.pool == nil {
		return
	}
	n.mu.Lock()
	n.pending[[2]string{topic, word}] = true
	n.mu.Unlock()
	select {
	case n.more <- struct{}{}:
	default:
	}
}

func (n *notices) here(topic, word string) {
	n.mu.Lock()
	all := make([]func(string), 0, len(n.listeners[topic]))
	for _, heard := range n.listeners[topic] {
		all = append(all, heard)
	}
	n.mu.Unlock()
	for _, heard := range all {
		heard(word)
	}
}

// speak tells other processes. It does so outside the writer's transaction:
// NOTIFY makes all commits of a server wait for each other.
func (n *notices) speak() {
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-n.more:
		}
		n.mu.Lock()
		words := n.pending
		n.pending = map[[2]string]bool{}
		n.mu.Unlock()
		for w := range words {
			// Nothing to do about a failure: words may be lost.
			_, _ = n.pool.ExecContext(n.ctx, "select pg_notify($1, $2)", noticeChannel, n.self+"\n"+w[0]+"\n"+w[1])
		}
	}
}

// hear listens on a connection of its own and comes back when it breaks.
func (n *notices) hear() {
	for n.ctx.Err() == nil {
		n.hearUntilBroken()
		select {
		case <-n.ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (n *notices) hearUntilBroken() {
	conn, err := pgx.Connect(n.ctx, n.address)
	if err != nil {
		return // tried again in a second
	}
	defer conn.Close(context.WithoutCancel(n.ctx)) //nolint:errcheck // it only listened
	if _, err := conn.Exec(n.ctx, "listen "+noticeChannel); err != nil {
		return
	}
	for {
		heard, err := conn.WaitForNotification(n.ctx)
		if err != nil {
			return
		}
		part := strings.SplitN(heard.Payload, "\n", 3)
		if len(part) == 3 && part[0] != n.self {
			n.here(part[1], part[2])
		}
	}
}
