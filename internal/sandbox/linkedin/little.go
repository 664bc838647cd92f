package linkedin

import (
	"regexp"
	"strings"
)

// Little text is how the text of posts is written: reserved signs are escaped with a backslash, a mention is @[Name](urn), a hashtag is
// #word or {hashtag|\#|word}.

const reserved = "|{}@[]()<>#\\*_~"

var (
	mentioned = regexp.MustCompile(`^@\[((?:[^\[\]\\]|\\.)+)\]\((urn:li:(?:person|organization):[A-Za-z0-9_-]+)\)`)
	inBraces  = regexp.MustCompile(`^\{hashtag\|\\?([#＃])\|((?:[\p{L}\p{M}\p{N}]|\\_)+)\}`)
	tagged    = regexp.MustCompile(`^#([\p{L}\p{M}\p{N}]+)`)
	escaped   = regexp.MustCompile(`\\(.)`)
)

// read gives the text that people see, and the form in which LinkedIn gives it back. At a reserved sign that is not escaped and begins
// nothing, the rest is lost: LinkedIn says nothing about it, and posts have been cut off by it.
func read(little string) (text, kept string) {
	var seen, again strings.Builder
	for i := 0; i < len(little); {
		rest := little[i:]
		if m := inBraces.FindStringSubmatch(rest); m != nil {
			seen.WriteString("#" + escaped.ReplaceAllString(m[2], "$1"))
			again.WriteString(`{hashtag|\#|` + m[2] + `}`)
			i += len(m[0])
			continue
		}
		if m := tagged.FindStringSubmatch(rest); m != nil {
			seen.WriteString(m[0])
			again.WriteString(`{hashtag|\#|` + m[1] + `}`)
			i += len(m[0])
			continue
		}
		if m := mentioned.FindStringSubmatch(rest); m != nil {
			seen.WriteString(m[0]) // what was written, so that one sees who was meant
			again.WriteString(m[0])
			i += len(m[0])
			continue
		}
		c := little[i]
		switch {
		case c == '\\' && i+1 < len(little) && strings.IndexByte(reserved, little[i+1]) >= 0:
			seen.WriteByte(little[i+1])
			again.WriteString(little[i : i+2])
			i += 2
		case strings.IndexByte(reserved, c) >= 0:
			return seen.String(), again.String()
		default:
			seen.WriteByte(c)
			again.WriteByte(c)
			i++
		}
	}
	return seen.String(), again.String()
}
