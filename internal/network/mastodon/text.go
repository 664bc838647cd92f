package mastodon

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/kithhq/kith/internal/text"
)

// textMost is how many bytes of a text are kept: servers take 5,000 characters
// and more, hostile ones send what they like.
const textMost = 64 << 10

// plain makes a text of HTML: paragraphs and lines stay apart, links show where
// they lead, nothing else is left. It is as good with broken HTML as with good.
func plain(content string) (out string, cut bool) {
	if len(content) > 8*textMost {
		content, cut = content[:8*textMost], true
	}
	w := &writer{}
	z := html.NewTokenizer(strings.NewReader(text.Clean(content)))
	z.SetMaxBuf(2 * textMost)
	for w.out.Len() <= textMost {
		switch z.Next() {
		case html.ErrorToken:
			return w.end(cut || z.Err() == html.ErrBufferExceeded) //nolint:errorlint // the tokenizer gives its own
		case html.TextToken:
			w.words(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(z.Token())
		case html.EndTagToken:
			w.close(z.Token())
		}
	}
	return w.end(true)
}

// writer collects the text; what stands in hidden elements is left out.
type writer struct {
	out    strings.Builder
	pre    int    // how deep in pre
	gap    int    // line breaks that come before the next word
	hidden string // the element whose content is not text
	href   string // of the link we are in
	from   int    // where the link's text began
}

// words are text as it stands in the HTML: its lines mean nothing, but in pre.
func (w *writer) words(s string) {
	if w.pre == 0 {
		s = folded.ReplaceAllString(s, " ")
		if w.gap > 0 || w.out.Len() == 0 {
			s = strings.TrimLeft(s, " ")
		}
	}
	w.say(s)
}

func (w *writer) say(s string) {
	if w.hidden != "" || s == "" {
		return
	}
	if w.gap > 0 && w.out.Len() > 0 {
		if strings.TrimSpace(s) == "" {
			return
		}
		w.out.WriteString(strings.Repeat("\n", w.gap))
	}
	w.gap = 0
	w.out.WriteString(s)
}

func (w *writer) open(t html.Token) {
	switch t.DataAtom {
	case atom.Br:
		w.gap = min(w.gap+1, 2)
	case atom.P, atom.Blockquote, atom.Ul, atom.Ol, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr:
		w.gap = 2
		if t.DataAtom == atom.Pre {
			w.pre++
		}
		if t.DataAtom == atom.P && strings.Contains(attribute(t, "class"), "quote-inline") && w.hidden == "" {
			w.hidden = "p" // what a quote says to servers that know no quotes
		}
	case atom.Div:
		w.gap = max(w.gap, 1)
	case atom.Li:
		w.gap = max(w.gap, 1)
		w.say("- ")
	case atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Xmp, atom.Template, atom.Svg, atom.Math:
		if w.hidden == "" && t.Type == html.StartTagToken {
			w.hidden = t.Data
		}
	case atom.Img:
		w.say(attribute(t, "alt"))
	case atom.A:
		class := strings.Fields(attribute(t, "class"))
		w.href, w.from = "", w.out.Len()
		if href := attribute(t, "href"); !slices.Contains(class, "mention") && !slices.Contains(class, "hashtag") &&
			(strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://")) {
			w.href = href
		}
	}
}

func (w *writer) close(t html.Token) {
	if t.Data == w.hidden {
		w.hidden = ""
	}
	switch t.DataAtom {
	case atom.P, atom.Blockquote, atom.Ul, atom.Ol, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.gap = 2
		if t.DataAtom == atom.Pre {
			w.pre = max(0, w.pre-1)
		}
	case atom.Div, atom.Li:
		w.gap = max(w.gap, 1)
	case atom.A:
		shown := w.out.String()[min(w.from, w.out.Len()):]
		if w.href != "" && strings.TrimSpace(shown) != w.href && !strings.HasPrefix(strings.TrimSpace(shown), "#") && !strings.HasPrefix(strings.TrimSpace(shown), "@") {
			w.say(" (" + w.href + ")") // what is shown is not where it leads
		}
		w.href = ""
	}
}

func (w *writer) end(cut bool) (string, bool) {
	s := strings.TrimSpace(text.Clean(strings.ReplaceAll(w.out.String(), "\u00a0", " ")))
	if len(s) > textMost {
		return clip(s, textMost), true
	}
	return s, cut
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// clip makes a text from outside safe and at most n bytes long.
func clip(s string, n int) string {
	s = text.Clean(s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

var (
	folded    = regexp.MustCompile(`[ \t\r\n\f]*[\t\r\n\f][ \t\r\n\f]*`)              //nolint:gochecknoglobals // compiled once
	addressed = regexp.MustCompile(`^@([\w.-]+)(?:@[\w.-]+)?(?:\s+|$)`)               //nolint:gochecknoglobals // compiled once
	anybody   = regexp.MustCompile(`@([\w]+(?:[.-]+\w+)*)@[A-Za-z0-9.-]*[A-Za-z0-9]`) //nolint:gochecknoglobals // compiled once
)

// unaddressed takes the names at the beginning away to whom a message is
// addressed: us and who is answered. Others stay: they are part of what is said.
func unaddressed(s string, names ...string) string {
	for {
		m := addressed.FindStringSubmatch(s)
		if m == nil || !slices.ContainsFunc(names, func(n string) bool { return n != "" && strings.EqualFold(n, m[1]) }) {
			return s
		}
		s = s[len(m[0]):]
	}
}

// alike folds a text to what survives a server: white space and the servers of
// those who are mentioned do not.
func alike(s string) string {
	for {
		shorter := anybody.ReplaceAllString(s, "@$1")
		if shorter == s {
			return strings.Join(strings.Fields(s), " ")
		}
		s = shorter // "@a@b@c" has lost a server and reads like another mention now
	}
}
