package sandbox

import (
	"bytes"
	"crypto/sha256"
	"io"
)

// Piece is what one request brought of a file: counted and hashed, and not kept but for its beginning, so that files of any size cost
// a network nothing.
type Piece struct {
	Bytes  int64
	SHA256 [sha256.Size]byte
	Head   []byte // its first bytes
}

// Receive takes a piece in, and keeps so many bytes of its beginning. What came before an error counts.
func Receive(from io.Reader, head int64) (Piece, error) {
	var start bytes.Buffer
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(&start, digest), io.LimitReader(from, head))
	if err == nil {
		var rest int64
		rest, err = io.Copy(digest, from)
		n += rest
	}
	p := Piece{Bytes: n, Head: start.Bytes()}
	digest.Sum(p.SHA256[:0])
	return p, err
}
