//go:build unix

package stream

import (
	"os"
	"syscall"

	"github.com/kithhq/kith/internal/fault"
)

// lock keeps a second process from the folder: the stream itself does not.
func lock(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The folder of the stream cannot be written to.")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close() // nothing was written
		return nil, fault.Wrap(fault.Unavailable, err, "Another Kith uses this data folder.").
			WithHint("Stop it first, or give this one a folder of its own with --data.")
	}
	return func() { _ = f.Close() }, nil
}
