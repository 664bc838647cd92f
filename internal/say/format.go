package say

import (
	"strconv"
	"strings"
	"unicode"
)

// format is a text with verbs, taken apart: between two pieces stands a verb.
type format struct {
	pieces []string
	verbs  []verb
	weight int // letters and digits of the pieces: what it is known by
	french *format
}

// verb is one %s or %[2]d: its letter, and which argument it shows.
type verb struct {
	letter byte
	arg    int
}

// parse takes a format apart. ok is false for what package fmt would refuse and
// for what the house does not use: flags, and verbs that mean nothing to people.
func parse(text string) (f *format, ok bool) {
	f = &format{}
	var piece strings.Builder
	next := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			piece.WriteByte(text[i])
			continue
		}
		i++
		if i < len(text) && text[i] == '%' {
			piece.WriteByte('%')
			continue
		}
		arg := next
		if i < len(text) && text[i] == '[' {
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				return nil, false
			}
			n, err := strconv.Atoi(text[i+1 : i+end])
			if err != nil || n < 1 || n > 9 {
				return nil, false
			}
			arg, i = n-1, i+end+1
		}
		for i < len(text) && (text[i] == '.' || text[i] >= '0' && text[i] <= '9') { // "%.50s" shows a beginning
			i++
		}
		if i >= len(text) || !strings.ContainsRune("sdqv", rune(text[i])) {
			return nil, false
		}
		f.pieces, f.verbs = append(f.pieces, piece.String()), append(f.verbs, verb{text[i], arg})
		piece.Reset()
		next = arg + 1
	}
	f.pieces = append(f.pieces, piece.String())
	for _, p := range f.pieces {
		for _, r := range p {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				f.weight++
			}
		}
	}
	return f, true
}

// head is what every sentence of the format begins with.
func (f *format) head() string { return f.pieces[0] }

// match finds what stood in the place of the verbs. Of several ways the first
// that fits wins, with the shortest arguments in front. left is how many may
// still be tried.
func (f *format) match(text string, left *int, fits func(args []string) bool) bool {
	last := len(f.pieces) - 1
	if last == 0 {
		return text == f.pieces[0] && fits(nil)
	}
	if len(text) < len(f.pieces[0])+len(f.pieces[last]) || !strings.HasPrefix(text, f.pieces[0]) || !strings.HasSuffix(text, f.pieces[last]) {
		return false
	}
	args := make([]string, f.arguments())
	given := make([]bool, len(args))
	var from func(n int, rest string) bool
	from = func(n int, rest string) bool { // rest begins where verb n stands
		v, piece := f.verbs[n], f.pieces[n+1]
		try := func(arg, rest string) bool {
			*left--
			if v.letter == 'd' && !number(arg) || given[v.arg] && args[v.arg] != arg {
				return false
			}
			was, had := args[v.arg], given[v.arg]
			args[v.arg], given[v.arg] = arg, true
			if n+1 == len(f.verbs) && fits(args) || n+1 < len(f.verbs) && from(n+1, rest) {
				return true
			}
			args[v.arg], given[v.arg] = was, had
			return false
		}
		if n+1 == len(f.verbs) {
			return strings.HasSuffix(rest, piece) && try(rest[:len(rest)-len(piece)], "")
		}
		for at := 0; *left > 0; at++ {
			next := strings.Index(rest[at:], piece)
			if next < 0 {
				return false
			}
			if at += next; try(rest[:at], rest[at+len(piece):]) {
				return true
			}
			if at >= len(rest) {
				return false
			}
		}
		return false
	}
	return from(0, text[len(f.pieces[0]):])
}

// arguments is how many the format takes.
func (f *format) arguments() int {
	n := 0
	for _, v := range f.verbs {
		n = max(n, v.arg+1)
	}
	return n
}

// write makes a sentence of a format and of what stands in the place of its verbs.
func (f *format) write(args []string) string {
	var s strings.Builder
	for i, p := range f.pieces {
		s.WriteString(p)
		if i < len(f.verbs) && f.verbs[i].arg < len(args) {
			s.WriteString(args[f.verbs[i].arg])
		}
	}
	return s.String()
}

// number says whether a text is what %d writes.
func number(s string) bool {
	s = strings.TrimPrefix(s, "-")
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
