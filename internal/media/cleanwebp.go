package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// webpFile cleans WebP. The length of all stands at the beginning, so that
// nothing is left out: what may hold a place is emptied where it is. XMP becomes
// blank, EXIF loses its place and keeps the orientation.
type webpFile struct {
	c     *cleaner
	begun bool
	left  int64 // of what the head announced
}

func (w *webpFile) step() error {
	if !w.begun {
		w.begun = true
		head, err := w.c.take(12)
		if err != nil {
			return err
		}
		if string(head[:4]) != "RIFF" || string(head[8:]) != "WEBP" {
			return errMalformed
		}
		w.left = int64(binary.LittleEndian.Uint32(head[4:])) - 4
		w.c.ready = head
		return nil
	}
	if w.left < 8 { // what follows the end is not wanted
		return io.EOF
	}
	head, err := w.c.take(8)
	if err != nil {
		return err
	}
	size := int64(binary.LittleEndian.Uint32(head[4:]))
	padded := size + size&1
	if w.left -= 8; size > w.left {
		return errMalformed
	}
	w.left -= padded
	w.c.ready = head
	switch string(head[:4]) {
	case "EXIF":
		return w.empty(size, padded, noEXIF)
	case "XMP ":
		return w.empty(size, padded, blankXMP)
	}
	w.c.pass = padded
	if w.left < 0 { // the last one goes without the byte that makes it even
		w.c.pass = size
	}
	return nil
}

// empty gives a chunk of the same size that holds no place.
func (w *webpFile) empty(size, padded int64, blank func([]byte)) error {
	if size > aside {
		return errMalformed // nobody writes so much of it
	}
	body, err := w.c.take(int(size))
	if err != nil {
		return err
	}
	tiff := body
	if rest, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok { // as in JPEG; some programs write it
		tiff = rest
	}
	if string(w.c.ready[:4]) != "EXIF" || !placeless(tiff) {
		blank(body)
	}
	if padded > size && w.left >= 0 {
		switch _, err := w.c.take(1); { // some files end without it, and stay as they are
		case err == nil:
			body = append(body, 0)
		case !errors.Is(err, io.ErrUnexpectedEOF):
			return err
		}
	}
	w.c.ready = append(w.c.ready, body...)
	return nil
}

// noEXIF writes EXIF that says nothing.
func noEXIF(body []byte) {
	clear(body)
	copy(body, "II*\x00\x08\x00\x00\x00")
}

// blankXMP writes XMP that says nothing.
func blankXMP(body []byte) {
	const nothing = `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`
	copy(body, strings.Repeat(" ", len(body)))
	if len(body) >= len(nothing) {
		copy(body, nothing)
	}
}
