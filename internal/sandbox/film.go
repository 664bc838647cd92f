package sandbox

import (
	"bytes"
	"encoding/binary"
)

// Film is the beginning of an MP4 file of a size: so long, so large a picture. What follows up to the size is shown by no player.
func Film(seconds, width, height, size int) []byte {
	box := func(kind string, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), kind...), all...) //nolint:gosec // small
	}
	word := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) } //nolint:gosec // small
	mvhd := append(append(append(make([]byte, 12), word(1000)...), word(seconds*1000)...), make([]byte, 80)...)
	tkhd := make([]byte, 84)
	binary.BigEndian.PutUint32(tkhd[40:], 1<<16) // the matrix: upright
	copy(tkhd[76:], word(width<<16))
	copy(tkhd[80:], word(height<<16))
	head := append(box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2avc1mp41")), box("moov", box("mvhd", mvhd), box("trak", box("tkhd", tkhd)))...)
	return append(append(head, word(max(size-len(head), 8))...), "mdat"...)
}
