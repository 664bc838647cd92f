package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// movie passes an MP4 or QuickTime file on without what it says of itself in
// words: the boxes in which cameras write the place, the device and the owner are
// made empty ones of the same size, so that nothing else moves. On the way it
// reads how long and how large the picture is. Nothing is held but small boxes.
type movie struct {
	from    *bufio.Reader
	ready   []byte
	open    []box // the boxes around the place where we are, outermost first
	left    int64 // of a body that is passed on as it is, or emptied
	empty   bool  // emptied
	endless bool  // that body goes on to the end of the file
	started bool
	end     error

	seconds       float64
	width, height int
}

type box struct {
	kind string
	left int64
}

var errNotMovie = errors.New("not an MP4 or QuickTime file")

const (
	movieDepth = 4       // moov, trak, mdia: what we look into
	smallBox   = 1 << 12 // mvhd, tkhd are a hundred bytes
	piece      = 64 << 10
)

func newMovie(from io.Reader) *movie { return &movie{from: bufio.NewReaderSize(from, piece)} }

func (m *movie) Read(into []byte) (int, error) {
	for len(m.ready) == 0 {
		if m.end != nil {
			return 0, m.end
		}
		m.end = m.step()
	}
	n := copy(into, m.ready)
	m.ready = m.ready[n:]
	return n, nil
}

// step makes the next piece ready.
func (m *movie) step() error {
	if m.left > 0 || m.endless {
		return m.body()
	}
	for len(m.open) > 0 && m.open[len(m.open)-1].left == 0 {
		m.open = m.open[:len(m.open)-1]
	}
	var head [16]byte
	if n, err := io.ReadFull(m.from, head[:8]); err != nil {
		if n == 0 && errors.Is(err, io.EOF) && len(m.open) == 0 && m.started {
			return io.EOF
		}
		return errNotMovie
	}
	size, kind, used := int64(binary.BigEndian.Uint32(head[:4])), string(head[4:8]), int64(8)
	switch size {
	case 0: // to the end of the file
		if len(m.open) > 0 {
			return errNotMovie
		}
		m.endless = true
	case 1:
		if _, err := io.ReadFull(m.from, head[8:16]); err != nil {
			return errNotMovie
		}
		size, used = int64(binary.BigEndian.Uint64(head[8:16])&(1<<62-1)), 16 //nolint:gosec // masked to be positive
	}
	if !m.endless && size < used || !m.within(size) {
		return errNotMovie
	}
	m.started = true
	return m.enter(kind, head[:used], size-used)
}

// within takes a box from the one around it, which the outer ones have counted
// whole already; false: it is larger than that.
func (m *movie) within(size int64) bool {
	if len(m.open) == 0 {
		return true
	}
	around := &m.open[len(m.open)-1]
	if around.left < size {
		return false
	}
	around.left -= size
	return true
}

// enter begins a box whose head has been read.
func (m *movie) enter(kind string, head []byte, size int64) error {
	inside := ""
	if len(m.open) > 0 {
		inside = m.open[len(m.open)-1].kind
	}
	m.ready = append([]byte(nil), head...)
	switch {
	case m.endless:
	case kind == "moov" && inside == "" || kind == "trak" && inside == "moov" || kind == "mdia" && inside == "trak":
		m.open = append(m.open, box{kind, size})
		if len(m.open) > movieDepth {
			return errNotMovie
		}
		return nil
	case (kind == "mvhd" && inside == "moov" || kind == "tkhd" && inside == "trak") && size <= smallBox:
		body := make([]byte, size)
		if _, err := io.ReadFull(m.from, body); err != nil {
			return errNotMovie
		}
		m.ready = append(m.ready, body...)
		if kind == "mvhd" {
			m.lasts(body)
		} else {
			m.shown(body)
		}
		return nil
	case (kind == "udta" || kind == "meta") && slices.Contains([]string{"moov", "trak", "mdia", ""}, inside):
		copy(m.ready[4:8], "free")
		m.empty = true
	case kind == "uuid" && size >= 16:
		id, err := m.from.Peek(16)
		if err != nil {
			return errNotMovie
		}
		if string(id) == xmpBox {
			copy(m.ready[4:8], "free")
			m.empty = true
		}
	}
	m.left, m.empty = size, m.empty && size > 0
	return nil
}

// xmpBox is the name under which XMP stands in a file.
const xmpBox = "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"

// body passes the next piece of a body on.
func (m *movie) body() error {
	n := int64(piece)
	if !m.endless {
		n = min(n, m.left)
	}
	buffer := make([]byte, n)
	got, err := io.ReadFull(m.from, buffer)
	if m.endless && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)) {
		m.ready, m.endless = buffer[:got], false
		return io.EOF
	}
	if err != nil {
		return errNotMovie
	}
	if m.empty {
		clear(buffer)
	}
	m.ready = buffer
	if !m.endless {
		if m.left -= n; m.left == 0 {
			m.empty = false
		}
	}
	return nil
}

// lasts reads the length out of a movie header.
func (m *movie) lasts(b []byte) {
	var scale, length uint64
	switch {
	case len(b) >= 32 && b[0] == 1:
		scale, length = uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	case len(b) >= 20:
		scale, length = uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
	}
	if scale > 0 && length/scale < 1<<20 { // twelve days: more is no length
		m.seconds = float64(length) / float64(scale)
	}
}

// shown reads the size of the picture out of a track header, turned as it is shown.
func (m *movie) shown(b []byte) {
	at := 76 // of width, in version 0
	if len(b) > 0 && b[0] == 1 {
		at = 88
	}
	if len(b) < at+8 {
		return
	}
	width, height := int(binary.BigEndian.Uint16(b[at:])), int(binary.BigEndian.Uint16(b[at+4:]))
	matrix := b[at-36:]
	if binary.BigEndian.Uint32(matrix) == 0 && binary.BigEndian.Uint32(matrix[4:]) != 0 {
		width, height = height, width
	}
	if width*height > m.width*m.height {
		m.width, m.height = width, height
	}
}
