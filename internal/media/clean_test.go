package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/image/webp"

	"github.com/kithhq/kith/internal/blob"
)

// traces are what cameras and programs leave; none of it may stay.
var traces = []string{"GPSLatitude", "48,51.5N", "made by Ada", "second picture", string(binary.BigEndian.AppendUint32(nil, 305499))}

const profile = "a colour profile"

// turned is the orientation in the EXIF of package media's tests.
var turned = []byte{0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6}

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><y exif:GPSLatitude='48,51.5N'/></x:xmpmeta>`

func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	whole := append([]byte(kind), body...)
	return append(append(b, whole...), checksum(whole)...)
}

func drawing() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	return m
}

func pngPhoto(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawing()); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	const head = 8 + 25 // the signature and IHDR
	out := bytes.Clone(plain[:head])
	for _, c := range []struct{ kind, body string }{
		{"iCCP", "x\x00\x00" + profile}, {"eXIf", string(exif()[6:])}, {"tEXt", "Author\x00made by Ada"}, {"zTXt", "Raw profile type exif\x00\x00GPSLatitude"},
		{"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp}, {"tIME", "\x07\xea\x0b\x16\x09\x00\x00"}, {"pHYs", "\x00\x00\x0b\x13\x00\x00\x0b\x13\x01"},
	} {
		out = append(out, chunk(c.kind, []byte(c.body))...)
	}
	return append(append(out, plain[head:]...), "second picture"...)
}

func webpPhoto(t testing.TB, prefix string) []byte {
	t.Helper()
	small, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("WEBP")
	add := func(kind, data string) {
		body = append(body, kind...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(data)))
		if body = append(body, data...); len(data)%2 == 1 {
			body = append(body, 0)
		}
	}
	add("VP8X", "\x2c\x00\x00\x00\x00\x00\x00\x00\x00\x00") // profile, EXIF and XMP; 1 × 1
	add("ICCP", profile+".")
	body = append(body, small[12:]...)
	add("EXIF", prefix+string(exif()[6:]))
	add("XMP ", xmp)
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)))
	return append(append(out, body...), "second picture"...)
}

func gifPhoto(t testing.TB) []byte {
	t.Helper()
	frame := func(c uint8) *image.Paletted {
		m := image.NewPaletted(image.Rect(0, 0, 9, 7), color.Palette{color.Black, color.White, color.RGBA{200, 0, 0, 255}})
		for i := range m.Pix {
			m.Pix[i] = uint8(i+int(c)) % 3
		}
		return m
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(0), frame(1)}, Delay: []int{7, 11}, LoopCount: 3}); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	head := 13 + int(colours(plain[10]))
	magic := []byte{1}
	for i := 255; i >= 0; i-- {
		magic = append(magic, byte(i))
	}
	out := bytes.Clone(plain[:head])
	out = append(out, "!\xfe\x0bmade by Ada\x00"...)
	out = append(append(append(out, "!\xff\x0bXMP DataXMP"...), xmp...), append(magic, 0)...)
	out = append(out, "!\xff\x0bICCRGBG1012\x10"+profile+"\x00"...)
	return append(append(out, plain[head:]...), "second picture"...)
}

func TestNoPictureKeepsItsPlace(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		in         []byte
		turned     bool
		decode     func(io.Reader) (any, error)
	}{
		{"png", "image/png", pngPhoto(t), true, func(r io.Reader) (any, error) { return png.Decode(r) }},
		{"webp", "image/webp", webpPhoto(t, ""), true, func(r io.Reader) (any, error) { return webp.Decode(r) }},
		{"webp with a mark of JPEG", "image/webp", webpPhoto(t, "Exif\x00\x00"), true, func(r io.Reader) (any, error) { return webp.Decode(r) }},
		{"gif", "image/gif", gifPhoto(t), false, func(r io.Reader) (any, error) { return gif.DecodeAll(r) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			for how, from := range map[string]io.Reader{"at once": bytes.NewReader(c.in), "byte by byte": iotest.OneByteReader(bytes.NewReader(c.in)), "with its end": iotest.DataErrReader(bytes.NewReader(c.in))} {
				out, err := io.ReadAll(clean(c.kind, from))
				if err != nil {
					t.Fatal(how, err)
				}
				for _, trace := range traces {
					if bytes.Contains(out, []byte(trace)) {
						t.Errorf("%s: %q is still there", how, trace)
					}
				}
				if !bytes.Contains(out, []byte(profile)) {
					t.Errorf("%s: the colour profile is gone", how)
				}
				if c.turned && !bytes.Contains(out, turned) {
					t.Errorf("%s: the orientation is gone", how)
				}
				want, err := c.decode(bytes.NewReader(c.in))
				if err != nil {
					t.Fatal(err)
				}
				got, err := c.decode(bytes.NewReader(out))
				if err != nil || !reflect.DeepEqual(want, got) {
					t.Errorf("%s: the picture changed: %v", how, err)
				}
				twice, err := io.ReadAll(clean(c.kind, bytes.NewReader(out)))
				if err != nil || !bytes.Equal(out, twice) {
					t.Errorf("%s: cleaning twice differs: %v", how, err)
				}
			}
			for n := range c.in[:len(c.in)-len("second picture")-1] { // wherever it breaks off
				out, err := io.ReadAll(clean(c.kind, bytes.NewReader(c.in[:n])))
				if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errMalformed) {
					t.Fatalf("after %d bytes: %v", n, err)
				}
				if err == nil && c.name != "gif" {
					t.Fatalf("%d of %d bytes are a whole picture of %d", n, len(c.in), len(out))
				}
			}
		})
	}
}

// EXIF that cannot be read, or is longer than any camera writes, goes as a whole.
func TestWhatCannotBeReadCannotStay(t *testing.T) {
	for _, odd := range []string{"made by Ada in a way of her own", "II*\x00\xff\xff\xff\xffGPSLatitude"} {
		in := pngPhoto(t)
		in = append(append(bytes.Clone(in[:33]), chunk("eXIf", []byte(odd))...), in[33:]...)
		out, err := io.ReadAll(clean("image/png", bytes.NewReader(in)))
		if err != nil || bytes.Contains(out, []byte("Ada")) || bytes.Contains(out, []byte("GPS")) {
			t.Errorf("png: %v", err)
		}
		w := bytes.Replace(webpPhoto(t, ""), exif()[6:][:4], []byte("odd!"), 1)
		out, err = io.ReadAll(clean("image/webp", bytes.NewReader(w)))
		if err != nil || bytes.Contains(out, turned) || bytes.Contains(out, []byte(traces[4])) {
			t.Errorf("webp: %v", err)
		}
	}
	long := append(bytes.Clone(pngPhoto(t)[:33]), chunk("eXIf", bytes.Repeat([]byte("GPS"), aside))...)
	long = append(long, pngPhoto(t)[33:]...)
	if out, err := io.ReadAll(clean("image/png", bytes.NewReader(long))); err != nil || len(out) > len(pngPhoto(t)) {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func FuzzClean(f *testing.F) {
	kinds := map[byte]string{0: "image/png", 1: "image/webp", 2: "image/gif"}
	f.Add(byte(0), pngPhoto(f))
	f.Add(byte(1), webpPhoto(f, ""))
	f.Add(byte(1), webpPhoto(f, "Exif\x00\x00"))
	f.Add(byte(2), gifPhoto(f))
	f.Fuzz(func(t *testing.T, kind byte, in []byte) {
		name := kinds[kind%3]
		out, err := io.ReadAll(clean(name, bytes.NewReader(in)))
		if len(out) > len(in) {
			t.Fatalf("%d bytes became %d", len(in), len(out))
		}
		if err != nil {
			if !errors.Is(err, errMalformed) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatal(err)
			}
			return
		}
		twice, err := io.ReadAll(clean(name, bytes.NewReader(out)))
		if err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("cleaning twice differs: %v", err)
		}
		if len(in) > 1<<12 {
			return
		}
		// What could be seen before is seen after, and looks the same.
		shape, _, err := image.DecodeConfig(bytes.NewReader(in))
		if err != nil || shape.Width*shape.Height > 1<<16 {
			return
		}
		was, _, err := image.Decode(bytes.NewReader(in))
		if err != nil {
			return
		}
		is, _, err := image.Decode(bytes.NewReader(out))
		if err != nil || !reflect.DeepEqual(was, is) {
			t.Fatalf("the picture changed: %v", err)
		}
	})
}

func TestAnUploadIsCleaned(t *testing.T) {
	for kind, in := range map[string][]byte{"image/png": pngPhoto(t), "image/webp": webpPhoto(t, ""), "image/gif": gifPhoto(t), "image/jpeg": photo(t)} {
		blobs, err := blob.NewFiles(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f, err := Take(t.Context(), blobs, "w", bytes.NewReader(in))
		if err != nil || f.Type != kind {
			t.Fatalf("%s: %+v %v", kind, f, err)
		}
		kept, err := whole(t.Context(), blobs, f.Key)
		if err != nil || strings.Contains(string(kept), "GPSLatitude") || strings.Contains(string(kept), traces[4]) {
			t.Errorf("%s keeps its place: %v", kind, err)
		}
	}
}
