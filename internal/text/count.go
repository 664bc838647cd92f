// Package text counts text as networks do, and folds it for searching.
package text

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Unit is what a network counts.
type Unit string

// The units.
const (
	Graphemes  Unit = "graphemes"   // extended grapheme clusters, UAX 29: Bluesky
	CodePoints Unit = "code_points" // Facebook
	UTF16      Unit = "utf16"       // TikTok
	Bytes      Unit = "bytes"       // of UTF-8: YouTube
	Weighted   Unit = "weighted"    // X: most signs of other scripts than Latin count twice
	Mastodon   Unit = "mastodon"    // graphemes; a link has a fixed length, a mention counts without its server
)

// mention is one of somebody on another server, and what stands before it.
var mention = regexp.MustCompile(`(^|[^=/\p{L}\p{M}\p{N}\p{Pc}])@([A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)@[\p{L}\p{M}\p{N}\p{Pc}.-]+[\p{L}\p{M}\p{N}\p{Pc}]`)

// Count counts a text. urlLength > 0 counts every link as that many.
func Count(s string, unit Unit, urlLength int) int {
	if unit == Weighted {
		return weighted(s, urlLength)
	}
	if urlLength > 0 {
		s = withLinks(s, urlLength)
	}
	if unit == Mastodon {
		s = mention.ReplaceAllString(s, "$1@$2")
	}
	switch unit {
	case Bytes:
		return len(s)
	case CodePoints:
		return utf8.RuneCountInString(s)
	case UTF16:
		n := 0
		for _, r := range s {
			n++
			if r > 0xFFFF {
				n++
			}
		}
		return n
	}
	return uniseg.GraphemeClusterCount(s)
}

// Blank says whether nothing would be seen of a text.
func Blank(s string) bool { return strings.TrimSpace(s) == "" }

// Clean makes a text from outside safe to keep: valid UTF-8, no U+0000.
func Clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Cut shortens a text to at most n graphemes, with an ellipsis when it does.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	rest := s
	for range n - 1 {
		if rest = afterGrapheme(rest); rest == "" {
			return s
		}
	}
	if afterGrapheme(rest) == "" {
		return s
	}
	return strings.TrimRight(s[:len(s)-len(rest)], " \n\t") + "…"
}

// afterGrapheme is what follows the first grapheme.
func afterGrapheme(s string) string {
	if len(s) > 1 && s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf && s[0] != '\r' {
		return s[1:] // most of most texts
	}
	_, rest, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
	return rest
}
