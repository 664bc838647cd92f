package mastodon

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

func us() network.Conn { return network.Conn{Account: "14715"} }

// examples are the objects that the published description shows, where it is at
// hand.
func examples(tb testing.TB) [][]byte {
	tb.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	data, err := os.ReadFile(filepath.Join(root, "mastodon", "abraham-schema.json"))
	if err != nil {
		return nil
	}
	var text struct {
		Components struct {
			Schemas map[string]struct {
				Example json.RawMessage `json:"example"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(data, &text); err != nil {
		tb.Fatal(err)
	}
	var all [][]byte
	for _, s := range text.Components.Schemas {
		if len(s.Example) > 0 {
			all = append(all, s.Example, []byte("["+string(s.Example)+"]"))
		}
	}
	return all
}

func seeds(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "notifications.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, e := range examples(f) {
		f.Add(e)
	}
	f.Add([]byte(`[null,7,{"id":"1","type":"mention","status":{}}]`))
	f.Add([]byte(`null`))
}

func FuzzSplit(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, page []byte) {
		lines, newest, notices, err := splitNotices(page)
		if err != nil {
			return
		}
		if len(notices) > lines || newest != "" && !idSign.MatchString(newest) {
			t.Fatalf("%d of %d, newest %q", len(notices), lines, newest)
		}
		for _, n := range notices {
			raw := n.raw("14715", root{"1", "14715"})
			if raw.Person == "" || strings.ContainsRune(raw.Key, 0) || !utf8.ValidString(raw.Key) || later(n.ID, newest) {
				t.Fatalf("raw %+v", raw)
			}
			if events, err := (&Driver{}).Decode(us(), raw); err != nil || len(events) != 1 {
				t.Fatalf("split, and not decoded: %v", err)
			}
			networktest.Decoded(t, &Driver{}, us(), raw)
		}
	})
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"notice":{"id":"1","type":"mention","account":{"id":"2"},"status":{"id":"3","content":"<p>x\u0000","account":{"id":"2"}}},"root":{"id":"\u0000"}}`))
	f.Add([]byte(`{"edited":{"id":"3","content":"<a href='https://x'>","edited_at":"2026-11-22T07:00:00Z","account":{"id":"2"}}}`))
	f.Add([]byte(`{"gone":{"id":"3","person":"\ud800"}}`))
	f.Fuzz(func(t *testing.T, body []byte) { networktest.Decoded(t, &Driver{}, us(), network.Raw{Body: body}) })
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{
		`<p>one<br>two</p><p>three &amp; <b>four</b></p>`, `<script>alert(1)</script>x`, `<a href="https://evil.test">https://bank.test</a>`, `<p`, `<!--`, `&#0;&#xFFFFFFFF;`,
		`<ul><li>a<li>b</ul>`, `<svg><style>p{}</style><a>`, `<textarea><p>`, `<plaintext>x`, strings.Repeat("<p>", 1000), "\xff<p>\x00", "p@ppp@p@p", "<p>a<p>\x00<p>b",
		`<span class="h-card"><a href="https://x/@a" class="u-url mention">@<span>a</span></a></span>`, `<p class="quote-inline">RE: <a href="https://x">x</a></p>y`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, _ := plain(s)
		if again, _ := plain(s); again != out {
			t.Fatal("twice differs")
		}
		if len(out) > textMost || !utf8.ValidString(out) || strings.ContainsRune(out, 0) || strings.Contains(out, "\n\n\n") && !strings.Contains(strings.ToLower(s), "<pre") && !strings.Contains(s, "&") {
			t.Fatalf("%.300q of %.300q", out, s)
		}
		if !utf8.ValidString(unaddressed(out, "a")) || alike(out) != alike(alike(out)) {
			t.Fatalf("folding %.300q", out)
		}
	})
}

// What a server makes of a text reads as the text.
func TestTextsSurviveAServer(t *testing.T) {
	for _, c := range []struct{ html, want string }{
		{`<p>one<br>two<br/><br/>three</p><p>four</p>`, "one\ntwo\n\nthree\n\nfour"},
		{`<p>a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</p>`, `a <b> & "c" 'd'`},
		{`<p>see <a href="https://example.org/a/b" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">example.org/a</span><span class="invisible">/b</span></a></p>`, "see https://example.org/a/b"},
		{`<a href="https://evil.test/">https://bank.test</a>`, "https://bank.test (https://evil.test/)"},
		{`<p>x<script>alert("y")</script><style>p{}</style>z</p>`, "xz"},
		{`<p><span class="h-card"><a href="https://x/@al" class="u-url mention">@<span>al</span></a></span> hi</p>`, "@al hi"},
		{"<p>one\n  two</p>\n<p>\nthree</p><pre>a\n  b</pre>", "one two\n\nthree\n\na\n  b"},
		{`<ul><li>one</li><li>two</li></ul>`, "- one\n- two"},
		{`<p class="quote-inline">RE: <a href="https://x">x</a></p><p>mine</p>`, "mine"},
		{`<a href="javascript:alert(1)">click</a><img src=x onerror=alert(1) alt="smile">`, "clicksmile"},
	} {
		if got, cut := plain(c.html); got != c.want || cut {
			t.Errorf("%s: %q, and it should be %q", c.html, got, c.want)
		}
	}
	if got := unaddressed("@us@mastodon.test @al hello @us", "us"); got != "@al hello @us" {
		t.Errorf("%q", got)
	}
}
