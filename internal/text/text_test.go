package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/text"
)

func TestNetworksCountDifferently(t *testing.T) {
	for _, c := range []struct {
		s    string
		unit text.Unit
		url  int
		want int
	}{
		{"👩‍👩‍👧‍👧é", text.Graphemes, 0, 2},
		{"👩‍👩‍👧‍👧", text.CodePoints, 0, 7},
		{"👩", text.UTF16, 0, 2},
		{"see https://example.org/a/very/long/path?q=1", text.Mastodon, 23, 4 + 23},
		{"(https://example.org/a).", text.Mastodon, 23, 1 + 23 + 2},
		{"hi @alice@example.social!", text.Mastodon, 23, len("hi @alice!")},
		{"a@b.example", text.Mastodon, 23, 11},
	} {
		if got := text.Count(c.s, c.unit, c.url); got != c.want {
			t.Errorf("%q in %s: %d, want %d", c.s, c.unit, got, c.want)
		}
	}
}

func TestMastodonCountsLinksAsItFindsThem(t *testing.T) {
	const link = 23
	for s, want := range map[string]int{
		"": 0,
		"https://example.org/" + strings.Repeat("a", 200): link,
		"http://" + strings.Repeat("b", 30) + ".com/x":    link,
		"HTTPS://Example.ORG/":                            link,
		"http://a.fr":                                     link, // shorter than what it counts
		"https://example.org:8443/a?b=c#d":                link,
		"https://sous-domaine.été.example.org/à/là":       link,
		"https://例え.jp/道":                                 link,
		"https://example.org?q=1":                         link,
		"https://example.org/a https://example.org/b":     2*link + 1,
		"https://example.org/a\nhttps://example.org/b":    2*link + 1,
		"https://example.org/?u=https://example.net/":     link,

		// punctuation around it is of the sentence
		"see https://example.org/x.":                  4 + link + 1,
		"https://example.org.":                        link + 1,
		"https://example.org/x?!":                     link + 2,
		"https://example.org/x?y=z!":                  link + 1,
		"https://example.org/x, https://example.org.": 2*link + 3,
		"«https://example.org/x »":                    1 + link + 2,
		"\"https://example.org/x\"":                   1 + link + 1,
		"(https://example.org/x)":                     1 + link + 1,
		"<https://example.org/x>":                     1 + link + 1,
		"https://example.org/wiki/Kith_(band)":        link,
		"(https://example.org/wiki/Kith_(band))":      1 + link + 1,
		"https://example.org/a_(b_(c)_d)":             link,
		"https://example.org/a_(b":                    link + 2,
		"https://example.org#top":                     link + 4,

		// none
		"https://localhost/a/long/way":        28,
		"example.org/without/a/scheme":        28,
		"ftp://example.org":                   17,
		"xhttps://example.org/a/long/way/off": 35,
		"@https://example.org/a/long/way/off": 35,
		"#https://example.org/a/long/way/off": 35,
		"https://":                            8,
		"https:// example.org":                20,

		// what stands before is no letter that it could belong to
		"…https://example.org/a/long/way/off": 1 + link,
		"/https://example.org/a/long/way/off": 1 + link,

		// somebody on another server counts by the name alone, in a link not at all
		"@ada@example.social":                   4,
		"@ada@example.social, @bo.b-c@x.org.":   4 + 2 + 7 + 1,
		"@ada":                                  4,
		"ada@example.social":                    18,
		"é@ada@example.social":                  20,
		"=@ada@example.social":                  20,
		"https://example.org/@ada@example.net":  link,
		"https://example.org/ @ada@example.net": link + 1 + 4,
		"(@ada@exämple.social)":                 6,
	} {
		if got := text.Count(s, text.Mastodon, link); got != want {
			t.Errorf("%q is %d, want %d", s, got, want)
		}
	}
}

func TestTermsAreFolded(t *testing.T) {
	got := text.Terms("L’Été à Œuvre, ÉTÉ! 東京都 don't")
	want := []string{"l", "ete", "a", "oeuvre", "東", "京", "東京", "都", "京都", "don", "t"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	terms, prefix := text.Query("Été bon")
	if !slices.Equal(terms, []string{"ete", "bon"}) || !prefix {
		t.Errorf("%q %v", terms, prefix)
	}
	if terms, prefix := text.Query("東京都 "); !slices.Equal(terms, []string{"東京", "京都"}) || prefix {
		t.Errorf("%q %v", terms, prefix)
	}
}

func TestCutKeepsWholeCharacters(t *testing.T) {
	if got := text.Cut("ab👩‍👩‍👧‍👧cd", 4); got != "ab👩‍👩‍👧‍👧…" {
		t.Errorf("%q", got)
	}
	if got := text.Cut("abcd", 4); got != "abcd" {
		t.Errorf("%q", got)
	}
}

// A link counts as much wherever it stands, and nothing else changes around it.
func FuzzCount(f *testing.F) {
	for _, s := range []string{"", "(https://example.org/a_(b)).", "@ada@example.social", "https://a.fr:80https://b.fr", "x\u200d👩"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = text.Clean(s)
		alone := text.Count(s, text.Mastodon, 23)
		if with := text.Count("https://example.org/path \n"+s, text.Mastodon, 23); with != 23+2+alone { // a line break joins with nothing after it
			t.Fatalf("%q is %d, and %d after a link", s, alone, with)
		}
		if text.Count(strings.Repeat(s+" \n", 2), text.Mastodon, 23) != 2*text.Count(s+" \n", text.Mastodon, 23) {
			t.Fatalf("%q twice is not twice as much", s)
		}
	})
}

func FuzzTerms(f *testing.F) {
	f.Add("L’Été 東京 👩‍👩‍👧‍👧 \x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, term := range text.Terms(text.Clean(s)) {
			if !utf8.ValidString(term) || strings.ContainsAny(term, " \"'\x00") {
				t.Fatalf("term %q of %q", term, s)
			}
		}
		clean := text.Clean(s)
		if text.Clean(clean) != clean || !utf8.ValidString(clean) {
			t.Fatal("cleaning twice differs")
		}
		if c := text.Cut(clean, 10); text.Count(c, text.Graphemes, 0) > 10 {
			t.Fatalf("%q is longer than 10", c)
		}
		for _, u := range []text.Unit{text.Graphemes, text.CodePoints, text.UTF16, text.Mastodon} {
			if n := text.Count(clean, u, 23); n < 0 || n > 23*len(clean) {
				t.Fatalf("%q is %d in %s", clean, n, u)
			}
			if text.Count(clean, u, 0) > utf8.RuneCountInString(clean)*2 {
				t.Fatalf("%q grows in %s", clean, u)
			}
		}
	})
}
