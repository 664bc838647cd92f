package mastodon

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// How a text is counted and how it becomes HTML.

type patterns struct {
	link, mention, tag, prefix, paragraphs *regexp.Regexp
}

func newPatterns() patterns {
	return patterns{
		link:       regexp.MustCompile(`(?i)https?://[^\s<>"]+`),
		mention:    regexp.MustCompile(`(?i)@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)(@[\p{L}\p{N}_.-]+[\p{L}\p{N}_])?`),
		tag:        regexp.MustCompile(`#([\p{L}\p{N}_]*[\p{L}_][\p{L}\p{N}_]*)`),
		prefix:     regexp.MustCompile(`(?i)^https?://(www\.)?`),
		paragraphs: regexp.MustCompile(`\n\n+`),
	}
}

// piece is a stretch of a text that is more than text.
type piece struct {
	from, to int
	kind     byte // l ink, m ention, t ag
	name     string
	domain   string
}

// pieces finds links, mentions and hashtags, none inside another.
func (p patterns) pieces(text string) []piece {
	var found []piece
	taken := func(from int) bool {
		for _, one := range found {
			if from >= one.from && from < one.to {
				return true
			}
		}
		return false
	}
	for _, at := range p.link.FindAllStringIndex(text, -1) {
		to := at[0] + len(trimLink(text[at[0]:at[1]]))
		if host := linkHost(text[at[0]:to]); strings.Contains(host, ".") && !strings.HasPrefix(host, ".") && free(text, at[0], "@#/_") {
			found = append(found, piece{from: at[0], to: to, kind: 'l', name: text[at[0]:to]})
		}
	}
	for _, at := range p.mention.FindAllStringSubmatchIndex(text, -1) {
		if taken(at[0]) || !free(text, at[0], "=/_") {
			continue
		}
		domain := ""
		if at[4] >= 0 {
			domain = text[at[4]+1 : at[5]]
		}
		found = append(found, piece{at[0], at[1], 'm', text[at[2]:at[3]], domain})
	}
	for _, at := range p.tag.FindAllStringSubmatchIndex(text, -1) {
		if !taken(at[0]) && free(text, at[0], "/)_&") {
			found = append(found, piece{from: at[0], to: at[1], kind: 't', name: text[at[2]:at[3]]})
		}
	}
	for i := 1; i < len(found); i++ { // few of them: put in order as they come
		for j := i; j > 0 && found[j].from < found[j-1].from; j-- {
			found[j], found[j-1] = found[j-1], found[j]
		}
	}
	return found
}

// free says whether what begins at i does not hang on a word or on one of the given signs.
func free(text string, i int, signs string) bool {
	if i == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(signs, r)
}

func trimLink(link string) string {
	for link != "" {
		switch last := link[len(link)-1]; {
		case strings.IndexByte(".,;:!?'*", last) >= 0:
		case last == ')' && strings.Count(link, "(") < strings.Count(link, ")"):
		case last == ']' && strings.Count(link, "[") < strings.Count(link, "]"):
		default:
			return link
		}
		link = link[:len(link)-1]
	}
	return link
}

func linkHost(link string) string {
	_, rest, _ := strings.Cut(link, "://")
	end := strings.IndexAny(rest, "/?#:")
	if end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// length counts as the instance does: graphemes, a link for what it stands for, of a mention the local part.
func (p patterns) length(text string, link int) int {
	var plain strings.Builder
	at := 0
	for _, one := range p.pieces(text) {
		switch one.kind {
		case 'l':
			plain.WriteString(text[at:one.from] + strings.Repeat("x", link))
		case 'm':
			plain.WriteString(text[at:one.from] + "@" + one.name)
		default:
			plain.WriteString(text[at:one.to])
		}
		at = one.to
	}
	plain.WriteString(text[at:])
	return uniseg.GraphemeClusterCount(plain.String())
}

// html is the text as readers get it. Mentions of nobody stay text.
func (p patterns) html(text, host string, known func(name, domain string) (url string, ok bool)) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return ""
	}
	var out strings.Builder
	at := 0
	for _, one := range p.pieces(text) {
		out.WriteString(escape(text[at:one.from]))
		at = one.to
		switch one.kind {
		case 'l':
			out.WriteString(p.anchor(one.name))
		case 'm':
			url, ok := known(one.name, one.domain)
			if !ok {
				out.WriteString(escape(text[one.from:one.to]))
				continue
			}
			out.WriteString(`<span class="h-card" translate="no"><a href="` + escape(url) + `" class="u-url mention">@<span>` + escape(one.name) + `</span></a></span>`)
		case 't':
			out.WriteString(`<a href="` + escape(host+"/tags/"+strings.ToLower(one.name)) + `" class="mention hashtag" rel="tag">#<span>` + escape(one.name) + `</span></a>`)
		}
	}
	out.WriteString(escape(text[at:]))
	body := p.paragraphs.ReplaceAllString(out.String(), "</p><p>")
	return "<p>" + strings.ReplaceAll(body, "\n", "<br />") + "</p>"
}

// anchor shows thirty signs of a link and hides the rest of it.
func (p patterns) anchor(link string) string {
	prefix := p.prefix.FindString(link)
	rest := []rune(link[len(prefix):])
	shown, hidden, class := string(rest), "", ""
	if len(rest) > 30 {
		shown, hidden, class = string(rest[:30]), string(rest[30:]), "ellipsis"
	}
	return `<a href="` + escape(link) + `" target="_blank" rel="nofollow noopener noreferrer" translate="no"><span class="invisible">` +
		escape(prefix) + `</span><span class="` + class + `">` + escape(shown) + `</span><span class="invisible">` + escape(hidden) + `</span></a>`
}

func escape(text string) string {
	return strings.ReplaceAll(html.EscapeString(text), "&#34;", "&quot;")
}
