package browser_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const locales = "../../web/src/lib/i18n/"

// words are the texts of one language by key; plural forms one after the other.
type words map[string][]string

func read(t *testing.T, locale string) words {
	t.Helper()
	raw := map[string]any{}
	parts, err := filepath.Glob(locales + "*" + locale + ".json")
	must(t, err)
	if len(parts) < 10 { // each part of the application has its own
		t.Fatalf("only %q hold words", parts)
	}
	for _, part := range parts {
		b, err := os.ReadFile(part)
		must(t, err)
		must(t, json.Unmarshal(b, &raw))
	}
	w := words{}
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			w[key] = []string{v}
		case map[string]any:
			for _, form := range []string{"one", "many", "other"} {
				if s, ok := v[form].(string); ok {
					w[key] = append(w[key], s)
				}
			}
		}
	}
	return w
}

// say is a text with its parameters, given as name, value, name, value.
func (w words) say(t *testing.T, key string, params ...string) string {
	t.Helper()
	forms, ok := w[key]
	if !ok {
		t.Fatalf("no text is called %s", key)
	}
	s := forms[len(forms)-1]
	for i := 0; i+1 < len(params); i += 2 {
		s = strings.ReplaceAll(s, "{"+params[i]+"}", params[i+1])
	}
	return s
}

// stranger tells which texts do not belong on a page of one language: names of texts, and texts of another language.
type stranger struct {
	keys    map[string]bool
	exact   map[string]string
	pattern []*regexp.Regexp
	of      []string
}

var parameter = regexp.MustCompile(`\\\{\w+\\\}`)

func strangers(here, other words) stranger {
	s := stranger{keys: map[string]bool{}, exact: map[string]string{}}
	own := map[string]bool{}
	for key, forms := range here {
		s.keys[key] = strings.Contains(key, ".")
		for _, f := range forms {
			own[f] = true
		}
	}
	for key, forms := range other {
		for _, f := range forms {
			letters := len([]rune(regexp.MustCompile(`\{\w+\}|[^\pL]`).ReplaceAllString(f, "")))
			switch {
			case own[f] || letters < 3:
			case !strings.Contains(f, "{"):
				s.exact[strings.Join(strings.Fields(f), " ")] = key
			case letters >= 8:
				s.pattern = append(s.pattern, regexp.MustCompile("^"+parameter.ReplaceAllString(regexp.QuoteMeta(f), ".+")+"$"))
				s.of = append(s.of, key)
			}
		}
	}
	return s
}

// among gives what is strange among these texts.
func (s stranger) among(texts []string) []string {
	var found []string
	for _, text := range texts {
		if s.keys[text] {
			found = append(found, "the name of a text: "+text)
		}
		if key, ok := s.exact[text]; ok {
			found = append(found, "not translated ("+key+"): "+text)
		}
		for i, p := range s.pattern {
			if p.MatchString(text) {
				found = append(found, "not translated ("+s.of[i]+"): "+text)
			}
		}
	}
	return found
}

func TestStrangeTextsAreFound(t *testing.T) {
	s := strangers(read(t, "fr"), read(t, "en"))
	if found := s.among([]string{"compose.schedule", "Forgotten your password?", "3 messages were held back from Zoé", "Programmer", "Mastodon"}); len(found) < 2 {
		t.Errorf("found only %q", found)
	}
	if found := s.among([]string{"Kith", "Inbox zero is a myth", "Librairie Hirondelle"}); len(found) != 0 {
		t.Errorf("found %q", found)
	}
}
