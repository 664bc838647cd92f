// Package blob keeps files: bytes under a key, written once and never changed.
package blob

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// Store is where files are kept. A key is made of parts that Valid accepts.
type Store interface {
	// Put keeps everything that from gives. The file exists whole and durably
	// once Put returns nil, and not at all before.
	Put(ctx context.Context, key string, from io.Reader) (Info, error)
	// Open gives a file, or NotFound.
	Open(ctx context.Context, key string) (File, error)
	// Delete forgets a file; one that is gone already is no error.
	Delete(ctx context.Context, key string) error
	// All walks over every file.
	All(ctx context.Context) iter.Seq2[Info, error]
}

// File is an open file.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Info is what is known of a file.
type Info struct {
	Key    string
	Bytes  int64
	SHA256 string // hex; only from Put
	At     time.Time
}

// Valid says whether a key is one: parts of letters, digits, "-", "_" and ".",
// joined by "/", none of which begins with a dot. So no key leaves its folder
// and none hides in it.
func Valid(key string) bool {
	if key == "" || len(key) > 512 {
		return false
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part[0] == '.' || len(part) > 200 {
			return false
		}
		for _, r := range part {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' {
				return false
			}
		}
	}
	return true
}

func refuse(key string) error {
	if Valid(key) {
		return nil
	}
	return fault.New(fault.Invalid, "This is no name of a file.")
}
