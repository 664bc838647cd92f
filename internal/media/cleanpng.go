package media

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// pngFile cleans PNG, animated or not: texts and the time of the last change are
// left out, since programs write EXIF and XMP there too; of EXIF the place is
// emptied and the orientation stays. Colour profile and pixels stay as they are.
type pngFile struct {
	c     *cleaner
	begun bool
}

const pngSign = "\x89PNG\r\n\x1a\n"

func (p *pngFile) step() error {
	if !p.begun {
		p.begun = true
		head, err := p.c.take(len(pngSign))
		if err == nil && string(head) != pngSign {
			err = errMalformed
		}
		p.c.ready = head
		return err
	}
	head, err := p.c.take(8)
	if err != nil {
		return err
	}
	const around = 4 // the checksum behind the data
	size := int64(binary.BigEndian.Uint32(head))
	if size > 1<<31-1 {
		return errMalformed
	}
	switch string(head[4:]) {
	case "tEXt", "zTXt", "iTXt", "tIME":
		return p.c.skip(size + around)
	case "eXIf":
		return p.exif(head, size)
	case "IEND": // nothing after it is wanted
		rest, err := p.c.take(around)
		if err != nil || size != 0 {
			return errMalformed
		}
		p.c.ready = append(head, rest...)
		return io.EOF
	}
	p.c.ready, p.c.pass = head, size+around
	return nil
}

// exif keeps what can be read of it, without the place.
func (p *pngFile) exif(head []byte, size int64) error {
	if size > aside {
		return p.c.skip(size + 4)
	}
	body, err := p.c.take(int(size) + 4)
	if err != nil {
		return err
	}
	if body = body[:size]; placeless(body) {
		whole := append(head, body...)
		p.c.ready = binary.BigEndian.AppendUint32(whole, crc32.ChecksumIEEE(whole[4:]))
	}
	return nil
}
