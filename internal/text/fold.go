package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A term longer than this is cut: nobody types it, and indexes have limits.
const longest = 40

// Terms takes a text apart into the words it can be found by: folded to lower
// case without accents; scripts without spaces give overlapping pairs of
// characters; every term once, in order of appearance.
func Terms(s string) []string {
	seen := map[string]bool{}
	var all []string
	add := func(term string) {
		if term != "" && !seen[term] {
			seen[term] = true
			all = append(all, term)
		}
	}
	for _, w := range words(s) {
		if w.dense {
			for i := range w.runes {
				add(string(w.runes[i : i+1]))
				if i > 0 {
					add(string(w.runes[i-1 : i+1]))
				}
			}
			continue
		}
		add(string(w.runes[:min(len(w.runes), longest)]))
	}
	return all
}

// Query takes what a person typed apart in the same way. The last word is also
// the beginning of longer words, unless a space follows it.
func Query(s string) (terms []string, prefix bool) {
	ws := words(s)
	for _, w := range ws {
		if !w.dense {
			terms = append(terms, string(w.runes[:min(len(w.runes), longest)]))
			continue
		}
		if len(w.runes) == 1 {
			terms = append(terms, string(w.runes))
		}
		for i := 1; i < len(w.runes); i++ {
			terms = append(terms, string(w.runes[i-1:i+1]))
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
	runes []rune
	dense bool // a script without spaces between words
}

func words(s string) []word {
	var all []word
	var now word
	end := func() {
		if len(now.runes) > 0 {
			all = append(all, now)
		}
		now = word{}
	}
	// NFKD takes accents off their letters; what folds to nothing is skipped.
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case !wordy(r):
			end()
			continue
		}
		if d := dense(r); d != now.dense && len(now.runes) > 0 {
			end()
			now.dense = d
		} else {
			now.dense = d
		}
		now.runes = append(now.runes, unfold(r)...)
	}
	end()
	return all
}

// unfold spells letters that NFKD leaves whole.
func unfold(r rune) []rune {
	switch r {
	case 'œ':
		return []rune("oe")
	case 'æ':
		return []rune("ae")
	case 'ß':
		return []rune("ss")
	case 'ø':
		return []rune("o")
	case 'ł':
		return []rune("l")
	case 'đ':
		return []rune("d")
	}
	return []rune{r}
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func dense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
