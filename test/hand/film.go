package hand

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"

	"github.com/kithhq/kith/internal/sandbox"
)

// Film makes an MP4 file as far as its header goes: so long, so large a picture,
// and bytes that no player shows.
func Film(seconds, width, height, size int) []byte {
	film := sandbox.Film(seconds, width, height, size)
	noise := make([]byte, max(size-len(film), 0))
	for i := range noise {
		noise[i] = byte(i*31 ^ i>>8)
	}
	return append(film, noise...)
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
