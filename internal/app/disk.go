package app

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
)

// Below these the disk of the data folder is low, and full. On small disks it is a
// tenth and a hundredth of them.
const (
	lowBytes  = 2 << 30
	fullBytes = 100 << 20
	lowFiles  = 1000 // more cannot be made then, however much room there is
)

// disk is how much room the data folder has.
type disk struct {
	free, total uint64 // bytes; total 0: this machine does not say
	files       uint64 // how many more can be made
	bounded     bool   // it says how many
}

func (d disk) low() bool { return d.total > 0 && d.free < min(lowBytes, d.total/10) }

func (d disk) full() bool {
	return d.total > 0 && d.free < min(fullBytes, d.total/100) || d.bounded && d.files < lowFiles
}

// err says what there is too little of: nil while there is room.
func (d disk) err() error {
	if d.full() {
		return fault.New(fault.Unavailable, "The disk of the data folder is full.").WithHint("Make room: nothing that comes in, goes out or is uploaded can be kept.")
	}
	return nil
}

// writable tries to write to the data folder.
func writable(c config.Config, name string) error {
	probe := filepath.Join(c.Data, name)
	err := errors.Join(os.WriteFile(probe, []byte("x"), 0o600), os.Remove(probe))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The data folder cannot be written to.").WithHint("Make it, let this user write to it, and look whether its disk is full.")
	}
	return nil
}

// lasting is how long what was seen of the disk is good for a page.
const lasting = 10 * time.Second

// space remembers for a while how much room there is: pages of people say so.
type space struct {
	folder string
	mu     sync.Mutex
	seen   disk
	at     time.Time
}

func (s *space) room() flow.Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.at) > lasting {
		s.seen, _ = room(s.folder) // where the machine does not say, nothing is said
		s.at = now
	}
	return flow.Room{Free: s.seen.free, Low: s.seen.low(), Full: s.seen.full()}
}
