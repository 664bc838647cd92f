package media

import (
	"bufio"
	"errors"
	"io"
)

// cleaner passes a file on piece by piece, without what says where and by whom
// it was made. step reads the next piece: it makes bytes ready, or says how many
// that follow pass as they are.
type cleaner struct {
	from  *bufio.Reader
	step  func() error
	ready []byte // cleaned, not yet given
	pass  int64  // of what follows, untouched
	end   error
}

// aside is the most that is read into memory to be looked at; what is longer and
// may hold a place is emptied unseen.
const aside = 1 << 20

// errMalformed is a file that does not look like what it says it is.
var errMalformed = errors.New("a malformed image")

// clean gives a reader of a file without its place, by the type that its bytes
// have shown.
func clean(kind string, from io.Reader) io.Reader {
	c := &cleaner{from: bufio.NewReaderSize(from, 64<<10)}
	switch kind {
	case "image/jpeg":
		return scrub(from)
	case "image/png":
		c.step = (&pngFile{c: c}).step
	case "image/webp":
		c.step = (&webpFile{c: c}).step
	case "image/gif":
		c.step = (&gifFile{c: c}).step
	default:
		return from
	}
	return c
}

func (c *cleaner) Read(into []byte) (int, error) {
	for {
		switch {
		case len(c.ready) > 0:
			n := copy(into, c.ready)
			c.ready = c.ready[n:]
			return n, nil
		case c.pass > 0:
			if int64(len(into)) > c.pass {
				into = into[:c.pass]
			}
			n, err := c.from.Read(into)
			c.pass -= int64(n)
			if n > 0 || err == nil {
				return n, nil
			}
			return 0, broken(err)
		case c.end != nil:
			return 0, c.end
		}
		c.end = c.step()
	}
}

// take reads so many bytes to look at.
func (c *cleaner) take(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(c.from, b); err != nil {
		return nil, broken(err)
	}
	return b, nil
}

// skip leaves so many bytes out.
func (c *cleaner) skip(n int64) error {
	if _, err := io.CopyN(io.Discard, c.from, n); err != nil {
		return broken(err)
	}
	return nil
}
