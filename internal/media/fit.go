package media

import (
	"math"
	"slices"

	"github.com/kithhq/kith/internal/network"
)

// Fitting is how a file becomes one that a network takes.
type Fitting struct {
	// Because is what is wrong with it as it is: type, bytes, pixels, width, shape,
	// seconds. None: it is good as it is. Never says that nothing helps: none, short.
	Because []string
	Never   string
	Type    string
	// Of it this piece is kept, in its own pixels, and becomes that large. Whole: all of
	// it is, with bars beside it.
	X, Y, CropWidth, CropHeight int
	Whole                       bool
	Width, Height               int
	MaxBytes                    int64   // 0: no matter
	Seconds                     float64 // of a video, where it is cut; 0: all of it
}

// Focus is which piece of a file is kept where not all of it fits: 0 and 0 is the left
// and the top, 1 and 1 the right and the bottom.
type Focus struct {
	X, Y  float64
	Whole bool
}

// Middle is what is kept where nobody has chosen.
func Middle() Focus { return Focus{X: 0.5, Y: 0.5} }

// AsIs says that nothing need be done.
func (f Fitting) AsIs() bool { return len(f.Because) == 0 && f.Never == "" }

// grain: a pixel more or less is no reason, networks round.
const grain = 0.01

// FitFor says how a file becomes one that these limits take.
func FitFor(m Media, l network.MediaLimit, at Focus) Fitting {
	f := Fitting{Type: m.Type, CropWidth: m.Width, CropHeight: m.Height, Width: m.Width, Height: m.Height}
	if slices.Contains(Videos(), m.Type) {
		return f.video(m, l.Video, at)
	}
	if slices.Contains(Types(), m.Type) {
		return f.image(m, l.Image, at)
	}
	if d := l.Document; !slices.Contains(d.Types, m.Type) || d.MaxBytes > 0 && m.Bytes > d.MaxBytes {
		f.Never = "none"
	}
	return f
}

func (f Fitting) image(m Media, l network.ImageLimit, at Focus) Fitting {
	switch {
	case slices.Contains(l.Types, m.Type):
	case slices.Contains(l.Types, "image/jpeg"):
		f.Type = "image/jpeg"
	case slices.Contains(l.Types, "image/png"):
		f.Type = "image/png"
	default:
		f.Never = "none"
		return f
	}
	if f.Type != m.Type {
		f.Because = append(f.Because, "type")
	}
	f.shape(l.MinAspect, l.MaxAspect, at, 1)
	if l.MaxPixels > 0 && int64(f.Width)*int64(f.Height) > l.MaxPixels {
		f.Because = append(f.Because, "pixels")
		f.scale(math.Sqrt(float64(l.MaxPixels)/float64(f.Width)/float64(f.Height)), 1)
	}
	f.width(l.MinWidth, l.MaxWidth, 1)
	f.bytes(m.Bytes, l.MaxBytes)
	if !f.AsIs() && f.Type != "image/png" {
		f.Type = "image/jpeg" // what is made anew is written as what all take
		if !slices.Contains(l.Types, f.Type) {
			f.Type = "image/png"
		}
	}
	return f
}

func (f Fitting) video(m Media, l network.VideoLimit, at Focus) Fitting {
	seconds := float64(m.Millis) / 1000
	switch {
	case len(l.Types) == 0:
		f.Never = "none"
		return f
	case l.MinSeconds > 0 && seconds > 0 && seconds < l.MinSeconds:
		f.Never = "short"
		return f
	case !slices.Contains(l.Types, m.Type):
		f.Because = append(f.Because, "type")
	}
	if l.MaxSeconds > 0 && seconds > l.MaxSeconds {
		f.Because, f.Seconds = append(f.Because, "seconds"), l.MaxSeconds
	}
	f.shape(l.MinAspect, l.MaxAspect, at, 2)
	f.width(l.MinWidth, l.MaxWidth, 2)
	f.bytes(m.Bytes, l.MaxBytes)
	if !f.AsIs() {
		f.Type = "video/mp4"
		f.scale(1, 2)
	}
	return f
}

func (f *Fitting) bytes(have, most int64) {
	if f.MaxBytes = most; most > 0 && have > most {
		f.Because = append(f.Because, "bytes")
	}
}

func (f *Fitting) width(least, most, step int) {
	switch {
	case f.Width == 0:
	case most > 0 && f.Width > most:
		f.Because = append(f.Because, "width")
		f.scale(float64(most)/float64(f.Width), step)
	case least > 0 && f.Width < least:
		f.Because = append(f.Because, "width")
		f.scale(float64(least)/float64(f.Width), step)
	}
}

// scale makes it larger or smaller; sides are multiples of step.
func (f *Fitting) scale(by float64, step int) {
	side := func(n int) int { return max(int(math.Round(float64(n)*by/float64(step)))*step, step) }
	f.Width, f.Height = side(f.Width), side(f.Height)
}

// shape crops to the nearest shape that is taken, or adds bars.
func (f *Fitting) shape(least, most float64, at Focus, step int) {
	if f.Width == 0 || f.Height == 0 {
		return
	}
	aspect := float64(f.Width) / float64(f.Height)
	var want float64
	switch {
	case least > 0 && aspect < least-grain:
		want = least
	case most > 0 && aspect > most+grain:
		want = most
	default:
		return
	}
	f.Because = append(f.Because, "shape")
	if at.Whole {
		f.Whole = true
		if want < aspect {
			f.Height = int(math.Round(float64(f.Width) / want))
		} else {
			f.Width = int(math.Round(float64(f.Height) * want))
		}
		f.scale(1, step)
		return
	}
	if want < aspect {
		f.CropWidth = max(int(math.Round(float64(f.CropHeight)*want)), 1)
	} else {
		f.CropHeight = max(int(math.Round(float64(f.CropWidth)/want)), 1)
	}
	f.X = int(math.Round(float64(f.Width-f.CropWidth) * min(max(at.X, 0), 1)))
	f.Y = int(math.Round(float64(f.Height-f.CropHeight) * min(max(at.Y, 0), 1)))
	f.Width, f.Height = f.CropWidth, f.CropHeight
	f.scale(1, step)
}
