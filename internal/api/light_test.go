package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// Whoever can unpack gets large answers packed, and the same in them; small ones and
// what is no text come as they are.
func TestAnswersArePacked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		plain := p.with(ada, "GET", "/networks", nil, "Accept-Encoding", "identity")
		packed := p.with(ada, "GET", "/networks", nil, "Accept-Encoding", "br, gzip")
		if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("plain %q, packed %q", plain.Header.Get("Content-Encoding"), packed.Header.Get("Content-Encoding"))
		}
		for _, s := range []said{plain, packed} {
			if !strings.Contains(strings.Join(s.Header.Values("Vary"), ", "), "Accept-Encoding") {
				t.Errorf("a cache may mistake one for the other: Vary %q", s.Header.Values("Vary"))
			}
		}
		zip, err := gzip.NewReader(bytes.NewReader(packed.body))
		p.must(err)
		unpacked, err := io.ReadAll(zip)
		p.must(err)
		if !bytes.Equal(unpacked, plain.body) || !json.Valid(unpacked) || len(packed.body) > len(plain.body)/2 {
			t.Errorf("%d bytes packed, %d unpacked, %d plain", len(packed.body), len(unpacked), len(plain.body))
		}
		if small := p.with(ada, "GET", "/channels", nil, "Accept-Encoding", "gzip"); small.Header.Get("Content-Encoding") != "" {
			t.Errorf("%d bytes were packed", len(small.body))
		}
		if no := p.with(ada, "GET", "/networks", nil, "Accept-Encoding", "gzip;q=0, br"); no.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s was refused, and used", no.Header.Get("Content-Encoding"))
		}
	})
}

// What the networks can do is sent once: who has it is told that it still holds, in
// either form, and anew in another language.
func TestWhatNetworksCanDoIsSentOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		for _, form := range []string{"gzip", "identity"} {
			first := p.with(ada, "GET", "/networks", nil, "Accept-Encoding", form)
			tag := first.Header.Get("ETag")
			if tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
				t.Fatalf("ETag %q, Cache-Control %q", tag, first.Header.Get("Cache-Control"))
			}
			for _, asked := range []string{tag, `"another", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
				again := p.with(ada, "GET", "/networks", nil, "Accept-Encoding", form, "If-None-Match", asked)
				if again.StatusCode != http.StatusNotModified || len(again.body) > 0 || again.Header.Get("ETag") != tag {
					t.Errorf("%s: %s with %d bytes and the tag %q", asked, again.Status, len(again.body), again.Header.Get("ETag"))
				}
			}
			for _, other := range [][]string{{"If-None-Match", `W/"another"`}, {"If-None-Match", tag, "Accept-Language", "fr"}} {
				if again := p.with(ada, "GET", "/networks", nil, append(other, "Accept-Encoding", form)...); again.StatusCode != http.StatusOK || len(again.body) == 0 {
					t.Errorf("%v: %s", other, again.Status)
				}
			}
		}
		if nobody := p.ask("GET", "/api/v1/networks", nil, "If-None-Match", "*"); nobody.StatusCode != http.StatusUnauthorized || nobody.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("nobody: %s, %s", nobody.Status, nobody.Header.Get("Cache-Control"))
		}
	})
}
