package stream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kithhq/kith/internal/fault"
)

const (
	round   = time.Second      // how often the embedded stream is looked after
	slow    = 10 * time.Second // facts are kept in milliseconds
	recent  = time.Minute
	roomFor = 1 << 20 // bytes that must go onto the disk before a stream is woken
)

// commitment is a batch on its way to the disk.
type commitment struct {
	began  time.Time
	giveUp context.CancelFunc
}

// failure is why the last batch was not kept.
type failure struct {
	at   time.Time
	full bool // of the room that the stream may take, not of the disk
}

// configuration is what the embedded stream starts with, and is woken with.
func (o Options) configuration() server.JetStreamConfig {
	return server.JetStreamConfig{StoreDir: o.Dir, MaxMemory: 8 << 20, MaxStore: o.MaxBytes + 64<<20, SyncAlways: true, Strict: true}
}

// asleep says whether the embedded stream takes nothing any more, until it is opened
// again: that is what becomes of it when the disk is full or may not be written to.
func (s *Stream) asleep() bool {
	return s.server != nil && (s.hurt.Load() || !s.server.JetStreamEnabled())
}

// tend opens the embedded stream again when it has stopped and there is room, so that
// a house goes on by itself.
func (s *Stream) tend() {
	tick := time.NewTicker(round)
	defer tick.Stop()
	rounds := 0
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		if !s.asleep() {
			rounds = 0
			continue
		}
		if c := s.committing.Load(); c != nil {
			c.giveUp() // nobody will answer
		}
		if rounds++; rounds == 1 {
			s.o.Log.Error("the stream has stopped: is the disk full?", "folder", s.o.Dir)
		}
		if rounds < 3 { // it may still be stopping
			continue
		}
		if err := s.revive(); err != nil {
			s.o.Log.Debug("the stream cannot be opened again yet", "error", err)
			continue
		}
		s.failed.Store(nil)
		s.hurt.Store(false)
		s.o.Log.Info("the stream takes facts again")
	}
}

// revive opens the embedded stream again, once something can be written beside it.
func (s *Stream) revive() error {
	probe := filepath.Join(s.o.Dir, "room")
	defer os.Remove(probe) //nolint:errcheck // the next one writes over it
	f, err := os.OpenFile(probe, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, roomFor))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.server.ShutdownJetStream(); err != nil { // where it has not done so itself
		return err
	}
	config := s.o.configuration()
	return s.server.EnableJetStream(&config)
}

// storeFailed says whether the stream itself could not write: it says so, or nothing.
func storeFailed(err error) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e.ErrorCode == jetstream.ErrorCode(server.JSStreamStoreFailedF) || errors.Is(err, context.DeadlineExceeded)
}

// words is the log of the embedded server: who publishes is not told that a write failed.
type words struct{ s *Stream }

var _ server.Logger = words{}

func (w words) Noticef(string, ...any) {}
func (w words) Debugf(string, ...any)  {}
func (w words) Tracef(string, ...any)  {}

func (w words) Warnf(format string, args ...any) {
	w.s.o.Log.Warn("the stream: " + fmt.Sprintf(format, args...))
}

func (w words) Fatalf(format string, args ...any) { w.Errorf(format, args...) }

func (w words) Errorf(format string, args ...any) {
	said := fmt.Sprintf(format, args...)
	w.s.o.Log.Error("the stream: " + said)
	if strings.Contains(said, "critical write error") {
		w.s.hurt.Store(true)
	}
}

// Bytes is how much room the stream takes, and may take.
func (s *Stream) Bytes(ctx context.Context) (now, most uint64, err error) {
	info, err := s.stream.Info(ctx)
	if err != nil {
		return 0, 0, fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
	}
	return info.State.Bytes, uint64(max(0, s.o.MaxBytes)), nil
}

// Ready says whether facts that come now would be kept: whether the stream answers, and
// kept the last ones.
func (s *Stream) Ready(ctx context.Context) error {
	if s.asleep() {
		return fault.New(fault.Unavailable, "The stream has stopped, because the disk is full.").WithHint("Make room: it goes on by itself, and networks tell again what was refused.")
	}
	if c := s.committing.Load(); c != nil && time.Since(c.began) > slow {
		return fault.New(fault.Unavailable, "The stream does not keep what comes.").WithHint("Is the disk very slow, or damaged?")
	}
	if f := s.failed.Load(); f != nil && time.Since(f.at) < recent {
		if f.full {
			return fault.New(fault.Unavailable, "There is no room for more facts.").WithHint("Raise --facts-mb (KITH_FACTS_MB), and see why those that are there are not taken over.")
		}
		return fault.New(fault.Unavailable, "The last facts that came could not be kept.").WithHint("Is the disk full, or damaged? The log says more.")
	}
	if _, err := s.stream.Info(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
	}
	return nil
}
