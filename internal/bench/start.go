package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// start: from exec to ready, with an empty folder and with a full one. Beside it
// stands what this program takes to open the same folder and nothing else.
func start(ctx context.Context, c Command, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	n := 0
	if err := starts(ctx, "empty", 250, "", func(what string) string { n++; return filepath.Join(dir, fmt.Sprint(what, n)) }, say); err != nil {
		return err
	}
	data := filepath.Join(dir, "full")
	if err := stock(ctx, c, data); err != nil {
		return err
	}
	return starts(ctx, "full", 200, "100k messages, 10k posts; ", func(string) string { return data }, say)
}

// starts starts a kith and a bare one in turns, on the folders it is given.
func starts(ctx context.Context, name string, limit float64, note string, folder func(what string) string, say func(Figure)) error {
	const rounds = 7
	var took, bare []time.Duration
	for range rounds {
		p, d, err := spawn(ctx, folder("kith"))
		if err != nil {
			return err
		}
		p.stop()
		b, plainly, err := launch(ctx, "bare", "--data", folder("bare"))
		if err != nil {
			return err
		}
		b.stop()
		took, bare = append(took, d), append(bare, plainly)
	}
	say(Figure{Name: name, Value: ms(quantile(took, 0.5)), Unit: "ms", Limit: limit, Note: fmt.Sprintf("%smedian of %d; from %.0f to %.0f", note, rounds, ms(quantile(took, 0)), ms(quantile(took, 1))),
		Bare: ms(quantile(bare, 0.5)), What: "bare start"})
	return nil
}

func stock(ctx context.Context, c Command, data string) error {
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(data, "kith.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := begin(ctx, db)
	if err != nil {
		return err
	}
	conversations, scheduled := 10_000, 10_000
	if c.Small {
		conversations, scheduled = 100, 100
	}
	if err := fill(ctx, db, s.workspace, conversations, 10); err != nil {
		return err
	}
	return posts(ctx, db, s.workspace, scheduled)
}
