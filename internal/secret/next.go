package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kithhq/kith/internal/fault"
)

// nextFile holds the master key that is to follow, until the database has it.
const nextFile = KeyFile + ".next"

// NextMaster gives the key that is to follow the one in the data folder: the one that
// an interrupted rotation has left, or a new one. It is durable before it is used.
func NextMaster(data string) ([]byte, error) {
	path := filepath.Join(data, nextFile)
	if err := makeMaster(data, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.Wrap(fault.Unavailable, err, "The master key could not be written.").
			WithHint("May this user write to the data folder?")
	}
	return readMaster(path)
}

// KeepNext makes the next master key the one of the data folder.
func KeepNext(data string) error {
	err := os.Rename(filepath.Join(data, nextFile), filepath.Join(data, KeyFile))
	if err == nil {
		err = syncFolder(data)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The new master key stands in %s and could not be put in its place.", nextFile).
			WithHint("Run kith rotate again: it goes on where it stopped.")
	}
	return nil
}

// ParseMaster reads a master key as an operator gives it.
func ParseMaster(given Text) ([]byte, error) {
	return parseMaster(given.Reveal(), "the given master key")
}
