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
			if text.Count(clean, u, 23) < 0 {
				t.Fatal("negative")
			}
		}
	})
}
