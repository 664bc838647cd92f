package say

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func small(t *testing.T) *catalogue {
	t.Helper()
	c, err := compile(map[string]string{
		"The text is %d too long.":           "Le texte dépasse de %d.",
		"%s: %s":                             "%s\u202f: %s",
		"%s cannot do that.":                 "%s ne sait pas le faire.",
		"This post is %s already.":           "Cette publication est déjà dans l’état %s.",
		"This post is published already.":    "Cette publication est déjà parue.",
		"“%s” is missing.":                   "Il manque «\u202f%s\u202f».",
		"App password":                       "Mot de passe d’application",
		"The answer of %s has %d bytes.":     "%[2]d octets dans la réponse de %[1]s.",
		"At most 10 %":                       "Au plus 10 %",
		"%s and %s and %s.":                  "%s et %s et %s.",
		"Kith does not know %q.":             "Kith ne connaît pas %q.",
		"There is no field “%.50s” here.":    "Il n’y a pas de champ «\u202f%.50s\u202f» ici.",
		"The image has 100%% of the pixels.": "L’image a 100\u202f%% des pixels.",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestASentenceIsFoundByItsFormat(t *testing.T) {
	c := small(t)
	for english, french := range map[string]string{
		"The text is 12 too long.":                  "Le texte dépasse de 12.",
		"The text is twelve too long.":              "",
		"name.bsky.social: The text is 3 too long.": "name.bsky.social\u202f: Le texte dépasse de 3.",
		"a: b: The text is 3 too long.":             "a\u202f: b\u202f: Le texte dépasse de 3.",
		"something: that nobody knows":              "",
		"Bluesky cannot do that.":                   "Bluesky ne sait pas le faire.",
		"This post is published already.":           "Cette publication est déjà parue.",
		"This post is lost already.":                "Cette publication est déjà dans l’état lost.",
		"“App password” is missing.":                "Il manque «\u202fMot de passe d’application\u202f».",
		"The answer of example.org has 77 bytes.":   "77 octets dans la réponse de example.org.",
		"At most 10 %":                              "Au plus 10 %",
		"one and two and three.":                    "one et two et three.",
		`Kith does not know "x y".`:                 `Kith ne connaît pas "x y".`,
		"There is no field “verylong” here.":        "Il n’y a pas de champ «\u202fverylong\u202f» ici.",
		"The image has 100% of the pixels.":         "L’image a 100\u202f% des pixels.",
		"Bluesky cannot do that. The text is 3 too long. “App password” is missing.": "Bluesky ne sait pas le faire. Le texte dépasse de 3. Il manque «\u202fMot de passe d’application\u202f».",
		"The text is 12 too long. And something after.":                              "",
	} {
		got, ok := c.say(english)
		if ok != (french != "") || ok && got != french {
			t.Errorf("%q: %q (%v), not %q", english, got, ok, french)
		}
	}
}

func TestLanguages(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "fr": "fr", "fr-CA,fr;q=0.9,en;q=0.8": "fr", "en-US,en;q=0.9,fr;q=0.8": "en", "de,fr;q=0.5": "fr",
		"fr;q=0.1,en;q=0.2": "en", "fr;q=x": "en", "*": "en", "FR": "fr", "fr;q=0": "en", ",,;": "en",
	} {
		if got := Accepted(header); got != want {
			t.Errorf("%q asks for %s, not %s", header, got, want)
		}
	}
	if Of("fr-FR") != "fr" || Of("de") != "en" || Of("") != "en" {
		t.Error("a tag is not understood")
	}
	const known = "There is no such channel."
	if In("en", known) != known || In("fr", known) == known || In("fr", "What nobody says.") != "What nobody says." || In("fr", "") != "" {
		t.Error("In says something else")
	}
}

// Formats that show other arguments are refused before they say something wrong.
func TestVerbsAgree(t *testing.T) {
	for _, pair := range [][2]string{
		{"a %s", "b"}, {"a", "b %s"}, {"a %s", "b %d"}, {"a %s %s", "b %s"}, {"%s %d", "%d %s"}, {"a %s", "a %s %s"}, {"a %d %%", "a %d % "}, {"%[2]s", "%[2]s"},
	} {
		if _, err := compile(map[string]string{pair[0]: pair[1]}); err == nil {
			t.Errorf("%q and %q agree", pair[0], pair[1])
		}
	}
	if _, err := compile(map[string]string{"%s %d": "%[2]d %[1]s"}); err != nil {
		t.Error(err)
	}
}

// Whatever is said, it is said at once and nothing of it is lost or broken.
func FuzzIn(f *testing.F) {
	for english := range french().plain {
		f.Add(english)
	}
	f.Add("a: b: c: “x” is missing.")
	f.Add(strings.Repeat("a: ", 500))
	f.Fuzz(func(t *testing.T, text string) {
		said := In("fr", text)
		if utf8.ValidString(text) && !utf8.ValidString(said) {
			t.Errorf("%q becomes %q", text, said)
		}
		if text != "" && said == "" || len(said) > 4*len(text)+1000 {
			t.Errorf("%q becomes %q", text, said)
		}
		if In("fr", text) != said || In("en", text) != text {
			t.Errorf("%q is said in two ways", text)
		}
	})
}

// What a format makes is found again as it was made.
func FuzzFormat(f *testing.F) {
	f.Add("a %s b %d", "x", 3)
	f.Add("%s: %s%d", "x: y", 3)
	f.Fuzz(func(t *testing.T, text, word string, n int) {
		p, ok := parse(text)
		if !ok || len(p.verbs) > 4 || len(text)+len(word) > 200 {
			return
		}
		args := make([]string, p.arguments())
		for i := range args {
			args[i] = word
		}
		for _, v := range p.verbs {
			if v.letter == 'd' {
				args[v.arg] = strings.Repeat("9", n&7+1)
			}
		}
		made := p.write(args)
		if !p.match(made, new(1000), func(found []string) bool { return p.write(found) == made }) && len(p.verbs) < 3 {
			t.Errorf("%q made %q and does not know it", text, made)
		}
	})
}

func BenchmarkIn(b *testing.B) {
	french()
	for b.Loop() {
		In("fr", "Bluesky answered something that nobody has written down anywhere.")
	}
}
