package youtube

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
)

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"verb":"comment","id":"UgxAAAAAAAAAAAAAAAA4AaABAg","video":"abcdefghijk","by":"UCaaaaaaaaaaaaaaaaaaaaaa","name":"@x","text":"hi","at":1700000000}`))
	f.Add([]byte(`{"verb":"edited","id":"UgxAAAAAAAAAAAAAAAA4AaABAg.9abcdefghij","parent":"UgxAAAAAAAAAAAAAAAA4AaABAg","at":1}`))
	f.Add([]byte(`{"verb":"hidden","id":"UgxAAAAAAAAAAAAAAAA4AaABAg","at":-1}`))
	f.Add([]byte(`{"verb":"follow","id":"UCaaaaaaaaaaaaaaaaaaaaaa","by":"UCaaaaaaaaaaaaaaaaaaaaaa","at":99999999999999}`))
	d := New(nil, Options{})
	conn := network.Conn{Account: "UCaaaaaaaaaaaaaaaaaaaaaa"}
	f.Fuzz(func(t *testing.T, body []byte) {
		raw := network.Raw{Account: conn.Account, Body: body}
		first, err := d.Decode(conn, raw)
		again, err2 := d.Decode(conn, raw)
		if !reflect.DeepEqual(first, again) || (err == nil) != (err2 == nil) {
			t.Fatalf("decoding twice differs: %+v, %+v", first, again)
		}
		if err := networktest.Sound(first); err != nil {
			t.Fatal(err)
		}
		for _, e := range first {
			if e.ID == "" || e.At.Year() < 1970 || e.At.Year() > 9998 {
				t.Fatalf("%+v", e)
			}
		}
	})
}

// FuzzThreads takes pages of threads as a network might send them: what is told of
// them decodes, and the same page tells the same.
func FuzzThreads(f *testing.F) {
	for name, body := range recorded(f) {
		if strings.Contains(name, "comment") && len(body) < 3_000 {
			f.Add(body)
		}
	}
	f.Add([]byte(`{"kind":"youtube#commentThreadListResponse","items":[null,{"id":"x","snippet":{"topLevelComment":{"id":"Ugx","snippet":{"publishedAt":"x"}}}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var threads list[thread]
		var comments list[comment]
		if json.Unmarshal(body, &threads) != nil || json.Unmarshal(body, &comments) != nil {
			return
		}
		keys := func() (all []string) {
			r := pretend()
			for _, t := range threads.Items {
				r.comment(t.Snippet.Video, t.Snippet.Top)
				for _, c := range t.Replies.Comments {
					r.comment(t.Snippet.Video, c)
				}
			}
			for _, c := range comments.Items {
				r.comment("", c)
			}
			for _, raw := range r.events {
				events, err := r.Decode(r.conn, raw)
				if err != nil || len(events) != 1 {
					t.Fatalf("%s: %v", raw.Body, err)
				}
				if err := networktest.Sound(events); err != nil {
					t.Fatal(err)
				}
				if raw.Person == "" || !utf8.ValidString(raw.Key) || len(raw.Key) > 400 {
					t.Fatalf("%+v", raw)
				}
				all = append(all, raw.Key)
			}
			return all
		}
		if first, again := keys(), keys(); !reflect.DeepEqual(first, again) {
			t.Fatalf("%v, %v", first, again)
		}
	})
}

