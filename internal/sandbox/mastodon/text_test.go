package mastodon

import (
	"strings"
	"testing"
)

func TestTextIsCountedAsTheInstanceCounts(t *testing.T) {
	p := newPatterns()
	for text, want := range map[string]int{
		"hello": 5, "👨‍👩‍👧‍👦": 1, "é": 1, "e\u0301": 1,
		"see https://example.com/" + strings.Repeat("a", 200):       4 + 23,
		"(see https://example.com/a_(b)).":                          5 + 23 + 2,
		"@ada@very.long.instance.example hi":                        4 + 3,
		"@ada hi":                                                   7,
		"mail me at a@b.example":                                    22,
		"http://localhost/x":                                        18,
		"two https://a.example, https://b.example/?q=1&r=2#x":       4 + 23 + 2 + 23,
		"#tag stays":                                                10,
		"https://example.com/@ada@other.example/123 is only a link": 23 + 15,
	} {
		if got := p.length(text, 23); got != want {
			t.Errorf("%q: %d, not %d", text, got, want)
		}
	}
}

func TestTextBecomesHTML(t *testing.T) {
	p := newPatterns()
	known := func(name, domain string) (string, bool) { return "https://m.test/@" + name, name == "ada" }
	for text, want := range map[string]string{
		"one\ntwo\n\n\nthree": "<p>one<br />two</p><p>three</p>",
		`<b> & "q" 'a'`:       "<p>&lt;b&gt; &amp; &quot;q&quot; &#39;a&#39;</p>",
		"hi @ada, @nobody!": `<p>hi <span class="h-card" translate="no"><a href="https://m.test/@ada" class="u-url mention">@<span>ada</span></a></span>` +
			`, @nobody!</p>`,
		"#Été": `<p><a href="https://m.test/tags/été" class="mention hashtag" rel="tag">#<span>Été</span></a></p>`,
		"https://www.example.com/a?b=1&c=2": `<p><a href="https://www.example.com/a?b=1&amp;c=2" target="_blank" rel="nofollow noopener noreferrer" translate="no">` +
			`<span class="invisible">https://www.</span><span class="">example.com/a?b=1&amp;c=2</span><span class="invisible"></span></a></p>`,
		"https://example.com/aaaaaaaaaaaaaaaaaaaaaaaa": `<p><a href="https://example.com/aaaaaaaaaaaaaaaaaaaaaaaa" target="_blank" rel="nofollow noopener noreferrer" translate="no">` +
			`<span class="invisible">https://</span><span class="ellipsis">example.com/aaaaaaaaaaaaaaaaaa</span><span class="invisible">aaaaaa</span></a></p>`,
	} {
		if got := p.html(text, "https://m.test", known); got != want {
			t.Errorf("%q:\n%s\nnot\n%s", text, got, want)
		}
	}
}
