package x

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kithhq/kith/internal/text"
)

// textMost bounds what is kept of a text.
const textMost = 64 << 10

// plain undoes what X does to a text: escapes, short links, the address of
// files behind it, and the names of those who are answered before it.
func (p post) plain() (said string, cut bool) {
	s := clip(p.Text, 4*textMost)
	if p.refers("replied_to") != "" {
		s = p.unaddressed(s)
	}
	// Links are put in first: what they expand to is not escaped.
	var pairs []string
	seen := map[string]bool{}
	for _, l := range p.Entities.URLs[:min(len(p.Entities.URLs), 64)] {
		if !strings.HasPrefix(l.URL, "http") || seen[l.URL] {
			continue
		}
		seen[l.URL] = true
		full := clip(l.Expanded, 4096)
		if l.Key != "" || p.picture(full) {
			pairs = append(pairs, " "+l.URL, "", l.URL, "")
			continue
		}
		if full != "" {
			pairs = append(pairs, l.URL, full)
		}
	}
	pairs = append(pairs, "&lt;", "<", "&gt;", ">", "&amp;", "&")
	s = strings.TrimSpace(strings.NewReplacer(pairs...).Replace(s))
	if len(s) > textMost {
		return clip(s, textMost), true
	}
	return s, false
}

// picture says whether a link is the address of the post's own files.
func (p post) picture(full string) bool {
	return len(p.Attachments.Keys) > 0 && (strings.Contains(full, "/status/"+p.ID+"/photo/") || strings.Contains(full, "/status/"+p.ID+"/video/"))
}

// unaddressed takes the names at the beginning away that X put there: those
// that stand before what is displayed.
func (p post) unaddressed(s string) string {
	shown := 1 << 30
	if len(p.Range) == 2 {
		shown = p.Range[0]
	}
	at := 0
	for strings.HasPrefix(s, "@") && at < shown {
		end := strings.IndexFunc(s[1:], func(r rune) bool { return r > '~' || !word(byte(r)) }) + 1
		if end <= 1 || s[end] != ' ' {
			break
		}
		at += end + 1
		s = strings.TrimLeft(s[end:], " ")
	}
	return s
}

func word(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// alike folds a text to what survives X: white space, the form of its signs,
// and how a link was written do not. A link that lost its beginning may end elsewhere:
// it is folded until nothing changes.
func alike(s string) string {
	for range 64 {
		before := s
		if s = folded(s); s == before {
			break
		}
	}
	return s
}

func folded(s string) string {
	s = norm.NFC.String(s)
	var out strings.Builder
	from := 0
	for _, l := range text.Addresses(s) {
		out.WriteString(s[from:l.From])
		link := strings.ToLower(s[l.From:l.To])
		link = strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://")
		out.WriteString(strings.TrimSuffix(link, "/"))
		from = l.To
	}
	out.WriteString(s[from:])
	return strings.Join(strings.Fields(out.String()), " ")
}
