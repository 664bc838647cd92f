package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A term longer than this is cut: nobody types it, and indexes have limits.
const longest = 40

// Terms takes a text apart into the words it can be found by: folded to lower
// case without accents; scripts without spaces give overlapping pairs of
// characters; every term once, in order of appearance.
func Terms(s string) []string {
	ws := words(s)
	all := make([]string, 0, len(ws)+2) // callers add where it may be found
	var seen map[string]bool
	add := func(term string) {
		switch {
		case seen[term]:
			return
		case seen != nil:
			seen[term] = true
		case slices.Contains(all, term): // few are compared faster than they are remembered
			return
		case len(all) == 64:
			seen = make(map[string]bool, 2*len(all))
			for _, t := range all {
				seen[t] = true
			}
			seen[term] = true
		}
		all = append(all, term)
	}
	for _, w := range ws {
		if !w.dense {
			add(first(w.text, longest))
			continue
		}
		before := 0 // where the former character begins
		for i, r := range w.text {
			end := i + utf8.RuneLen(r)
			add(w.text[i:end])
			if i > 0 {
				add(w.text[before:end])
			}
			before = i
		}
	}
	return all
}

// first gives the first n characters.
func first(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// Query takes what a person typed apart in the same way. The last word is also
// the beginning of longer words, unless a space follows it.
func Query(s string) (terms []string, prefix bool) {
	ws := words(s)
	for _, w := range ws {
		if !w.dense {
			terms = append(terms, first(w.text, longest))
			continue
		}
		runes := []rune(w.text)
		if len(runes) == 1 {
			terms = append(terms, w.text)
		}
		for i := 1; i < len(runes); i++ {
			terms = append(terms, string(runes[i-1:i+1]))
		}
	}
	last := strings.TrimRightFunc(s, unicode.IsSpace)
	prefix = len(ws) > 0 && !ws[len(ws)-1].dense && last == s && endsInWord(s)
	return terms, prefix
}

func endsInWord(s string) bool {
	r := []rune(s)
	return len(r) > 0 && wordy(r[len(r)-1])
}

type word struct {
	text  string
	dense bool // a script without spaces between words
}

func words(s string) []word {
	// NFKD takes accents off their letters; what folds to nothing is skipped.
	s = strings.ToLower(s)
	if !ascii(s) {
		s = norm.NFKD.String(s)
	}
	folded := make([]byte, 0, len(s))
	all := make([]word, 0, len(s)/6+1)
	from, now := 0, false // of the word that is being read: where it begins, whether it is dense
	end := func() {
		if len(folded) > from {
			all = append(all, word{string(folded[from:]), now})
		}
		from, now = len(folded), false
	}
	for _, r := range s {
		switch {
		case r >= 0x300 && unicode.Is(unicode.Mn, r):
			continue
		case !wordy(r):
			end()
			continue
		}
		if d := dense(r); d != now {
			end()
			now = d
		}
		folded = unfold(folded, r)
	}
	end()
	return all
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unfold spells letters that NFKD leaves whole.
func unfold(to []byte, r rune) []byte {
	switch r {
	case 'œ':
		return append(to, "oe"...)
	case 'æ':
		return append(to, "ae"...)
	case 'ß':
		return append(to, "ss"...)
	case 'ø':
		return append(to, 'o')
	case 'ł':
		return append(to, 'l')
	case 'đ':
		return append(to, 'd')
	}
	return utf8.AppendRune(to, r)
}

func wordy(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// dense scripts begin with Thai.
func dense(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
