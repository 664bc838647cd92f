package flow

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/outward"
)

// Faces fetches the pictures of people and channels from their networks, so that
// no browser asks a network and nobody there learns who is looking at whom.
type Faces struct {
	out   *outward.Client
	blobs blob.Store
	log   *slog.Logger
	now   func() time.Time

	ctx context.Context //nolint:containedctx // fetching outlives who asked; Close ends it
	end context.CancelFunc
	// Patience is how long a browser waits for a picture, which holds up what else it asks.
	Patience time.Duration

	turns chan struct{} // how many are fetched and decoded at a time

	mu    sync.Mutex
	under map[string]chan struct{} // closed when an address has been fetched
	all   sync.WaitGroup
}

const (
	facePatience = 1500 * time.Millisecond
	faceTime     = 15 * time.Second // how long a network may take to give it
	faceTurns    = 4
)

// NewFaces makes it; Close ends what is under way.
func NewFaces(out *outward.Client, blobs blob.Store, log *slog.Logger) *Faces {
	ctx, end := context.WithCancel(context.Background())
	return &Faces{out: out, blobs: blobs, log: log, now: time.Now, Patience: facePatience, ctx: ctx, end: end, turns: make(chan struct{}, faceTurns), under: map[string]chan struct{}{}}
}

// Close waits until nothing is fetched any more.
func (f *Faces) Close() {
	f.end()
	f.all.Wait()
}

// Show gives a picture: the one that is kept, else what the network gives within
// a moment. NotFound when there is none, or none yet.
func (f *Faces) Show(ctx context.Context, workspace, address string) ([]byte, error) {
	if f == nil { // a house that shows none
		return nil, noFace()
	}
	picture, fresh, err := media.KnownPortrait(ctx, f.blobs, workspace, address, f.now())
	if err != nil {
		return nil, err
	}
	if !fresh {
		patience := time.NewTimer(f.Patience)
		defer patience.Stop()
		select {
		case <-f.fetch(workspace, address):
			if picture, _, err = media.KnownPortrait(ctx, f.blobs, workspace, address, f.now()); err != nil {
				return nil, err
			}
		case <-patience.C:
		case <-ctx.Done():
		}
	}
	if len(picture) == 0 {
		gone, err := media.Faceless(ctx, f.blobs, workspace, address, f.now())
		if err == nil {
			if err = noFace(); gone {
				err = ErrFaceless
			}
		}
		return nil, err
	}
	return picture, nil
}

// ErrFaceless is that the network itself has said that there is no picture: nobody need
// ask for a day. A new picture has a new address.
var ErrFaceless = noFace()

func noFace() error { return fault.New(fault.NotFound, "There is no picture.") }

// fetch begins to fetch an address, unless somebody has; the channel is closed
// when that has ended, well or not.
func (f *Faces) fetch(workspace, address string) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := workspace + " " + address
	if done, begun := f.under[key]; begun {
		return done
	}
	done := make(chan struct{})
	if f.ctx.Err() != nil {
		close(done)
		return done
	}
	f.under[key] = done
	f.all.Go(func() {
		defer func() {
			f.mu.Lock()
			delete(f.under, key)
			f.mu.Unlock()
			close(done)
		}()
		select {
		case f.turns <- struct{}{}:
			defer func() { <-f.turns }()
		case <-f.ctx.Done():
			return
		}
		picture, err := f.ask(address)
		if f.ctx.Err() != nil {
			return
		}
		if err != nil { // nothing is kept of it but that there is none for now
			f.log.DebugContext(f.ctx, "no picture", "error", err)
		}
		if errors.Is(err, ErrFaceless) {
			if err := media.KeepFaceless(f.ctx, f.blobs, workspace, address, f.now()); err != nil {
				f.log.WarnContext(f.ctx, "a picture could not be kept", "error", err)
			}
			return
		}
		if err := media.KeepPortrait(f.ctx, f.blobs, workspace, address, picture, f.now()); err != nil {
			f.log.WarnContext(f.ctx, "a picture could not be kept", "error", err)
		}
	})
	return done
}
