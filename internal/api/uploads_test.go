package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// large is a film with so much room in it that it has that many bytes.
func (p *place) large(size int) []byte {
	p.t.Helper()
	film, err := os.ReadFile("../media/testdata/paris.mp4")
	p.must(err)
	room := make([]byte, size-len(film))
	binary.BigEndian.PutUint32(room, uint32(len(room))) //nolint:gosec // a test's own size
	copy(room[4:], "free")
	for i := 8; i < len(room); i++ {
		room[i] = byte(i * 7)
	}
	return append(film, room...)
}

func (p *place) begin(h house, name string, size int) string {
	p.t.Helper()
	s := p.with(h, "POST", "/uploads", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size),
		"Upload-Metadata", "filetype dmlkZW8vbXA0,filename "+base64.StdEncoding.EncodeToString([]byte(name)))
	u := ok[api.Upload](p.t, s)
	if s.StatusCode != http.StatusCreated || s.Header.Get("Location") != "/api/v1/uploads/"+u.ID || s.Header.Get("Tus-Resumable") != "1.0.0" || s.Header.Get("Upload-Offset") != "0" || u.Bytes != int64(size) {
		p.t.Fatalf("%s %v %+v", s.Status, s.Header, u)
	}
	return u.ID
}

func (p *place) more(h house, id string, at int, piece []byte) said {
	p.t.Helper()
	return p.with(h, "PATCH", "/uploads/"+id, piece, "Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream")
}

func (p *place) standing(h house, id string) string {
	p.t.Helper()
	s := p.with(h, "HEAD", "/uploads/"+id, nil)
	if s.StatusCode != http.StatusOK || s.Header.Get("Cache-Control") != "no-store" {
		p.t.Fatalf("%s %v", s.Status, s.Header)
	}
	return s.Header.Get("Upload-Offset") + "/" + s.Header.Get("Upload-Length")
}

func (p *place) stored(under string) (n int) {
	p.t.Helper()
	for f, err := range p.house.Blobs.All(p.t.Context()) {
		p.must(err)
		if strings.HasPrefix(f.Key, under) {
			n++
		}
	}
	return n
}

func TestALargeFileGoesOnWhereTheLineBroke(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		film := p.large(2*media.PieceBytes + 12345)
		size := len(film)
		id := p.begin(ada, `../Présentation "finale".mp4`, size)

		// The line breaks in the middle of the second piece.
		const broke = media.PieceBytes + 4321
		r, err := http.NewRequestWithContext(t.Context(), "PATCH", p.url+"/api/v1/uploads/"+id, io.MultiReader(bytes.NewReader(film[:broke]), brokenLine{}))
		p.must(err)
		for name, value := range map[string]string{"Authorization": "Bearer " + ada.token, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"} {
			r.Header.Set(name, value)
		}
		if res, err := http.DefaultClient.Do(r); err == nil {
			res.Body.Close()
			t.Fatalf("the line did not break: %s", res.Status)
		}
		// The other end notices when it does.
		at := awaited(t, func() string { return p.standing(ada, id) }, func(s string) bool { return s >= "8388609" && len(s) > 8 })
		kept, _ := strconv.Atoi(strings.TrimSuffix(at, "/"+strconv.Itoa(size)))
		if kept <= media.PieceBytes || kept > broke {
			t.Fatalf("kept until %s", at)
		}
		told := refused(t, p.more(ada, id, 0, film), 409, "conflict")
		if told.Field != "Upload-Offset" {
			t.Errorf("%+v", told)
		}
		refused(t, p.more(ada, id, kept+1, film[kept+1:]), 409, "conflict")
		refused(t, p.with(ada, "POST", "/uploads/"+id+"/finish", nil), 409, "conflict")

		if s := p.more(ada, id, kept, film[kept:]); s.StatusCode != http.StatusNoContent || s.Header.Get("Upload-Offset") != strconv.Itoa(size) {
			t.Fatalf("%s %v %s", s.Status, s.Header, s.body)
		}
		refused(t, p.more(ada, id, size, []byte("x")), 422, "invalid") // more than was announced
		m := ok[api.Media](t, p.with(ada, "POST", "/uploads/"+id+"/finish", nil))
		if m.Type != "video/mp4" || m.Bytes != int64(size) || m.Name != "Présentation finale.mp4" || m.Millis == 0 {
			t.Errorf("%+v", m)
		}
		if again := ok[api.Media](t, p.with(ada, "POST", "/uploads/"+id+"/finish", nil)); again.ID != m.ID {
			t.Errorf("finished twice: %+v", again)
		}
		refused(t, p.more(ada, id, size, []byte("x")), 409, "conflict")
		if s := p.with(ada, "GET", "/media/"+m.ID, nil); !bytes.Equal(s.body[len(s.body)-12345:], film[size-12345:]) || len(s.body) != size {
			t.Error("other bytes come back")
		}
		if n := p.stored("uploads/"); n != 0 {
			t.Errorf("%d pieces stay behind", n)
		}
	})
}

type brokenLine struct{}

func (brokenLine) Read([]byte) (int, error) { return 0, errors.New("the line breaks") }

