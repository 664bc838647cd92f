package media

import (
	"errors"
	"io"
)

// gifFile cleans GIF: comments and XMP are left out; frames, their times and the
// number of rounds stay.
type gifFile struct {
	c     *cleaner
	begun bool
	data  bool // inside the sub-blocks of what is kept
	drop  bool // inside those of what is not
}

func (g *gifFile) step() error {
	switch {
	case !g.begun:
		return g.begin()
	case g.data, g.drop:
		return g.block()
	}
	kind, err := g.c.from.ReadByte()
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF // some end without saying so
	case err != nil:
		return broken(err)
	case kind == ';': // nothing after it is wanted
		g.c.ready = []byte{kind}
		return io.EOF
	case kind == ',':
		place, err := g.c.take(9)
		if err != nil {
			return err
		}
		g.c.ready = append([]byte{kind}, place...)
		g.c.pass = colours(place[8]) + 1 // its own colours, and how its data are packed
		g.data = true
		return nil
	case kind == '!':
		return g.extension(kind)
	}
	return errMalformed
}

func (g *gifFile) begin() error {
	g.begun = true
	head, err := g.c.take(13)
	if err != nil {
		return err
	}
	if string(head[:3]) != "GIF" {
		return errMalformed
	}
	g.c.ready, g.c.pass = head, colours(head[10])
	return nil
}

// colours is how long the table is that a byte of flags announces.
func colours(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// extension keeps what a picture needs: times, rounds, a colour profile.
func (g *gifFile) extension(kind byte) error {
	head, err := g.c.take(2) // which one, and the length of its first block
	if err != nil {
		return err
	}
	const comment, application = 0xfe, 0xff
	name, err := g.c.take(int(head[1]))
	if err != nil {
		return err
	}
	whole := append(append([]byte{kind}, head...), name...)
	switch {
	case head[1] == 0: // it ends before it begins
		if head[0] != comment {
			g.c.ready = whole
		}
		return nil
	case head[0] == comment, head[0] == application && len(name) >= 8 && string(name[:8]) == "XMP Data":
		g.drop = true
		return nil
	}
	g.c.ready, g.data = whole, true
	return nil
}

// block passes one block of data on, or leaves it out; an empty one is the last.
func (g *gifFile) block() error {
	n, err := g.c.from.ReadByte()
	if err != nil {
		return broken(err)
	}
	drop := g.drop
	if n == 0 {
		g.data, g.drop = false, false
	}
	if drop {
		return g.c.skip(int64(n))
	}
	g.c.ready, g.c.pass = []byte{n}, int64(n)
	return nil
}
