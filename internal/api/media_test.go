package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store/storetest"
)

func (p *place) upload(h house, fields map[string]string, file []byte) said {
	p.t.Helper()
	body, kind := form(p.t, fields, file)
	return p.with(h, "POST", "/media", body, "Content-Type", kind)
}

func TestAnImageIsKeptAndGivenBack(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	m := ok[api.Media](t, p.upload(ada, map[string]string{"alt": "La plage"}, picture(t)))
	if m.Type != "image/png" || m.Width != 3 || m.Height != 2 || m.Alt != "La plage" || m.Name != "plage.png" || m.Bytes != int64(len(picture(t))) {
		t.Fatalf("%+v", m)
	}
	s := p.with(ada, "GET", "/media/"+m.ID, nil)
	if !bytes.Equal(s.body, picture(t)) {
		t.Error("other bytes come back")
	}
	for name, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline; filename=plage.png", "Cache-Control": "private, max-age=31536000, immutable"} {
		if got := s.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if !strings.Contains(s.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Error("a file could act as a page")
	}
	if again := p.with(ada, "GET", "/media/"+m.ID, nil, "If-None-Match", s.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Error(again.Status)
	}
	if m = ok[api.Media](t, p.with(ada, "PATCH", "/media/"+m.ID, map[string]string{"alt": "The beach"})); m.Alt != "The beach" {
		t.Errorf("%+v", m)
	}
}

func TestWhatIsNoImageLeavesNothingBehind(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	cut := picture(t)[:20]
	for what, file := range map[string][]byte{
		"a page": []byte("<!doctype html><script>alert(1)</script>"), "empty": {}, "a cut image": cut, "svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"only a beginning": append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte("x"), 1000)...), "gif": []byte("GIF89a"),
	} {
		told := refused(t, p.upload(ada, nil, file), 422, "invalid")
		if told.Field != "file" || told.Hint == "" {
			t.Errorf("%s: %+v", what, told)
		}
	}
	refused(t, p.upload(ada, map[string]string{"alt": "x"}, nil), 422, "invalid")
	refused(t, p.upload(ada, map[string]string{"other": "x"}, picture(t)), 422, "invalid")
	refused(t, p.with(ada, "POST", "/media", "{}"), 415, "invalid")
	large := append(picture(t), bytes.Repeat([]byte{0}, media.MaxBytes)...)
	refused(t, p.upload(ada, nil, large), 422, "invalid")
	body, kind := form(t, nil, picture(t))
	short := body.Bytes()[:body.Len()-30]
	refused(t, p.with(ada, "POST", "/media", short, "Content-Type", kind), 400, "invalid")
	for info, err := range p.house.Blobs.All(t.Context()) {
		t.Errorf("left behind: %s %v", info.Key, err)
	}
}
