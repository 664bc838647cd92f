package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

// The films in testdata are a second or two of a test picture, made with ffmpeg,
// with a place and an artist written into them.
func film(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAFilmLosesItsPlaceAndNothingElse(t *testing.T) {
	for name, seconds := range map[string]float64{"paris.mp4": 2, "paris.mov": 1} {
		before := film(t, name)
		if !bytes.Contains(before, []byte("48.8566")) && !bytes.Contains(before, []byte("loci")) {
			t.Fatalf("%s says no place to begin with", name)
		}
		m := newMovie(iotest.OneByteReader(bytes.NewReader(before)))
		after, err := io.ReadAll(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(after) != len(before) || bytes.Contains(after, []byte("48.8566")) || bytes.Contains(after, []byte("loci")) || bytes.Contains(after, []byte("Camille")) {
			t.Errorf("%s: %d bytes of %d, and the place is there: %v", name, len(after), len(before), bytes.Contains(after, []byte("48.8566")))
		}
		if m.seconds < seconds-0.01 || m.seconds > seconds+0.2 || m.width*m.height != 64*36 {
			t.Errorf("%s: %v s, %d × %d", name, m.seconds, m.width, m.height)
		}
		picture := bytes.Index(before, []byte("mdat"))
		size := int(binary.BigEndian.Uint32(before[picture-4:]))
		if !bytes.Equal(before[picture:picture-4+size], after[picture:picture-4+size]) {
			t.Errorf("%s: the picture was touched", name)
		}
		if kindOf(before) != kindOf(after) {
			t.Errorf("%s became %s", kindOf(before), kindOf(after))
		}
		// Once more, and nothing changes any more.
		again, err := io.ReadAll(newMovie(bytes.NewReader(after)))
		if err != nil || !bytes.Equal(again, after) {
			t.Errorf("%s: emptying twice differs: %v", name, err)
		}
	}
}

func TestAFilmThatLiesIsRefused(t *testing.T) {
	good := film(t, "paris.mp4")
	moov := bytes.Index(good, []byte("moov")) - 4
	trak := bytes.Index(good, []byte("trak")) - 4
	for name, spoil := range map[string]func(b []byte) []byte{
		"cut":                           func(b []byte) []byte { return b[:len(b)-7] },
		"a box larger than its parent":  func(b []byte) []byte { binary.BigEndian.PutUint32(b[trak:], 1<<30); return b },
		"a box smaller than its head":   func(b []byte) []byte { binary.BigEndian.PutUint32(b[trak:], 7); return b },
		"a box to the end, inside":      func(b []byte) []byte { binary.BigEndian.PutUint32(b[trak:], 0); return b },
		"a box of which the half comes": func(b []byte) []byte { binary.BigEndian.PutUint32(b[moov:], 1<<20); return b },
		"nothing":                       func([]byte) []byte { return nil },
	} {
		if _, err := io.ReadAll(newMovie(bytes.NewReader(spoil(bytes.Clone(good))))); !errors.Is(err, errNotMovie) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzMovie(f *testing.F) {
	f.Add(film(f, "paris.mp4"))
	f.Add(film(f, "paris.mov"))
	f.Add([]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x00mdatxxxx"))
	f.Add([]byte("\x00\x00\x00\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := newMovie(bytes.NewReader(data))
		after, err := io.ReadAll(m)
		if err != nil && !errors.Is(err, errNotMovie) || err == nil && len(after) != len(data) || len(after) > len(data) {
			t.Fatalf("%d bytes became %d: %v", len(data), len(after), err)
		}
		if err == nil {
			again, err := io.ReadAll(newMovie(bytes.NewReader(after)))
			if err != nil || !bytes.Equal(again, after) {
				t.Fatalf("twice differs: %v", err)
			}
		}
		if m.width < 0 || m.height < 0 || m.seconds < 0 {
			t.Fatalf("%v s, %d × %d", m.seconds, m.width, m.height)
		}
	})
}
