package subtitle

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

var (
	tag     = regexp.MustCompile(`</?[A-Za-z][^<>\n]*>|</>|<[0-9][0-9:.]*>`) //nolint:gochecknoglobals // compiled once
	place   = regexp.MustCompile(`\{\\[^{}\n]*\}`)                           //nolint:gochecknoglobals // compiled once
	escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")    //nolint:gochecknoglobals // read only
)

// tidy is the text of a subtitle in one form: without what only some players know, and
// with each tag closed.
func (r *reader) tidy(s string) string {
	if !r.vtt {
		s = place.ReplaceAllString(s, "")
	}
	var b strings.Builder
	var open []string
	for s != "" {
		at := tag.FindStringIndex(s)
		if at == nil {
			at = []int{len(s), len(s)}
		}
		b.WriteString(r.words(s[:at[0]]))
		open = r.mark(&b, open, s[at[0]:at[1]])
		s = s[at[1]:]
	}
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("</" + open[i] + ">")
	}
	var lines []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if text := strings.Join(lines, "\n"); strings.TrimSpace(tag.ReplaceAllString(text, "")) != "" {
		return text
	}
	return ""
}

// words are letters between tags, as WebVTT writes them.
func (r *reader) words(s string) string {
	if r.vtt {
		s = strings.ReplaceAll(shown(html.UnescapeString(s)), "\r", " ")
	}
	return escapes.Replace(s)
}

// mark writes a tag that is kept, and gives what is open after it.
func (r *reader) mark(b *strings.Builder, open []string, found string) []string {
	if found == "" {
		return open
	}
	inner := strings.Trim(found, "</>")
	name, rest, _ := strings.Cut(inner, " ")
	name, _, _ = strings.Cut(name, ".")
	name = strings.ToLower(name)
	switch {
	case slices.Contains([]string{"b", "i", "u", "v"}, name):
	case r.vtt, slices.Contains([]string{"font", "span", "s", "c", "em", "strong"}, name):
		return open
	default: // no tag: somebody wrote it
		b.WriteString(escapes.Replace(found))
		return open
	}
	if strings.HasPrefix(found, "</") {
		if n := len(open); n > 0 && open[n-1] == name {
			b.WriteString("</" + name + ">")
			return open[:n-1]
		}
		return open
	}
	who := strings.Join(strings.Fields(escapes.Replace(shown(html.UnescapeString(rest)))), " ")
	switch {
	case name != "v":
		b.WriteString("<" + name + ">")
	case who == "" || len(open) > 0 && open[len(open)-1] == "v":
		return open
	default:
		b.WriteString("<v " + who + ">")
	}
	return append(open, name)
}

// kept stands for the beginning of a tag that is one, while words are looked at: no text
// has it.
const kept = "\x01"

// plain is a text as SRT has it: who speaks stands before what they say. SRT has no way to
// write what only looks like a tag: a space keeps players from swallowing it.
func plain(s string) string {
	s = tag.ReplaceAllStringFunc(s, func(found string) string {
		switch who, speaks := strings.CutPrefix(found, "<v "); {
		case speaks:
			return strings.TrimSuffix(who, ">") + ": "
		case found == "</v>":
			return ""
		}
		return kept + found[1:]
	})
	s = strings.ReplaceAll(html.UnescapeString(s), "-->", "->")
	s = tag.ReplaceAllStringFunc(s, func(written string) string { return "< " + written[1:] })
	return strings.NewReplacer(kept, "<", `{\`, `{ \`).Replace(s)
}
