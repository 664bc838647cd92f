package say

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed fr/*.json
var files embed.FS

// Rules of looking one up.
const (
	inside  = 3 // how deep sentences are looked for inside sentences
	sparse  = 4 // a format of fewer letters says nothing by itself
	hashed  = 4 // bytes of a head that formats are found by
	longest = 8192
	most    = 2000 // ways that are tried: an end for texts that were made to take long
	joined  = 6    // sentences that may stand one after the other
)

// catalogue is all that is known in a language, made once and never changed.
type catalogue struct {
	plain  map[string]string    // sentences without verbs
	headed map[string][]*format // by the first bytes; those of most letters first
	loose  []*format            // that begin with a verb, or almost
}

// read takes every file of a language.
func read(lang string) (map[string]string, error) {
	names, err := files.ReadDir(lang)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, n := range names {
		text, err := files.ReadFile(path.Join(lang, n.Name()))
		if err != nil {
			return nil, err
		}
		var some map[string]string
		if err := json.Unmarshal(text, &some); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", lang, n.Name(), err)
		}
		maps.Copy(all, some)
	}
	return all, nil
}

// must makes the catalogue; a file that is none is a mistake of ours and panics.
func must(all map[string]string, err error) *catalogue {
	if err == nil {
		var c *catalogue
		if c, err = compile(all); err == nil {
			return c
		}
	}
	panic("catalogue of sentences: " + err.Error())
}

// compile makes what sentences are found by.
func compile(all map[string]string) (*catalogue, error) {
	c := &catalogue{plain: map[string]string{}, headed: map[string][]*format{}}
	for _, english := range slices.Sorted(maps.Keys(all)) {
		from, ok := parse(english)
		to, fine := parse(all[english])
		if ok != fine {
			return nil, fmt.Errorf("%q: one of the two is no format", english)
		}
		if !ok { // "10 % of it" stands for itself
			c.plain[english] = all[english]
			continue
		}
		if err := agree(from, to); err != nil {
			return nil, fmt.Errorf("%q: %w", english, err)
		}
		from.french = to
		switch head := from.head(); {
		case len(from.verbs) == 0:
			c.plain[head] = to.head()
		case len(head) < hashed:
			c.loose = append(c.loose, from)
		default:
			c.headed[head[:hashed]] = append(c.headed[head[:hashed]], from)
		}
	}
	byWeight := func(a, b *format) int { return b.weight - a.weight }
	slices.SortStableFunc(c.loose, byWeight)
	for _, all := range c.headed {
		slices.SortStableFunc(all, byWeight)
	}
	return c, nil
}

// agree says whether two formats show the same arguments by the same verbs.
func agree(a, b *format) error {
	kinds := func(f *format) map[verb]bool {
		all := map[verb]bool{}
		for _, v := range f.verbs {
			all[v] = true
		}
		return all
	}
	if !maps.Equal(kinds(a), kinds(b)) {
		return fmt.Errorf("the verbs differ: %v and %v", a.verbs, b.verbs)
	}
	if len(kinds(a)) != a.arguments() {
		return fmt.Errorf("an argument is left out, or shown in two ways")
	}
	return nil
}

// say gives a text in the language; ok is false for one that is not known.
func (c *catalogue) say(text string) (said string, ok bool) {
	if len(text) > longest {
		return text, false
	}
	left := most
	return c.several(text, joined, &left)
}

// several says sentences that stand one after the other: all of them, or none.
func (c *catalogue) several(text string, n int, left *int) (said string, ok bool) {
	if said, ok := c.one(text, 0, left); ok || n == 1 {
		return said, ok
	}
	for end := strings.LastIndex(text, ". "); end > 0; end = strings.LastIndex(text[:end], ". ") {
		first, ok := c.one(text[:end+1], 0, left)
		if !ok {
			continue
		}
		if rest, ok := c.several(text[end+2:], n-1, left); ok {
			return first + " " + rest, true
		}
	}
	return text, false
}

// one finds what a sentence was made of.
func (c *catalogue) one(text string, depth int, left *int) (said string, ok bool) {
	if said, ok := c.plain[text]; ok {
		return said, true
	}
	if depth > inside || *left <= 0 {
		return text, false
	}
	var headed []*format
	if len(text) >= hashed {
		headed = c.headed[text[:hashed]]
	}
	loose := c.loose
	for len(headed)+len(loose) > 0 { // those of most letters first
		var f *format
		if len(loose) == 0 || len(headed) > 0 && headed[0].weight >= loose[0].weight {
			f, headed = headed[0], headed[1:]
		} else {
			f, loose = loose[0], loose[1:]
		}
		if f.match(text, left, func(args []string) bool {
			said, ok = c.write(f, args, depth, left)
			return ok
		}) {
			return said, true
		}
	}
	return text, false
}

// write says what a format captured. A format of hardly any letters, as "%s: %s",
// counts only where it holds something that is known.
func (c *catalogue) write(f *format, args []string, depth int, left *int) (string, bool) {
	said, known := make([]string, len(args)), f.weight >= sparse
	for i, a := range args {
		text, ok := c.one(a, depth+1, left)
		said[i], known = text, known || ok
	}
	return f.french.write(said), known
}

// quality reads the weight of one wish of an Accept-Language header.
func quality(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		if w, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
			if q, err := strconv.ParseFloat(w, 64); err == nil && q >= 0 && q <= 1 {
				return q
			}
			return 0
		}
	}
	return 1
}
