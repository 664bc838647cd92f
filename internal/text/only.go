package text

import "strings"

// Only is what a text of so many ASCII characters of one class is held against. A
// regular expression would hold a copy of the class for each character that is counted.
type Only struct {
	class       [2]uint64
	least, most int
	after       []string
}

// OnlyOf makes it of a class as regular expressions write one, without its brackets and
// with the hyphen last: "A-Za-z0-9_-".
func OnlyOf(class string, least, most int) Only {
	o := Only{least: least, most: most}
	for i := 0; i < len(class); i++ {
		from, to := class[i], class[i]
		if i+2 < len(class) && class[i+1] == '-' {
			to = class[i+2]
			i += 2
		}
		for c := int(from); c <= int(to); c++ {
			o.class[c>>6&1] |= 1 << (c & 63)
		}
	}
	return o
}

// After makes it of what follows one of some beginnings.
func (o Only) After(beginnings ...string) Only {
	o.after = beginnings
	return o
}

// MatchString says whether the whole of a text is such.
func (o Only) MatchString(s string) bool {
	begins := len(o.after) == 0
	for _, beginning := range o.after {
		if rest, found := strings.CutPrefix(s, beginning); found {
			s, begins = rest, true
			break
		}
	}
	if !begins {
		return false
	}
	if len(s) < o.least || len(s) > o.most {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || o.class[c>>6]>>(c&63)&1 == 0 {
			return false
		}
	}
	return true
}
