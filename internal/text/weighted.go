package text

import (
	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// weighted counts as X does: after NFC, signs of the ranges that its published
// configuration (version 3) names count once, others and emoji sequences twice.
func weighted(s string) int {
	n := 0
	clusters := uniseg.NewGraphemes(norm.NFC.String(s))
	for clusters.Next() {
		runes := clusters.Runes()
		if emoji(runes) {
			n += 2
			continue
		}
		for _, r := range runes {
			n += weight(r)
		}
	}
	return n
}

func weight(r rune) int {
	if r <= 4351 || r >= 8192 && r <= 8205 || r >= 8208 && r <= 8223 || r >= 8242 && r <= 8247 {
		return 1
	}
	return 2
}

// emoji says whether a cluster is shown as one picture.
func emoji(cluster []rune) bool {
	first := cluster[0]
	if first >= 0x1F000 {
		return true
	}
	for _, r := range cluster[1:] {
		if r == 0xFE0F || r == 0x20E3 {
			return true
		}
	}
	return false
}
