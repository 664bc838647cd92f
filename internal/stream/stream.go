package stream

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
)

const name = "FACTS"

// Options say where facts are kept; each zero value has a default.
type Options struct {
	Dir        string        // the folder of the embedded stream
	Conn       *nats.Conn    // instead: a cluster that several processes share
	Replicas   int           // of a new stream in a cluster (1)
	Partitions int           // of a new stream (4); an existing one keeps its own
	MaxBytes   int64         // when it is full (2 GiB)
	Keep       time.Duration // how long applied facts stay (30 days)
	Log        *slog.Logger
	Now        func() time.Time
	Lease      time.Duration // of a partition in a cluster (30 s)
	Pause      time.Duration // before the first repetition; it doubles (100 ms)
}

// Stream is one open stream.
type Stream struct {
	o          Options
	server     *server.Server
	unlock     func()
	conn       *nats.Conn
	js         jetstream.JetStream
	stream     jetstream.Stream
	epoch      string
	partitions int
	reader     string   // who we are
	found      uint64   // the last sequence when we opened
	judged     sync.Map // partitions whose position was compared with it
	queue      chan *appending
	stop       chan struct{}
	stopping   sync.Once
	working    sync.WaitGroup
	full       chan struct{} // asks for room
	committing atomic.Pointer[commitment]
	failed     atomic.Pointer[failure] // the last batch; nil: it was kept
	hurt       atomic.Bool             // the embedded stream could not write
	news       *News
}

// Open opens the stream, and makes it when there is none.
func Open(ctx context.Context, o Options) (*Stream, error) {
	if o.Partitions <= 0 {
		o.Partitions = 4
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 2 << 30
	}
	if o.Keep <= 0 {
		o.Keep = 30 * 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause <= 0 {
		o.Pause = 100 * time.Millisecond
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	s := &Stream{
		o: o, reader: id.New(), conn: o.Conn,
		queue: make(chan *appending), stop: make(chan struct{}), full: make(chan struct{}, 1),
	}
	err := s.embed()
	if err == nil {
		err = s.find(ctx)
	}
	if err == nil {
		s.news, err = newNews(s.conn)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	s.working.Go(s.commits)
	if s.server != nil {
		s.working.Go(s.tend)
	}
	return s, nil
}

func (s *Stream) shared() bool { return s.o.Conn != nil }

// embed starts a server that listens nowhere and connects to it within the
// process.
func (s *Stream) embed() error {
	if s.shared() {
		return nil
	}
	if err := os.MkdirAll(s.o.Dir, 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The folder of the stream cannot be made.")
	}
	var err error
	if s.unlock, err = lock(filepath.Join(s.o.Dir, lockFile)); err != nil {
		return err
	}
	store := s.o.configuration()
	s.server, err = server.NewServer(&server.Options{
		ServerName: "kith", DontListen: true, JetStream: true, StoreDir: store.StoreDir, SyncAlways: store.SyncAlways,
		NoLog: true, NoSigs: true, DisableJetStreamBanner: true, NoSystemAccount: true,
		MaxPayload: 2 * MaxBody, MaxPending: 64 << 20,
		JetStreamMaxMemory: store.MaxMemory, JetStreamMaxStore: store.MaxStore,
	})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream cannot be opened.")
	}
	s.server.SetLoggerV2(words{s: s}, false, false, false)
	s.server.Start()
	if !s.server.ReadyForConnections(30 * time.Second) {
		return fault.New(fault.Unavailable, "The stream did not start.").
			WithHint("The folder may be damaged, or the disk full.")
	}
	s.conn, err = nats.Connect("", nats.InProcessServer(s.server), nats.Name("kith"), nats.NoCallbacksAfterClientClose())
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream did not start.")
	}
	return nil
}

// find looks up the stream, or makes one with an epoch of its own.
func (s *Stream) find(ctx context.Context) error {
	var err error
	if s.js, err = jetstream.New(s.conn, jetstream.WithDefaultTimeout(30*time.Second)); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream did not start.")
	}
	s.stream, err = s.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s.stream, err = s.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: name, Subjects: []string{"fact.*"}, Storage: jetstream.FileStorage, Replicas: max(1, s.o.Replicas),
			Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew, MaxBytes: s.o.MaxBytes, MaxMsgSize: 2 * MaxBody,
			AllowDirect: true, AllowAtomicPublish: true,
			Metadata: map[string]string{"epoch": id.New(), "partitions": strconv.Itoa(s.o.Partitions)},
		})
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream cannot be opened.")
	}
	config := s.stream.CachedInfo().Config
	if config.MaxBytes != s.o.MaxBytes {
		config.MaxBytes = s.o.MaxBytes
		if s.stream, err = s.js.UpdateStream(ctx, config); err != nil {
			return fault.Wrap(fault.Unavailable, err, "The size of the stream cannot be changed.")
		}
	}
	s.epoch, s.found = config.Metadata["epoch"], s.stream.CachedInfo().State.LastSeq
	s.partitions, err = strconv.Atoi(config.Metadata["partitions"])
	if err != nil || s.partitions < 1 || s.epoch == "" {
		return fault.New(fault.Internal, "the stream is not one of Kith")
	}
	return nil
}

// News carries passing news.
func (s *Stream) News() *News { return s.news }

// Close ends the stream: what was appended is on disk, what waits is refused.
// Run must have returned.
func (s *Stream) Close() {
	s.stopping.Do(func() {
		close(s.stop)
		s.working.Wait()
		if s.news != nil {
			s.news.close()
		}
		if !s.shared() && s.conn != nil {
			s.conn.Close()
		}
		if s.server != nil {
			s.server.Shutdown()
			s.server.WaitForShutdown()
		}
		if s.unlock != nil {
			s.unlock()
		}
	})
}
