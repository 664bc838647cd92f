package bench

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// Bare is what a kith stands on and nothing else: its database, its stream and a
// server that answers. It is started beside the real one, so that a machine and its
// load can be told from Kith.
type Bare struct {
	Data   string `required:""`
	Listen string `required:""`
}

// Run answers until the context ends.
func (b Bare) Run(ctx context.Context) (err error) {
	facts, err := stream.Open(ctx, stream.Options{Dir: filepath.Join(b.Data, "facts"), Partitions: 2, MaxBytes: 4 << 30}) // as kith serve makes it
	if err != nil {
		return err
	}
	defer facts.Close()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(b.Data, "kith.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: 10 * time.Second}
	end := context.AfterFunc(ctx, func() { _ = server.Close() }) // nobody waits for an answer
	defer end()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
