package hand

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
)

// Film makes an MP4 file as far as its header goes: so long, so large a picture,
// and bytes that no player shows.
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
	film := append(box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2avc1mp41")), box("moov", box("mvhd", mvhd), box("trak", box("tkhd", tkhd)))...)
	noise := make([]byte, max(size-len(film)-8, 0))
	for i := range noise {
		noise[i] = byte(i*31 ^ i>>8)
	}
	return append(film, box("mdat", noise)...)
}

// Photo makes a JPEG picture of a size.
func Photo(width, height int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 140, 255}) //nolint:gosec // any colour
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}
