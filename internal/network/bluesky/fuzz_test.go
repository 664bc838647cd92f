package bluesky

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

// us is an account that some of the seeds concern.
func us() network.Conn { return network.Conn{Account: "did:plc:yirzhmgdiwd467ffu3l7sops"} }

// recorded are the answers that a real PDS gave, where they are at hand.
func recorded(tb testing.TB) [][]byte {
	tb.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	files, err := filepath.Glob(filepath.Join(root, "bluesky", "real-pds-transcripts", "*.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var all [][]byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		var lines []struct {
			Request  json.RawMessage `json:"request"`
			Response json.RawMessage `json:"response"`
		}
		if err := json.Unmarshal(data, &lines); err != nil {
			tb.Fatal(err)
		}
		for _, l := range lines {
			all = append(all, l.Request, l.Response)
		}
	}
	return all
}

func seeds(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	if len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, data := range recorded(f) {
		f.Add(data)
	}
	f.Add([]byte(`null`))
	f.Add([]byte(`{"notifications":[null,7,{"reason":"reply"}],"logs":[null]}`))
}

// sound decodes twice and holds what comes out against what is promised.

func FuzzSplitNotifications(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, page []byte) {
		raws, next, err := splitNotes(us().Account, page)
		if err == nil && !utf8.ValidString(next) {
			t.Fatal("the cursor is no text")
		}
		total := 0
		for _, raw := range raws {
			if raw.Person == "" || raw.Key == "" || strings.ContainsRune(raw.Key+raw.Person, 0) || !utf8.ValidString(raw.Key+raw.Person) {
				t.Fatalf("raw %+v", raw)
			}
			total += len(raw.Body)
			events, err := (&Driver{}).Decode(us(), raw)
			if err != nil || len(events) != 1 {
				t.Fatalf("split, and not decoded: %v, %d", err, len(events))
			}
			networktest.Decoded(t, &Driver{}, us(), raw)
		}
		if total > 8*len(page)+4096*len(raws) {
			t.Fatalf("%d bytes out of %d", total, len(page))
		}
	})
}

func FuzzSplitLog(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, page []byte) {
		lines, next, err := splitLog(page)
		if err == nil && !utf8.ValidString(next) {
			t.Fatal("the cursor is no text")
		}
		for _, l := range lines {
			raw := l.raw(us())
			if events, err := (&Driver{}).Decode(us(), raw); err != nil || len(events) != 1 {
				t.Fatalf("split, and not decoded: %v", err)
			}
			networktest.Decoded(t, &Driver{}, us(), raw)
		}
	})
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"note":{"uri":"at://did:plc:a/app.bsky.feed.post/1","author":{"did":"did:plc:a"},"reason":"reply","record":{"text":"x\u0000","reply":{"root":{"uri":"at://did:plc:yirzhmgdiwd467ffu3l7sops/app.bsky.feed.post/2"}}}}}`))
	f.Add([]byte(`{"chat":{"convo":"a","message":{"id":"b","text":"\ud800","sender":{"did":"did:plc:a"}}}}`))
	f.Add([]byte(`{"gone":{"uri":"at://did:plc:a/app.bsky.feed.post/1","thread":"\u0000"}}`))
	f.Fuzz(func(t *testing.T, body []byte) { networktest.Decoded(t, &Driver{}, us(), network.Raw{Body: body}) })
}

func FuzzMarks(f *testing.F) {
	for _, s := range []string{
		"Voyez https://example.org/été?a=(b), @bob.test et #été!", "@a.b@c.d ##x #️⃣ #1 (https://x.y/z).", "http://", "@", "#", "＃東京 @BOB.TEST https://https://",
		"a@b.example https://user:p@h/ \u2028https://a.b\u2029", "\xff@bob.test\x00#x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		all := marks(s)
		seen := make([]bool, len(s))
		for _, m := range all {
			if m.Index.Start < 0 || m.Index.Start >= m.Index.End || m.Index.End > len(s) || len(m.Features) != 1 {
				t.Fatalf("%+v of %q", m, s)
			}
			piece := s[m.Index.Start:m.Index.End]
			for i := m.Index.Start; i < m.Index.End; i++ {
				if seen[i] {
					t.Fatalf("two marks over each other in %q", s)
				}
				seen[i] = true
			}
			if utf8.ValidString(s) && !utf8.ValidString(piece) {
				t.Fatalf("a mark cuts a character: %q", piece)
			}
			switch one := m.Features[0]; one.Type {
			case featureLink:
				if one.URI != piece {
					t.Fatalf("%q leads to %q", piece, one.URI)
				}
			case featureMention:
				if "@"+one.handle != strings.ToLower(piece) {
					t.Fatalf("%q is %q", piece, one.handle)
				}
			case featureTag:
				if !strings.HasSuffix(piece, one.Tag) || utf8.RuneCountInString(one.Tag) > 64 {
					t.Fatalf("%q is %q", piece, one.Tag)
				}
			}
			last = m.Index.End
		}
		if len(all) > 0 && last == 0 {
			t.Fatal("no end")
		}
	})
}

func FuzzTID(f *testing.F) {
	f.Add("01937b5a-0000-7abc-8def-0123456789ab")
	f.Add("")
	f.Add("at://did:plc:a/app.bsky.feed.post/1")
	form := regexp.MustCompile(`^[2-7a-j][2-7a-z]{12}$`)
	f.Fuzz(func(t *testing.T, key string) {
		for _, k := range []string{keyTID(key), subjectTID(key)} {
			if !form.MatchString(k) {
				t.Fatalf("%q is no key of a record", k)
			}
		}
		if keyTID(key) != keyTID(key) { //nolint:staticcheck // that is the question
			t.Fatal("a key is not always the same")
		}
	})
}
