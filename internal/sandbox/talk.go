package sandbox

import (
	"embed"
	"math/rand/v2"
	"strings"
)

//go:embed lines/*.txt
var lines embed.FS

// talk is what people say: sections of sentences per language, with slots.
type talk map[string]map[string][]string

func readTalk() talk {
	t := talk{}
	for _, lang := range []string{"fr", "en"} {
		text, err := lines.ReadFile("lines/" + lang + ".txt")
		if err != nil {
			panic(err) // embedded: cannot be missing
		}
		t[lang] = map[string][]string{}
		section := ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			switch {
			case line == "" || line[0] == '#':
			case line[0] == '[':
				section = strings.Trim(line, "[]")
			default:
				t[lang][section] = append(t[lang][section], line)
			}
		}
	}
	return t
}

// say makes a sentence in a person's language. Section is a mood, "answer" (to our reply) or "message" (in private).
func (t talk) say(r *rand.Rand, lang, section, brand string) string {
	of := t[lang][section]
	return t.fill(r, lang, of[r.IntN(len(of))], brand)
}

// fill puts something into the slots of a sentence.
func (t talk) fill(r *rand.Rand, lang, line, brand string) string {
	pick := func(s string) string { return t[lang][s][r.IntN(len(t[lang][s]))] }
	if brand == "" {
		brand = "Kith"
	}
	return capital(strings.NewReplacer("{topic}", pick("topic"), "{product}", pick("product"), "{place}", pick("place"), "{brand}", brand).Replace(line))
}

func capital(s string) string {
	for i, c := range s {
		return strings.ToUpper(string(c)) + s[i+len(string(c)):]
	}
	return s
}
