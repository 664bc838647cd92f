package networktest

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"sync"

	"github.com/kithhq/kith/internal/network"
)

// File makes a file of bytes.
func File(kind string, data []byte, width, height int, alt string) network.Media {
	id := rand.Text()
	at := func(offset int64) (network.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data[min(offset, int64(len(data))):])), nil
	}
	return network.Media{ID: id, Type: kind, Bytes: int64(len(data)), Width: width, Height: height, Alt: alt,
		Open: func() (network.ReadCloser, error) { return at(0) }, OpenAt: at,
		Address: func() (string, error) { return "https://kith.example.org/files/" + id, nil }}
}

// Picture is an image of a size, as PNG or JPEG.
func Picture(kind string, width, height int, alt string) network.Media {
	return File(kind, drawn.once(drawing{kind, width, height}), width, height, alt)
}

// drawing names a picture, and drawings keep what it looks like: drawing the same one for each
// of a hundred worlds took most of the time of the tests.
type (
	drawing struct {
		kind          string
		width, height int
	}
	drawings struct {
		mu  sync.Mutex
		all map[drawing][]byte
	}
)

var drawn = drawings{all: map[drawing][]byte{}} //nolint:gochecknoglobals // the same for every test

func (d *drawings) once(of drawing) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all[of] == nil {
		d.all[of] = of.draw()
	}
	return d.all[of]
}

func (d drawing) draw() []byte {
	kind, width, height := d.kind, d.width, d.height
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		m.Set(x, x%height, color.RGBA{uint8(x * 10), 90, 140, 255})
	}
	var out bytes.Buffer
	var err error
	if kind == "image/jpeg" {
		err = jpeg.Encode(&out, m, nil)
	} else {
		err = png.Encode(&out, m)
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Clip is a video as far as a network can tell that looks at the first bytes
// alone: an MP4 header, and noise of a size.
func Clip(size int, seconds float64, width, height int, alt string) network.Media {
	noise := make([]byte, 64<<10) // it begins anew after that
	for i := range noise {
		noise[i] = byte(i*7 + i>>8)
	}
	size = max(size, 64)
	data := bytes.Repeat(noise, size/len(noise)+1)[:size]
	head := binary.BigEndian.AppendUint32(nil, 24)
	copy(data, append(head, "ftypisom\x00\x00\x02\x00isomiso2"...))
	m := File("video/mp4", data, width, height, alt)
	m.Seconds = seconds
	return m
}

// picture is an image that the account's network takes.
func (w *World) picture(alt string) network.Media {
	l := w.Account.Limits.Media.Image
	kind, width, height := "image/png", 24, 16
	if !slices.Contains(l.Types, kind) {
		kind = "image/jpeg"
	}
	if l.MinWidth > width {
		width, height = l.MinWidth, l.MinWidth
	}
	return Picture(kind, width, height, alt)
}

// clip is a video that the account's network takes.
func (w *World) clip() network.Media {
	if w.harness.Clip != nil {
		return w.harness.Clip()
	}
	return Clip(300<<10, 5, 720, 1280, "")
}
