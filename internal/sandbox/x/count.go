package x

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// This counts as the page “Counting characters” says, in its own words: NFC, a link is 23, an emoji is 2 however it is put
// together, what stands in four ranges is 1, all else 2. It shares nothing with the house's own counting.

const linkWeight = 23

var (
	address = regexp.MustCompile(`(?i)(?:https?://)?(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*(?::\d+)?(?:/[^\s<>"«»“”]*)?(?:\?[^\s<>"«»“”]*)?`)
	picture = regexp.MustCompile(`(?:[0-9#*]\x{FE0F}?\x{20E3}|[\x{1F1E6}-\x{1F1FF}]{2}|[\x{2190}-\x{2BFF}\x{3030}\x{303D}\x{3297}\x{3299}\x{1F000}-\x{1FAFF}](?:\x{FE0F}|[\x{1F3FB}-\x{1F3FF}]|[\x{E0020}-\x{E007F}]+)*(?:\x{200D}[\x{2190}-\x{2BFF}\x{1F000}-\x{1FAFF}](?:\x{FE0F}|[\x{1F3FB}-\x{1F3FF}])*)*)`)
	cash    = regexp.MustCompile(`(?:^|\s)\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)\b`)
	at      = regexp.MustCompile(`(?:^|[^A-Za-z0-9_@!#$%&*])@([A-Za-z0-9_]{1,20})`)
)

// span is a link in a text, by its bytes.
type span struct{ from, to int }

// links finds web addresses, also those without a scheme whose end is a name that exists.
func links(s string) []span {
	var all []span
	for _, m := range address.FindAllStringIndex(s, -1) {
		from, to := m[0], m[1]
		if before, _ := utf8.DecodeLastRuneInString(s[:from]); from > 0 && (strings.ContainsRune("@#$＠＃", before) || before < utf8.RuneSelf && alnum(byte(before))) {
			continue
		}
		for to > from && strings.ContainsRune(`.,;:!?'")]}…`, last(s[:to])) && !(last(s[:to]) == ')' && strings.Count(s[from:to], "(") >= strings.Count(s[from:to], ")")) {
			_, size := utf8.DecodeLastRuneInString(s[:to])
			to -= size
		}
		text := strings.ToLower(s[from:to])
		rest, scheme := strings.CutPrefix(text, "https://")
		if !scheme {
			rest, scheme = strings.CutPrefix(text, "http://")
		}
		host, _, _ := strings.Cut(strings.FieldsFunc(rest, func(r rune) bool { return r == '/' || r == '?' })[0], ":")
		end := host[strings.LastIndexByte(host, '.')+1:]
		suffix, known := publicsuffix.PublicSuffix(end)
		if !known || suffix != end || !strings.Contains(host, ".") {
			continue
		}
		if !scheme && from > 0 && strings.ContainsRune("-_./", last(s[:from])) {
			continue
		}
		all = append(all, span{from, to})
	}
	return all
}

func last(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func alnum(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' }

// weigh gives the weighted length of a text.
func weigh(s string) int {
	s = norm.NFC.String(s)
	n, from := 0, 0
	for _, l := range links(s) {
		n += plain(s[from:l.from]) + linkWeight
		from = l.to
	}
	return n + plain(s[from:])
}

func plain(s string) int {
	n, from := 0, 0
	for _, m := range picture.FindAllStringIndex(s, -1) {
		n += signs(s[from:m[0]]) + 2
		from = m[1]
	}
	return n + signs(s[from:])
}

func signs(s string) int {
	n := 0
	for _, r := range s {
		n += 2
		if r <= 4351 || r >= 8192 && r <= 8205 || r >= 8208 && r <= 8223 || r >= 8242 && r <= 8247 {
			n--
		}
	}
	return n
}

func cashtags(s string) []string { return cash.FindAllString(s, -1) }

// named are the accounts that a text names, in lower case.
func named(s string) []string {
	var all []string
	for _, m := range at.FindAllStringSubmatch(s, -1) {
		all = append(all, strings.ToLower(m[1]))
	}
	return all
}
