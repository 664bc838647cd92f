package lemmy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

func us() network.Conn { return network.Conn{Base: "https://lemmy.test", Account: "2012"} }

func seeds(f *testing.F) {
	for _, name := range []string{"replies.json", "comments.json", "messages.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"replies":[null,7,{"comment":{"id":1,"post_id":2,"creator_id":3,"content":"\u0000"},"creator":{"id":3}}]}`))
	f.Add([]byte(`null`))
}

// Whatever a list holds, what is made of it can be decoded and stored.
func FuzzTell(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, page []byte) {
		var lists map[string][]json.RawMessage
		if json.Unmarshal(page, &lists) != nil {
			return
		}
		r := &reading{conn: us(), now: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC), c: &cursor{}, keys: map[string]bool{}}
		for _, lines := range lists {
			if times := r.notices(lines, time.Time{}); len(times) != len(lines) {
				t.Fatalf("%d times of %d lines", len(times), len(lines))
			}
		}
		if len(r.c.Watch) > watchMost {
			t.Fatalf("%d are watched", len(r.c.Watch))
		}
		for _, raw := range r.events {
			if raw.Person == "" || raw.At.IsZero() || !utf8.ValidString(raw.Key) || strings.ContainsRune(raw.Key, 0) {
				t.Fatalf("raw %+v", raw)
			}
			if events, err := (&Driver{}).Decode(us(), raw); err != nil || len(events) != 1 {
				t.Fatalf("told, and not decoded: %v", err)
			}
			networktest.Decoded(t, &Driver{}, us(), raw)
		}
	})
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"comment":{"comment":{"id":1,"post_id":2,"content":"![a](https://x.test/b) \u0000","path":"0.4.1"},"creator":{"id":3,"name":"\u0000"},"post":{"creator_id":2012}}}`))
	f.Add([]byte(`{"message":{"private_message":{"id":1,"content":"x"},"creator":{"id":2012},"recipient":{"id":3}}}`))
	f.Add([]byte(`{"hidden":{"id":3,"person":4},"shown":true}`))
	f.Add([]byte(`{"gone":{"id":3}}`))
	f.Fuzz(func(t *testing.T, body []byte) { networktest.Decoded(t, &Driver{}, us(), network.Raw{Body: body}) })
}

func FuzzAlike(f *testing.F) {
	for _, s := range []string{"see https://x.test/?utm_source=a&b=%zz#c", "![a](https://lemmy.test/pictrs/image/x.png)", "https://x.test?utm_term", "\xff https://?", "a  b\n\nc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, n := stripped("https://lemmy.test", s)
		if n < 0 || len(text) > len(s) || strings.Contains(alike(text), "  ") {
			t.Fatalf("%q of %q", text, s)
		}
	})
}

// Bodies written from the published types (lemmy-js-client 0.19.9 and
// join-lemmy.org/api, read on 26 November 2026): GetRepliesResponse,
// GetCommentsResponse, PrivateMessagesResponse.
func TestWhatIsDocumentedIsRead(t *testing.T) {
	for name, want := range map[string]network.Event{
		"replies.json": {Kind: network.Comment, Ref: network.Ref{ID: "comment/930114", URL: "https://lemmy.test/comment/930114"}, Text: "Which edition is it?",
			Thread: "post/48212", Post: "post/48212", Parent: "post/48212"},
		"comments.json": {Kind: network.Comment, Ref: network.Ref{ID: "comment/930117", URL: "https://lemmy.test/comment/930117"}, Text: "The blue one ![cover](https://elsewhere.test/pictrs/image/blue.webp)",
			Thread: "post/48212", Post: "post/48212", Parent: "comment/930114", Media: []network.Attachment{{Type: "image", URL: "https://elsewhere.test/pictrs/image/blue.webp", Alt: "cover"}}},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		var lists map[string][]json.RawMessage
		if err := json.Unmarshal(data, &lists); err != nil {
			t.Fatal(err)
		}
		r := &reading{conn: us(), now: networktest.Start(), c: &cursor{}, keys: map[string]bool{}}
		for _, lines := range lists {
			r.notices(lines, time.Time{})
		}
		if len(r.events) != 1 {
			t.Fatalf("%s: %d events", name, len(r.events))
		}
		events, err := (&Driver{}).Decode(us(), r.events[0])
		if err != nil || len(events) != 1 {
			t.Fatal(err)
		}
		e := events[0]
		if e.Author.ID != "2017" || e.Author.Handle != "zoe_rey@elsewhere.test" || e.Author.Name != "Zoé Rey" || e.At.IsZero() {
			t.Errorf("%s: by %+v at %v", name, e.Author, e.At)
		}
		e.Author, e.At, e.Extra = network.Author{}, time.Time{}, nil
		if !reflect.DeepEqual(e, want) {
			t.Errorf("%s: %+v, and it should be %+v", name, e, want)
		}
	}
}
