package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// head is a link up to its path: what stands before it, the scheme, a name of at
// least two parts, a port. Which names end in a real top level is not asked, so a
// made-up one is taken for a link.
var head = regexp.MustCompile(`(?i)(?:^|[^a-z0-9@＠$#＃])(https?://(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+\p{L}(?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?::[0-9]+)?)`)

// withLinks gives a text in which every link, as Mastodon finds links, is so many
// characters long.
func withLinks(s string, length int) string {
	var out strings.Builder
	from, before := 0, 0
	for {
		at := head.FindStringSubmatchIndex(s[before:])
		if at == nil {
			return out.String() + s[from:]
		}
		start, end := before+at[2], before+at[3]
		out.WriteString(s[from:start])
		out.WriteString(strings.Repeat("x", length))
		from = end + tail(s[end:])
		// The end of this link is what stands before the next.
		_, last := utf8.DecodeLastRuneInString(s[:from])
		before = from - last
	}
}

// Links gives the web addresses in a text, in their order.
func Links(s string) []string {
	var all []string
	for before := 0; ; {
		at := head.FindStringSubmatchIndex(s[before:])
		if at == nil {
			return all
		}
		start, end := before+at[2], before+at[3]
		end += tail(s[end:])
		all = append(all, s[start:end])
		_, last := utf8.DecodeLastRuneInString(s[:end])
		before = end - last
	}
}

// tail is how long path and query of a link are.
func tail(s string) int {
	n := path(s)
	if n < len(s) && s[n] == '?' {
		n += query(s[n:])
	}
	return n
}

// path ends before white space, angle brackets, a question mark and a bracket
// that is not closed, and not in punctuation, which belongs to the sentence.
func path(s string) int {
	if !strings.HasPrefix(s, "/") {
		return 0
	}
	end := 1
	for n := 1; n < len(s); {
		if closed := brackets(s[n:], 2); closed > 0 {
			n += closed
			end = n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if !inPath(r) {
			break
		}
		n += size
		if !strings.ContainsRune(`!*"'「」;:=,.$%[]~&|@`, r) {
			end = n
		}
	}
	return end
}

func inPath(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune("<>()?", r) }

// brackets is how long a pair of brackets is that is closed and not empty, with
// at most one more pair in it; 0 when there is none.
func brackets(s string, deep int) int {
	if deep == 0 || !strings.HasPrefix(s, "(") {
		return 0
	}
	for n := 1; n < len(s); {
		if inner := brackets(s[n:], deep-1); inner > 0 {
			n += inner
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if r == ')' && n > 1 {
			return n + 1
		}
		if !inPath(r) {
			return 0
		}
		n += size
	}
	return 0
}

func query(s string) int {
	end := 0
	for n, r := range s {
		alone := unicode.IsLetter(r) || unicode.IsDigit(r) || r >= 0xA0 && !unicode.IsSpace(r) || strings.ContainsRune("_&=#/-", r)
		if !alone && !strings.ContainsRune(`!?*'();:+$%[].,~|@^`, r) {
			break
		}
		if alone {
			end = n + utf8.RuneLen(r)
		}
	}
	return end
}
