package stream

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Hold keeps a house from starting on the folder of a stream, or says that one runs there.
// Where no stream is yet, none is made.
func Hold(dir string) (release func(), err error) {
	path := filepath.Join(dir, lockFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	return lock(path)
}

// lockFile is locked by the process that has the stream open.
const lockFile = "lock"
