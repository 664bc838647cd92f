package media

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
)

// bundle is a zip file with files of these names; what follows a bar is what is inside.
func bundle(t testing.TB, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		name, inside, _ := strings.Cut(name, "|")
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte("<x/>" + inside))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSoundsAndDocumentsAreKnownByTheirBytes(t *testing.T) {
	blobs, err := blob.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const pad = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for _, one := range []struct{ data, kind string }{
		{"ID3\x03\x00" + pad, "audio/mpeg"},
		{"\xff\xfb\x90\x64" + pad, "audio/mpeg"},
		{"\xff\xf1\x50\x80" + pad, "audio/aac"},
		{"#!AMR\n" + pad, "audio/amr"},
		{"OggS\x00\x02" + pad + "OpusHead\x01", "audio/ogg"},
		{"RIFF\x24\x00\x00\x00WAVEfmt " + pad, "audio/wav"},
		{"\x00\x00\x00\x10ftypM4A \x00\x00\x00\x00", "audio/mp4"},
		{"%PDF-1.7\n%%EOF", pdf},
		{bundle(t, "[Content_Types].xml", "word/document.xml"), office + "wordprocessingml.document"},
		{bundle(t, "[Content_Types].xml", "xl/workbook.xml"), office + "spreadsheetml.sheet"},
		{bundle(t, "[Content_Types].xml", "ppt/presentation.xml"), office + "presentationml.presentation"},
		// What none of them is.
		{"OggS\x00\x02" + pad + "\x01vorbis", ""},
		{bundle(t, "word/document.xml"), ""},
		{bundle(t, "[Content_Types].xml|<Override PartName=\"/word/any.bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>", "word/document.xml", "word/any.bin"), ""},
		{bundle(t, "[Content_Types].xml|application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml"), ""},
		{bundle(t, "[Content_Types].xml|"+strings.Repeat(" ", typesMost), "word/document.xml"), ""},
		{bundle(t, append([]string{"[Content_Types].xml", "word/document.xml"}, slices.Repeat([]string{"word/media/and-so-on.xml"}, 40_000)...)...), ""},
		{bundle(t, "readme.txt"), ""},
		{"PK\x03\x04 and nothing behind it", ""},
		{"<html><script>alert(1)</script>", ""},
		{"plain words", ""},
		{"MZ\x90\x00" + pad, ""},
	} {
		f, err := Take(t.Context(), blobs, "w", strings.NewReader(one.data))
		if one.kind == "" {
			if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || hint == "" {
				t.Errorf("%.20q: %+v, %v", one.data, f, err)
			}
			continue
		}
		if err != nil || f.Type != one.kind || f.Bytes != int64(len(one.data)) {
			t.Errorf("%.20q: %+v, %v", one.data, f, err)
		}
	}
	_, err = Take(t.Context(), blobs, "w", io.MultiReader(strings.NewReader("%PDF-1.7\n"), io.LimitReader(zeros{}, MaxFile)))
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a document without end: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func FuzzOffice(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Add([]byte(bundle(f, "[Content_Types].xml", "word/document.xml")))
	f.Add([]byte(bundle(f, "[Content_Types].xml|vbaProject", "xl/workbook.xml", "xl/any.bin")))
	f.Fuzz(func(t *testing.T, in []byte) {
		kind, err := officeIn(bytes.NewReader(in), int64(len(in)))
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		if (err == nil) != strings.HasPrefix(kind, office) {
			t.Fatalf("%q, %v", kind, err)
		}
	})
}
