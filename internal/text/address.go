package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Span is a piece of a text, by its bytes.
type Span struct{ From, To int }

// Addresses finds the web addresses in a text as X finds them, in their order:
// with a scheme, or a bare name that ends in a top level that exists.
func Addresses(s string) []Span {
	var all []Span
	if !strings.Contains(s, ".") {
		return nil
	}
	before, at := rune(-1), 0 // what stands before the place that is looked at
	// At the beginning nothing need stand before an address; but a sign that may is
	// taken for that first.
	if r, size := utf8.DecodeRuneInString(s); mayPrecede(r) {
		if _, _, matched := addressAt(s, size, r); matched {
			before, at = r, size
		}
	}
	for at < len(s) {
		if mayPrecede(before) {
			found, end, matched := addressAt(s, at, before)
			all = append(all, found...)
			if end > at {
				before, _ = utf8.DecodeLastRuneInString(s[:end])
				at = end
				if !matched || at == len(s) {
					continue
				}
				// What stands between two addresses belongs to neither.
			}
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		before, at = r, at+size
	}
	return all
}

func mayPrecede(r rune) bool {
	switch {
	case r == -1, directional(r):
		return true
	case r < utf8.RuneSelf && alphanumeric(byte(r)), strings.ContainsRune("@＠$#＃\uFFFE\uFEFF\uFFFF", r):
		return false
	}
	return true
}

func alphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func directional(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x2066 && r <= 0x2069
}

// addressAt reads an address that begins at a place. Looking goes on at end;
// matched: what was there has the form of an address, be it one or not.
func addressAt(s string, at int, before rune) (found []Span, end int, matched bool) {
	scheme := 0
	for _, known := range []string{"https://", "http://"} {
		if len(s)-at >= len(known) && strings.EqualFold(s[at:at+len(known)], known) {
			scheme = len(known)
		}
	}
	host := at + scheme
	length, skip := domain(s[host:])
	if length == 0 {
		if scheme > 0 {
			return nil, 0, false
		}
		if strings.HasPrefix(s[at+skip:], "://") {
			skip -= min(skip, len("https")) // which may begin one
		}
		return nil, at + skip, false
	}
	after := host + length
	way := after + port(s[after:])
	end = way + where(s[way:])
	const most = 4096
	if end-at > most || !real(s[host:after]) {
		return nil, end, true
	}
	if scheme > 0 {
		return shortened(s, at, end), end, true
	}
	if before != -1 && strings.ContainsRune("-_./", before) {
		return nil, end, true
	}
	found = latin(s, host, after)
	if len(found) > 0 && strings.HasPrefix(s[way:], "/") { // port and query alone are left out
		found[len(found)-1].To = end
	}
	return found, end, true
}

// hostMost is how long a name of a host can be.
const hostMost = 253

// domain is how long a name with a real top level is; where there is none, skip
// says how far none can begin.
func domain(s string) (length, skip int) {
	from, last, good, tops := 0, "", true, false // good: the labels so far may stand before a top level
	for {
		size := strings.IndexFunc(s[from:], func(r rune) bool { return !nameSign(r) && r != '-' && r != '_' })
		if size < 0 {
			size = len(s) - from
		}
		label := s[from : from+size]
		if from > 0 {
			if n := top(label); n > 0 && bounded(s[from+n:]) {
				tops = true
				if !strings.Contains(last, "_") {
					length = from + n
				}
			}
		}
		end := from + size
		if label == "" || end >= len(s) || s[end] != '.' || end > hostMost {
			if length > 0 || tops {
				return length, 0
			}
			return 0, end
		}
		if good = good && !strings.ContainsAny(label[:1]+label[len(label)-1:], "-_"); !good {
			return length, 0
		}
		last, from = label, end+1
	}
}

// nameSign says what a name of a host may be made of besides hyphens.
func nameSign(r rune) bool {
	switch {
	case r == utf8.RuneError, directional(r), unicode.IsSpace(r), r == 0x180E, r == 0xFFFE, r == 0xFEFF, r == 0xFFFF:
		return false
	}
	return !strings.ContainsRune("!'#%&()*+,\\-./:;<=>?@[]^_{|}~$\"`", r) || r == '"' || r == '`'
}

func bounded(s string) bool {
	return s == "" || !alphanumeric(s[0]) && !strings.ContainsRune("@+-", rune(s[0]))
}

// top is how long a top level at the beginning of a label is: the longest that
// exists. Other signs may follow one at once: “example.comです”.
func top(label string) int {
	n := 0
	for n < len(label) && (alphanumeric(label[n]) || label[n] == '-') {
		n++
	}
	if n > 0 {
		if strings.HasPrefix(strings.ToLower(label), "xn--") && n > len("xn--") || exists(strings.ToLower(label[:n])) {
			return n
		}
		if n < len(label) && whole(label) {
			return len(label)
		}
		return 0
	}
	const most = 24
	var ends []int
	for i, r := range label {
		if r < utf8.RuneSelf || len(ends) == most {
			break
		}
		ends = append(ends, i+utf8.RuneLen(r))
	}
	for i := len(ends) - 1; i >= 0; i-- {
		if ascii, err := idna.ToASCII(strings.ToLower(label[:ends[i]])); err == nil && exists(ascii) {
			return ends[i]
		}
	}
	return 0
}

// whole says whether a label is a top level that has Latin and other letters.
func whole(label string) bool {
	ascii, err := idna.ToASCII(strings.ToLower(label))
	return err == nil && exists(ascii)
}

// exists says whether a top level does. Some have only names of two parts below
// them, so one that may be there is asked for.
func exists(level string) bool {
	_, known := publicsuffix.PublicSuffix("a." + level)
	return known
}

// real says whether a name can be one of a host at all.
func real(host string) bool {
	ascii, err := idna.ToASCII(strings.ToLower(host))
	if err != nil || ascii == "" {
		return false
	}
	const most = 63
	for l := range strings.SplitSeq(ascii, ".") {
		if len(l) > most {
			return false
		}
	}
	return true
}

// latin finds names of Latin letters in a name without a scheme: only those are
// links.
func latin(s string, from, to int) []Span {
	var all []Span
	for from < to {
		start := from
		for start < to {
			r, size := utf8.DecodeRuneInString(s[start:to])
			if latinSign(r) {
				break
			}
			start += size
		}
		run := start
		for run < to {
			r, size := utf8.DecodeRuneInString(s[run:to])
			if !latinSign(r) && r != '.' {
				break
			}
			run += size
		}
		n := 0
		labels := strings.Split(s[start:run], ".")
		at := start
		for i, l := range labels {
			rest := s[at:to]
			if i > 0 && labels[i-1] != "" {
				if cut := strings.IndexByte(rest, '.'); cut > 0 {
					rest = rest[:cut]
				}
				if k := top(rest); k > 0 && bounded(s[at+k:]) {
					n = at + k
				}
			}
			if l == "" && i > 0 {
				break
			}
			at += len(l) + 1
		}
		if n > start {
			all = append(all, Span{start, n})
		}
		from = max(run, n, start+1)
	}
	return all
}

// latinSign is a letter of the Latin alphabet, a digit or a hyphen.
func latinSign(r rune) bool {
	return r == '-' || r < utf8.RuneSelf && alphanumeric(byte(r)) || accented(r)
}

func accented(r rune) bool {
	return r >= 0xC0 && r <= 0x24F && r != 0xD7 && r != 0xF7 || r >= 0x253 && r <= 0x28B && strings.ContainsRune("\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272\u0289\u028B", r) ||
		r == 0x2BB || r >= 0x300 && r <= 0x36F || r >= 0x1E00 && r <= 0x1EFF
}

func port(s string) int {
	if !strings.HasPrefix(s, ":") {
		return 0
	}
	n := 1
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 1 {
		return 0
	}
	return n
}

// where is how long path and query of an address are, as X reads them.
func where(s string) int {
	n := 0
	if strings.HasPrefix(s, "/") {
		n = 1
		for at := 1; at < len(s); {
			if k := pair(s[at:], 2); k > 0 {
				at += k
				n = at
				continue
			}
			r, size := utf8.DecodeRuneInString(s[at:])
			if !pathSign(r) {
				break
			}
			at += size
			if !strings.ContainsRune("!*';:,.$%[]–~@|&", r) {
				n = at
			}
		}
	}
	if n < len(s) && s[n] == '?' {
		end := 0
		for at := n + 1; at < len(s) && (alphanumeric(s[at]) || strings.IndexByte("!?*'@();:&=+$/%#[]-_.,~|", s[at]) >= 0); at++ {
			if alphanumeric(s[at]) || strings.IndexByte("-_&=#/", s[at]) >= 0 {
				end = at + 1
			}
		}
		n = max(n, end)
	}
	return n
}

func pathSign(r rune) bool {
	return r < utf8.RuneSelf && alphanumeric(byte(r)) || strings.ContainsRune("!*';:=+,.$/%#[]-–_~@|&", r) || r >= 0x400 && r <= 0x4FF || accented(r)
}

// pair is how long brackets are that close and are not empty, with at most one
// more pair in them.
func pair(s string, deep int) int {
	if deep == 0 || !strings.HasPrefix(s, "(") {
		return 0
	}
	for n := 1; n < len(s); {
		if k := pair(s[n:], deep-1); k > 0 {
			n += k
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if r == ')' && n > 1 {
			return n + 1
		}
		if !pathSign(r) {
			return 0
		}
		n += size
	}
	return 0
}

// shortened cuts an address of X's own shortener to what it is: nothing may
// stand behind its word.
func shortened(s string, from, to int) []Span {
	const host, word = "://t.co/", 40
	i := strings.Index(strings.ToLower(s[from:to]), host)
	if i < 0 || i > len("https") {
		return []Span{{from, to}}
	}
	n := from + i + len(host)
	for n < to && alphanumeric(s[n]) {
		n++
	}
	slug := n - from - i - len(host)
	switch {
	case slug == 0:
		return []Span{{from, to}}
	case slug > word:
		return nil
	}
	if n < to && s[n] == '?' {
		n += where(s[n:to])
	}
	return []Span{{from, n}}
}
