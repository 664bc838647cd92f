package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// What a large video may cost.
const (
	filmBytes   = 1_000_000_000
	aboveIdle   = 64.0 // MB of memory
	ofPlainCopy = 80.0 // % of its speed
)

// upload: a video of 1 GB comes in from a browser and goes out to networks, from
// the disk of a kith of its own to pretended networks in this process, which count
// and hash what they get. Beside each stands a plain copy of the same bytes by
// HTTP to the same place.
func upload(ctx context.Context, c Command, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage := sandbox.New(sandbox.Options{Seed: 1})
	defer stage.Close()
	quays, err := quaysOn(ctx, stage, c.Only)
	if err != nil {
		return err
	}
	defer func() {
		for _, q := range quays {
			_ = q.server.Close() // figures are out by then
		}
	}()
	client, err := desk(ctx, filepath.Join(dir, "data"), quays)
	if err != nil {
		return err
	}
	defer client.process.stop()
	rounds := 3
	if c.Small {
		rounds = 1
	}
	var in crossing
	for round := range rounds {
		films := map[int]film{}
		for _, q := range quays {
			size := min(filmBytes, q.most)
			if c.Small {
				size = 128_000_000
			}
			if films[size].id == "" {
				f := film{path: filepath.Join(dir, fmt.Sprint(size)), size: size, round: round}
				if err := f.come(ctx, client, &in); err != nil {
					return err
				}
				films[size] = f
			}
			if err := q.measure(ctx, client, films[size]); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
	}
	in.say("in", client.idle, say)
	for _, q := range quays {
		q.crossed.say(q.name, client.idle, say)
	}
	return nil
}

// desk is a kith of its own on the networks, and somebody who works with it.
func desk(ctx context.Context, data string, quays []*quay) (*worker, error) {
	args := []string{"--read-every", "1h"}
	for _, q := range quays {
		if q.network == "facebook" {
			args = append(args, "--facebook-graph-url", q.url)
			continue
		}
		args = append(args, "--endpoint", q.network+"="+q.url)
	}
	w, err := employ(ctx, data, args...)
	if err != nil {
		return nil, err
	}
	for _, q := range quays {
		if q.channel, err = w.connect(ctx, q.network, q.settings); err != nil {
			w.process.stop()
			return nil, err
		}
	}
	pause(ctx, 2*time.Second) // what connecting began is over
	if w.idle, err = w.process.resident(); err != nil {
		w.process.stop()
		return nil, err
	}
	return w, nil
}

// film is a video on the disk, and in Kith.
type film struct {
	path  string
	size  int
	round int    // some networks take the same film once
	id    string // in Kith
}

// come makes a film and uploads it as a browser does.
func (f *film) come(ctx context.Context, w *worker, in *crossing) error {
	if err := f.make(); err != nil {
		return err
	}
	if err := w.process.forget(); err != nil {
		return err
	}
	began := time.Now()
	var err error
	if f.id, err = w.upload(ctx, f.path); err != nil {
		return err
	}
	return in.add(w, f.size, 1, time.Since(began), 0)
}

// make writes a film that costs no room: holes, but for a number in each megabyte.
func (f film) make() (err error) {
	file, err := os.Create(f.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(sandbox.Film(5, 720, 1280, f.size)); err != nil {
		return err
	}
	const mark = 1 << 20
	for at := mark; at < f.size-8; at += mark {
		if _, err := file.WriteAt(binary.BigEndian.AppendUint64(nil, uint64(at+f.round)), int64(at)); err != nil { //nolint:gosec // no size is negative
			return err
		}
	}
	return file.Truncate(int64(f.size))
}

// same holds what a network got against the film.
func (f film) same(pieces []sandbox.Piece) error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	got := int64(0)
	for i, p := range pieces {
		digest := sha256.New()
		if _, err := io.CopyN(digest, file, p.Bytes); err != nil || !bytes.Equal(digest.Sum(nil), p.SHA256[:]) {
			return fmt.Errorf("piece %d of %d is not what was sent", i, len(pieces))
		}
		got += p.Bytes
	}
	if got != int64(f.size) {
		return fmt.Errorf("%d of %d bytes came", got, f.size)
	}
	return nil
}
