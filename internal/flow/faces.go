package flow

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/store"
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
		return nil, noFace()
	}
	return picture, nil
}

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
		if err := media.KeepPortrait(f.ctx, f.blobs, workspace, address, picture, f.now()); err != nil {
			f.log.WarnContext(f.ctx, "a picture could not be kept", "error", err)
		}
	})
	return done
}

// ask takes a picture from its network: a public address only, no more than so
// many bytes and so much time, and whatever it is, only a picture comes out.
func (f *Faces) ask(address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(f.ctx, faceTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "This is not a web address.")
	}
	request.Header.Set("Accept", "image/png, image/jpeg, image/webp, image/gif")
	answer, err := f.out.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	if answer.Status != http.StatusOK {
		return nil, noFace()
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, media.PortraitBytes+1))
	if err != nil {
		return nil, err
	}
	return media.Portrait(body)
}

// sweepFaces is the job that forgets pictures which nobody is shown any more.
func sweepFaces() jobs.Kind[struct{}] { return jobs.Kind[struct{}]{Name: "faces.sweep", Attempts: 3} }

func (h *House) sweepFaces(ctx context.Context, _ *jobs.Job, _ struct{}) error {
	return media.SweepPortraits(ctx, h.Blobs, time.Now())
}

func (h *House) sweepDaily(ctx context.Context, tx *store.Tx, _ time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, sweepFaces(), jobs.New{Key: "all"}, struct{}{})
	return err
}
