package sandbox

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// portraitSide is how large networks hand out pictures of people here.
const portraitSide = 128

// Portrait draws a person as Avatar does, more plainly, in the format that
// networks hand out: their servers answer PNG or JPEG and never a drawing.
func (p Person) Portrait() []byte {
	skin := []color.RGBA{{0xf2, 0xd3, 0xb8, 255}, {0xe0, 0xac, 0x88, 255}, {0xc6, 0x8b, 0x62, 255}, {0x8d, 0x5a, 0x3b, 255}, {0x5f, 0x3a, 0x26, 255}}[p.Look%5]
	hair := []color.RGBA{{0x2b, 0x1d, 0x16, 255}, {0x5a, 0x38, 0x25, 255}, {0xa8, 0x69, 0x2e, 255}, {0xd9, 0xb2, 0x5f, 255}, {0x8f, 0x8f, 0x94, 255}, {0xb3, 0x43, 0x2b, 255}}[p.Look%6]
	ink := color.RGBA{0x2a, 0x23, 0x20, 255}
	long := p.Look%4 == 1
	return drawn(func(x, y float64) color.RGBA { // in the 64 × 64 of the drawing
		switch {
		case within(x, y, 27, 31, 1.6, 1.6), within(x, y, 37, 31, 1.6, 1.6):
			return ink
		case math.Abs(y-(37+float64(1+p.Look%5)/2*(1-math.Pow((x-32)/5, 2)))) < 0.8 && math.Abs(x-32) < 5:
			return ink
		case y < 24 && within(x, y, 32, 27, 15.5, 15), p.Look%4 == 2 && within(x, y, 32, 12, 7, 6):
			return hair
		case within(x, y, 32, 30, 13, 15), x > 27 && x < 37 && y > 40 && y < 51:
			return skin
		case long && y < 46 && within(x, y, 32, 32, 17, 20):
			return hair
		case within(x, y, 32, 66, 25, 19):
			return hue(p.Hue+40, 0.40, 0.42)
		}
		return hue(p.Hue, 0.45, 0.78)
	})
}

// Sign draws what stands for a page or a company: a disc on a plain ground.
func Sign(tone int) []byte {
	return drawn(func(x, y float64) color.RGBA {
		if within(x, y, 32, 32, 15, 15) && !within(x, y, 37, 28, 8, 8) {
			return color.RGBA{255, 255, 255, 255}
		}
		return hue(tone, 0.65, 0.42)
	})
}

func drawn(at func(x, y float64) color.RGBA) []byte {
	m := image.NewRGBA(image.Rect(0, 0, portraitSide, portraitSide))
	for y := range portraitSide {
		for x := range portraitSide {
			m.SetRGBA(x, y, at((float64(x)+0.5)*64/portraitSide, (float64(y)+0.5)*64/portraitSide))
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // it is drawn into memory
	return b.Bytes()
}

func within(x, y, midX, midY, radiusX, radiusY float64) bool {
	return math.Pow((x-midX)/radiusX, 2)+math.Pow((y-midY)/radiusY, 2) <= 1
}

// hue is a colour by its place on the wheel, its strength and its lightness.
func hue(degrees int, strength, light float64) color.RGBA {
	part := func(n float64) uint8 {
		k := math.Mod(n+float64(degrees%360)/30, 12)
		return uint8(255 * (light - strength*min(light, 1-light)*max(-1, min(k-3, 9-k, 1))))
	}
	return color.RGBA{part(0), part(8), part(4), 255}
}
