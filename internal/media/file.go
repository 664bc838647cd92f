package media

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
)

const (
	pdf    = "application/pdf"
	zipped = "application/zip"
	office = "application/vnd.openxmlformats-officedocument."
)

// Sounds are the formats of sounds that Kith keeps.
func Sounds() []string {
	return []string{"audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/ogg", "audio/wav"}
}

// Documents are the formats of documents that Kith keeps.
func Documents() []string {
	return []string{pdf, office + "wordprocessingml.document", office + "spreadsheetml.sheet", office + "presentationml.presentation"}
}

// soundOf says which sound a file is by its first bytes, "" where it is none. Of Ogg,
// only Opus is what telephones play.
func soundOf(start []byte) string {
	at := func(n int, s string) bool { return len(start) >= n+len(s) && string(start[n:n+len(s)]) == s }
	switch {
	case at(0, "ID3"), len(start) > 2 && start[0] == 0xff && (start[1] == 0xfb || start[1] == 0xf3 || start[1] == 0xf2):
		return "audio/mpeg"
	case len(start) > 2 && start[0] == 0xff && (start[1] == 0xf1 || start[1] == 0xf9):
		return "audio/aac"
	case at(0, "#!AMR\n"):
		return "audio/amr"
	case at(0, "OggS") && bytes.Contains(start, []byte("OpusHead")):
		return "audio/ogg"
	case at(0, "RIFF") && at(8, "WAVE"):
		return "audio/wav"
	}
	return ""
}

// takeFile keeps a sound or a document as it is: what it says of its author is
// what its owner wants to be said. An M4A is the box of a film, and loses the same.
func takeFile(ctx context.Context, blobs blob.Store, workspace string, f File, from io.Reader) (File, error) {
	f.Key = "media/" + workspace + "/" + f.ID
	counted := &counter{from: io.LimitReader(from, MaxFile+1)}
	var film *movie
	var body io.Reader = counted
	if f.Type == "audio/mp4" {
		film = newMovie(counted)
		body = film
	}
	kept, err := blobs.Put(ctx, f.Key, body)
	switch {
	case counted.n > MaxFile:
		err = fileTooLarge()
	case counted.err != nil:
		err = counted.err // the sender went away, or sent too much
	case errors.Is(err, errNotMovie):
		err = notAnImage()
	case err == nil && film != nil:
		f.Millis = int64(film.seconds * 1000)
	case err == nil && f.Type == zipped:
		f.Type, err = officeOf(ctx, blobs, f.Key, kept.Bytes)
	}
	if err != nil {
		_ = blobs.Delete(context.WithoutCancel(ctx), f.Key) // an orphan is only room on the disk
		return File{}, err
	}
	f.Bytes, f.Digest = kept.Bytes, kept.SHA256
	return f, nil
}

func fileTooLarge() error {
	return fault.New(fault.Invalid, "The file is larger than %d MB.", MaxFile>>20).On("file").WithHint("Make it smaller, or send a link to it.")
}

const (
	listMost  = 2 << 20 // bytes read of a zip file's list of contents: some ten thousand entries
	typesMost = 1 << 20 // bytes unpacked of what a document says of its parts
)

// officeOf says which document of an office a zip file is, by its list of contents.
// One with programs in it is refused, which is said by the types of its parts; nothing
// else is unpacked.
func officeOf(ctx context.Context, blobs blob.Store, key string, size int64) (string, error) {
	stored, err := blobs.Open(ctx, key)
	if err != nil {
		return "", err
	}
	defer stored.Close() //nolint:errcheck // it was only read
	return officeIn(stored, size)
}

func officeIn(stored io.ReadSeeker, size int64) (string, error) {
	source := &seeking{from: stored, left: listMost}
	list, err := zip.NewReader(source, size)
	if err != nil {
		return "", notAnImage()
	}
	source.left = 2 * typesMost
	kind, types := "", ""
	for _, entry := range list.File {
		switch entry.Name {
		case "[Content_Types].xml":
			if types, err = unpacked(entry); err != nil {
				return "", notAnImage()
			}
		case "word/document.xml":
			kind = office + "wordprocessingml.document"
		case "xl/workbook.xml":
			kind = office + "spreadsheetml.sheet"
		case "ppt/presentation.xml":
			kind = office + "presentationml.presentation"
		}
	}
	switch {
	case kind == "" || types == "":
		return "", notAnImage()
	case strings.Contains(types, "vbaproject"), strings.Contains(types, "macroenabled"):
		return "", fault.New(fault.Invalid, "There are macros in this document.").On("file").WithHint("Save it without macros, or as PDF.")
	}
	return kind, nil
}

// unpacked is a short text out of a zip file, in small letters.
func unpacked(entry *zip.File) (string, error) {
	packed, err := entry.Open()
	if err != nil {
		return "", err
	}
	defer packed.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(packed, typesMost+1))
	if err == nil && len(data) > typesMost {
		err = io.ErrShortBuffer
	}
	return strings.ToLower(string(data)), err
}

// seeking reads at an offset by going there, and so many bytes altogether.
type seeking struct {
	mu   sync.Mutex
	from io.ReadSeeker
	left int
}

func (s *seeking) ReadAt(p []byte, offset int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left -= len(p); s.left < 0 {
		return 0, io.ErrShortBuffer
	}
	if _, err := s.from.Seek(offset, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.from, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
