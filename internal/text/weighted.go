package text

import (
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// weightedLink is what X counts a link as where nobody says otherwise.
const weightedLink = 23

// weighted counts as X does: after NFC, signs of the ranges that its published
// configuration (version 3) names count once, all others, a whole emoji among
// them, twice; a link, also one without a scheme, has a fixed length.
func weighted(s string, link int) int {
	if link <= 0 {
		link = weightedLink
	}
	s = norm.NFC.String(s)
	n, from := 0, 0
	for _, a := range Addresses(s) {
		n += weighed(s[from:a.From]) + link
		from = a.To
	}
	return n + weighed(s[from:])
}

func weighed(s string) int {
	n, state := 0, -1
	for len(s) > 0 {
		var cluster string
		cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		if emoji(cluster) {
			n += 2 + loose(cluster)
			continue
		}
		for _, r := range cluster {
			n += weight(r)
		}
	}
	return n
}

// loose is the weight of what hangs on an emoji and is no part of it: marks, and
// a joiner that joins nothing.
func loose(cluster string) int {
	n := 0
	joined := strings.TrimRight(cluster, string(joiner))
	for i, r := range joined {
		if i > 0 && r < 0x2000 {
			n += weight(r)
		}
	}
	return n + (len(cluster)-len(joined))/len(string(joiner))
}

const joiner = '\u200D'

func weight(r rune) int {
	if r <= 4351 || r >= 8192 && r <= 8205 || r >= 8208 && r <= 8223 || r >= 8242 && r <= 8247 {
		return 1
	}
	return 2
}

// emoji says whether a cluster is shown as one picture: a sign that is one by
// itself, or one that is made one by what follows it.
func emoji(cluster string) bool {
	const (
		variation, keycap = '\uFE0F', '\u20E3'
		light, dark       = 0x1F3FB, 0x1F3FF
	)
	var first rune
	for i, r := range cluster {
		if i == 0 {
			first = r
			if r >= 0x1F000 {
				return true
			}
			continue
		}
		switch {
		case r == keycap:
			return strings.ContainsRune("0123456789#*", first)
		case r == variation && (first >= 0x2000 || first == '©' || first == '®'), (r == joiner || r >= light && r <= dark) && first >= 0x2190 && first < 0x2E80:
			return true
		}
	}
	return false
}
