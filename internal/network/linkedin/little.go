package linkedin

import (
	"regexp"
	"strings"
)

// reserved are the signs that mean something in little text, the form in which
// LinkedIn takes the words of a post. Each is escaped with a backslash; where one
// is not, LinkedIn has cut off the rest of the post without a word.
const reserved = "|{}@[]()<>#\\*_~"

var (
	tag      = regexp.MustCompile(`#[\p{L}\p{M}\p{N}_]*[\p{L}\p{M}][\p{L}\p{M}\p{N}_]*`)                                 //nolint:gochecknoglobals // compiled once
	mention  = regexp.MustCompile(`@\[([^\[\]()\\\n]{1,200})\]\((urn:li:(?:person|organization):[A-Za-z0-9_-]{1,64})\)`) //nolint:gochecknoglobals // compiled once
	inBraces = regexp.MustCompile(`^\{hashtag\|\\?[#＃]\|((?:[^{}|\\]|\\.)*)\}`)                                          //nolint:gochecknoglobals // compiled once
	wordEnd  = regexp.MustCompile(`[\p{L}\p{M}\p{N}_&/#]$`)                                                              //nolint:gochecknoglobals // compiled once
)

// little writes a text as LinkedIn wants it: a hashtag stays one, and so does a
// mention that was written as @[Name](urn:li:organization:1).
func little(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		at, end, put := len(text), len(text), ""
		if m := mention.FindStringSubmatchIndex(text); m != nil {
			at, end = m[0], m[1]
			put = "@[" + escape(text[m[2]:m[3]]) + "](" + text[m[4]:m[5]] + ")"
		}
		if from, to := hashtag(text); from >= 0 && from < at {
			at, end = from, to
			put = `{hashtag|\#|` + escape(text[from+1:to]) + `}`
		}
		out.WriteString(escape(text[:at]))
		out.WriteString(put)
		text = text[end:]
	}
	return out.String()
}

// hashtag finds the first hashtag: it does not begin inside a word or an address.
func hashtag(text string) (from, to int) {
	for begin := 0; ; {
		m := tag.FindStringIndex(text[begin:])
		if m == nil {
			return -1, -1
		}
		from, to = begin+m[0], begin+m[1]
		if !wordEnd.MatchString(text[:from]) {
			return from, to
		}
		begin = to
	}
}

func escape(text string) string {
	var out strings.Builder
	for i := range len(text) {
		if strings.IndexByte(reserved, text[i]) >= 0 {
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte(reserved, text[i+1]) >= 0 {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// plain reads little text back into what was written.
func plain(text string) string {
	var out strings.Builder
	for from := 0; ; {
		i := strings.IndexAny(text[from:], `\{`)
		if i < 0 {
			out.WriteString(text[from:])
			return out.String()
		}
		i += from
		out.WriteString(text[from:i])
		if m := inBraces.FindStringSubmatch(text[i:]); m != nil {
			out.WriteString("#" + unescape(m[1]))
			from = i + len(m[0])
			continue
		}
		step := 1
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte(reserved, text[i+1]) >= 0 {
			i++
		}
		out.WriteString(text[i : i+step])
		from = i + step
	}
}