// FuzzRefusals takes answers that say no: they have a kind, and nothing of their
// words gets into the error.
func FuzzRefusals(f *testing.F) {
	for name, body := range recorded(f) {
		if strings.Contains(name, "error") {
			f.Add(403, body, "120")
		}
	}
	f.Add(400, []byte(`{"error":{"errors":[{"reason":"invalidTitle","message":"secret-word"}]}}`), "")
	f.Add(200, []byte(`{"error":null}`), "Wed, 21 Oct 2099 07:28:00 GMT")
	f.Add(503, []byte(`<html>secret-word`), "-1")
	f.Add(451, []byte(`{"error":{"errors":[{"reason":"invalidTitlesecret-word"}]}}`), "")
	d := New(nil, Options{Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	f.Fuzz(func(t *testing.T, status int, body []byte, after string) {
		response := &outward.Response{Status: status, Body: body, Header: http.Header{"Retry-After": {after}}, At: time.Unix(1_700_000_000, 0)}
		for _, a := range []ask{{}, {method: http.MethodPost}, {method: http.MethodPost, harmless: true}} {
			err := d.failed(a, response)
			if err == nil || fault.KindOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
			if fault.Is(err, fault.Uncertain) && (a.harmless || a.verb() == http.MethodGet) {
				t.Fatalf("a reading is uncertain: %v", err)
			}
			if strings.Contains(err.Error(), "secret-word") || fault.After(err) < 0 || fault.After(err) > 30*time.Hour {
				t.Fatalf("%v, wait %v", err, fault.After(err))
			}
		}
		if err := refusedKeys(response, string(body)); fault.KindOf(err) == fault.Internal || strings.Contains(err.Error(), "secret-word") && !strings.Contains(word(string(body)), "secret-word") {
			t.Fatalf("%v", err)
		}
	})
}

// FuzzSessions takes what an upload session answers.
func FuzzSessions(f *testing.F) {
	f.Add(308, "bytes=0-262143", []byte{})
	f.Add(308, "", []byte{})
	f.Add(308, "bytes=0-99999999999999999999", []byte{})
	f.Add(201, "", []byte(`{"kind":"youtube#video","id":"abcdefghijk"}`))
	f.Add(404, "bytes=5-3", []byte(`{}`))
	d := New(nil, Options{})
	f.Fuzz(func(t *testing.T, status int, text string, body []byte) {
		at, err := d.hear(&outward.Response{Status: status, Header: http.Header{"Range": {text}}, Body: body})
		if err != nil {
			if fault.Is(err, fault.Uncertain) || fault.KindOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
			return
		}
		if at.got < 0 || at.video != "" && !videoID.MatchString(at.video) || at.lost && at.video != "" {
			t.Fatalf("%+v", at)
		}
	})
}

// FuzzTables takes what Analytics answers.
func FuzzTables(f *testing.F) {
	f.Add([]byte(`{"columnHeaders":[{"name":"day"},{"name":"views"},{"name":"estimatedMinutesWatched"}],"rows":[["2026-11-01",7,1.5],[null],["x",1e300,-3,4,5]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got table
		if json.Unmarshal(body, &got) != nil {
			return
		}
		for _, counts := range got.counts() {
			for name, n := range counts {
				if n < 0 || n == math.MaxInt64 || name == "" {
					t.Fatalf("%s is %d", name, n)
				}
			}
		}
	})
}

// FuzzPlaces takes cursors and steps of who knows which version, and addresses of
// sessions: a key goes to nobody but YouTube.
func FuzzPlaces(f *testing.F) {
	f.Add("of an older version", []byte(`{"session":"https://youtube.googleapis.com/resumable/upload?upload_id=x"}`))
	f.Add(`{"v":1,"asked":-5,"long":{"x":-1},"held":null}`, []byte(`{"session":"https://evil.example/.googleapis.com","video":"../../etc"}`))
	f.Add(`{"v":1,"asked":9223372036854775807}`, []byte(`{"session":"https://googleapis.com.evil.example:443/"}`))
	d, other := New(nil, Options{}), New(nil, Options{Base: "http://127.0.0.1:9/"})
	f.Fuzz(func(t *testing.T, place string, step []byte) {
		c := readCursor(place)
		if again := readCursor(c.text()); !reflect.DeepEqual(c, again) || c.Long == nil || c.Held == nil {
			t.Fatalf("%+v, %+v", c, again)
		}
		s := stateOf(network.Part{Step: network.Step{State: step}})
		if s.Video != "" && !videoID.MatchString(s.Video) {
			t.Fatalf("%+v", s)
		}
		if d.ours(s.Session) {
			if u, err := url.Parse(s.Session); err != nil || u.Scheme != "https" || !strings.HasSuffix(u.Hostname(), ".googleapis.com") {
				t.Fatalf("a key would go to %s", s.Session)
			}
		}
		if other.ours(s.Session) && !strings.HasPrefix(s.Session, "http://127.0.0.1:9") {
			t.Fatalf("a key would go to %s", s.Session)
		}
	})
}
