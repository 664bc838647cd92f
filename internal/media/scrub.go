package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// scrub passes a JPEG file on without the place where it was taken: the GPS part
// of EXIF is emptied, XMP that names coordinates is left out, and so is whatever
// follows the end of the image (phones put a second picture there, with its own
// EXIF). Everything else, orientation and colour profile included, stays.
func scrub(from io.Reader) io.Reader { return &scrubber{from: bufio.NewReaderSize(from, 64<<10)} }

type scrubber struct {
	from    *bufio.Reader
	ready   []byte // scrubbed, not yet given
	started bool
	scan    bool // inside entropy-coded data
	half    bool // the 0xff of a marker has been read already
	end     error
}

func (s *scrubber) Read(into []byte) (int, error) {
	for len(s.ready) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		s.end = s.step()
	}
	n := copy(into, s.ready)
	s.ready = s.ready[n:]
	return n, nil
}

// step makes the next piece ready.
func (s *scrubber) step() error {
	if s.scan {
		return s.entropy()
	}
	mark := [2]byte{0xff}
	fresh := mark[:]
	if s.half {
		fresh, s.half = mark[1:], false
	}
	if _, err := io.ReadFull(s.from, fresh); err != nil {
		return broken(err)
	}
	for mark[0] == 0xff && mark[1] == 0xff { // fill bytes
		b, err := s.from.ReadByte()
		if err != nil {
			return broken(err)
		}
		mark[1] = b
	}
	if mark[0] != 0xff || !s.started && mark[1] != 0xd8 {
		return errMalformed
	}
	s.started = true
	switch {
	case mark[1] == 0xd9: // end of image: nothing after it is wanted
		s.ready = mark[:]
		return io.EOF
	case mark[1] == 0xd8 || mark[1] == 0x01 || mark[1] >= 0xd0 && mark[1] <= 0xd7: // alone, without length
		s.ready = mark[:]
		return nil
	}
	var size [2]byte
	if _, err := io.ReadFull(s.from, size[:]); err != nil {
		return broken(err)
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if n < 2 {
		return errMalformed
	}
	body := make([]byte, n-2)
	if _, err := io.ReadFull(s.from, body); err != nil {
		return broken(err)
	}
	s.scan = mark[1] == 0xda
	if mark[1] == 0xe1 {
		if bytes.HasPrefix(body, []byte("http://ns.adobe.com/")) && bytes.Contains(body, []byte("GPS")) {
			return nil
		}
		if exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && !placeless(exif) {
			return nil // EXIF that cannot be read cannot be cleaned: it goes
		}
	}
	s.ready = append(append(append(s.ready[:0:0], mark[:]...), size[:]...), body...)
	return nil
}

// entropy passes image data on, up to the next marker.
func (s *scrubber) entropy() error {
	piece, err := s.from.ReadSlice(0xff)
	s.ready = append(s.ready[:0:0], piece...)
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil
	}
	if err != nil {
		return broken(err)
	}
	next, err := s.from.Peek(1)
	if err != nil {
		return broken(err)
	}
	if next[0] == 0 || next[0] >= 0xd0 && next[0] <= 0xd7 { // a stuffed byte, a restart: still data
		b, _ := s.from.ReadByte() // it was peeked
		s.ready = append(s.ready, b)
		return nil
	}
	// The marker belongs to the next step.
	s.ready = s.ready[:len(s.ready)-1]
	s.scan, s.half = false, true
	return nil
}

func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// placeless empties the GPS directory of an EXIF block in place, and says
// whether the block could be read. Where its values lie upon what leads to it, emptying
// them leaves something else to be read: then nobody can say what is left.
func placeless(tiff []byte) bool {
	if !emptied(tiff) {
		return false
	}
	once := bytes.Clone(tiff)
	return emptied(tiff) && bytes.Equal(once, tiff)
}

func emptied(tiff []byte) bool {
	if len(tiff) < 8 {
		return false
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return false
	}
	const gps = 0x8825
	at := int(order.Uint32(tiff[4:]))
	for dirs := 0; at != 0; dirs++ { // IFD0, the thumbnail's IFD1
		if dirs == 4 {
			return false
		}
		entries, next, ok := directory(tiff, order, at)
		if !ok {
			return false
		}
		places := 0
		for i := range entries {
			e := tiff[at+2+12*i:]
			if order.Uint16(e) != gps {
				continue
			}
			if places++; places > 1 || !empty(tiff, order, int(order.Uint32(e[8:]))) {
				return false // there is one, or somebody wants to keep us busy
			}
		}
		at = next
	}
	return true
}

func directory(tiff []byte, order binary.ByteOrder, at int) (entries, next int, ok bool) {
	if at < 8 || at+2 > len(tiff) {
		return 0, 0, false
	}
	entries = int(order.Uint16(tiff[at:]))
	end := at + 2 + 12*entries
	if end > len(tiff) {
		return 0, 0, false
	}
	if end+4 <= len(tiff) {
		next = int(order.Uint32(tiff[end:]))
	}
	return entries, next, true
}

// empty erases a directory: its values wherever they are, and its entries.
func empty(tiff []byte, order binary.ByteOrder, at int) bool {
	entries, _, ok := directory(tiff, order, at)
	if !ok {
		return false
	}
	sizes := [...]int{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8}
	left := len(tiff) // values do not overlap
	for i := range entries {
		e := tiff[at+2+12*i:][:12]
		kind, count := int(order.Uint16(e[2:])), int(order.Uint32(e[4:]))
		if kind >= len(sizes) || count > len(tiff) {
			return false
		}
		if n, from := sizes[kind]*count, int(order.Uint32(e[8:])); n > 4 { //nolint:gosec // kind was compared with the length two lines above
			if left -= n; from < 8 || from+n > len(tiff) || left < 0 {
				return false
			}
			clear(tiff[from : from+n])
		}
		clear(e)
	}
	order.PutUint16(tiff[at:], 0)
	return true
}