func awaited(t *testing.T, ask func() string, enough func(string) bool) string {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		if got := ask(); enough(got) {
			return got
		} else if time.Now().After(deadline) {
			t.Fatalf("it stays %s", got)
		}
	}
}

func TestWhatNobodyKeepsIsRefusedAtItsBeginning(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada, eve := p.team("ada@example.org"), p.team("eve@example.org")
	id := p.begin(ada, "x.mp4", 100_000)
	told := refused(t, p.more(ada, id, 0, []byte("<!doctype html><script>alert(1)</script>")), 422, "invalid")
	if told.Field != "file" || told.Hint == "" {
		t.Errorf("%+v", told)
	}
	if s := p.with(ada, "HEAD", "/uploads/"+id, nil); s.StatusCode != http.StatusNotFound {
		t.Errorf("it stays: %s", s.Status)
	}
	id = p.begin(ada, "huge.png", 33<<20)
	refused(t, p.more(ada, id, 0, picture(t)), 422, "invalid") // a picture of 33 MB
	for length, field := range map[string]string{"": "Upload-Length", "-1": "Upload-Length", "0": "Upload-Length", "1e3": "Upload-Length", "99999999999999999999": "Upload-Length", "3000000000": "file"} {
		if told := refused(t, p.with(ada, "POST", "/uploads", nil, "Upload-Length", length), 422, "invalid"); told.Field != field || told.Hint == "" {
			t.Errorf("%q: %+v", length, told)
		}
	}
	if s := p.with(ada, "POST", "/uploads", nil, "Upload-Length", "10", "Tus-Resumable", "2.0.0"); s.StatusCode != http.StatusPreconditionFailed || s.Header.Get("Tus-Version") != "1.0.0" {
		t.Errorf("%s %v", s.Status, s.Header)
	}
	id = p.begin(ada, "film.mp4", 100_000)
	if s := p.with(ada, "PATCH", "/uploads/"+id, []byte("x"), "Upload-Offset", "0"); s.StatusCode != http.StatusUnsupportedMediaType {
		t.Error(s.Status)
	}
	for _, header := range []string{"", "-1", "x"} {
		refused(t, p.with(ada, "PATCH", "/uploads/"+id, []byte("x"), "Content-Type", "application/offset+octet-stream", "Upload-Offset", header), 422, "invalid")
	}
	// Whoever did not begin it does not see it.
	refused(t, p.more(eve, id, 0, p.large(100_000)), 404, "not_found")
	refused(t, p.with(eve, "POST", "/uploads/"+id+"/finish", nil), 404, "not_found")
	refused(t, p.with(eve, "DELETE", "/uploads/"+id, nil), 404, "not_found")
	// What begins like a film and is none is refused when it is finished, and is gone then.
	none := append([]byte("\x00\x00\x00\x18ftypmp42"), bytes.Repeat([]byte("\xff"), 100_000-12)...)
	if s := p.more(ada, id, 0, none); s.StatusCode != http.StatusNoContent {
		t.Fatalf("%s %s", s.Status, s.body)
	}
	refused(t, p.with(ada, "POST", "/uploads/"+id+"/finish", nil), 422, "invalid")
	refused(t, p.with(ada, "POST", "/uploads/"+id+"/finish", nil), 404, "not_found")
	if p.stored("") != 0 {
		t.Errorf("%d files stay behind", p.stored(""))
	}
	if s := p.with(ada, "DELETE", "/uploads/"+p.begin(ada, "x", 5), nil); s.StatusCode != http.StatusNoContent {
		t.Error(s.Status)
	}
}

func TestUploadsThatNobodyGoesOnWithAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		film := p.large(100_000)
		id := p.begin(ada, "film.mp4", len(film))
		if s := p.more(ada, id, 0, film[:50_000]); s.StatusCode != http.StatusNoContent {
			t.Fatalf("%s %s", s.Status, s.body)
		}
		for range 19 {
			p.begin(ada, "film.mp4", 10)
		}
		if told := refused(t, p.with(ada, "POST", "/uploads", nil, "Upload-Length", "10"), 409, "conflict"); told.Hint == "" {
			t.Errorf("%+v", told)
		}
		if s := p.with(ada, "DELETE", "/uploads/"+id, nil); s.StatusCode != http.StatusNoContent || p.stored("uploads/") != 0 {
			t.Errorf("%s, %d", s.Status, p.stored("uploads/"))
		}
		id = p.begin(ada, "film.mp4", len(film))
		p.more(ada, id, 0, film[:50_000])
		p.do(media.Forget)
		if at := p.standing(ada, id); at != "50000/100000" {
			t.Errorf("a young one is forgotten: %s", at)
		}
		p.must(media.SweepPieces(t.Context(), p.house.Blobs, time.Now()))
		if p.stored("uploads/") != 1 {
			t.Error("a young piece is swept")
		}
		p.must(media.SweepPieces(t.Context(), p.house.Blobs, time.Now().Add(5*24*time.Hour)))
		if p.stored("uploads/") != 0 {
			t.Error("an old piece stays")
		}
		if s := p.with(ada, "POST", "/uploads/"+id+"/finish", nil); s.StatusCode != http.StatusConflict {
			t.Error(s.Status)
		}
	})
}
