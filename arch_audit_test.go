package kith_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What somebody did is kept by a verb (“publication.close”), and is read as words: a verb
// without any would be shown as it is.
func TestWhatIsKeptInTheAuditHasWords(t *testing.T) {
	verb := regexp.MustCompile(`audit: +"([a-z_]+\.[a-z_]+)"|Record\(ctx, tx, [^"\n]*"([a-z_]+\.[a-z_]+)"|access\.\w+, "([a-z_]+\.[a-z_]+)", "|", "([a-z_]+\.[a-z_]+)", "[A-Z]`)
	found := map[string]bool{}
	for _, room := range []string{"api", "flow", "team", "app"} {
		files, err := filepath.Glob(filepath.Join("internal", room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range verb.FindAllStringSubmatch(string(text), -1) {
				found[strings.Join(m[1:], "")] = true
			}
		}
	}
	for _, known := range []string{"publication.close", "person.block_messages", "message.hide", "owner.create"} {
		if !found[known] {
			t.Errorf("%s is not found: the way it is written is not looked for here", known)
		}
	}
	for _, language := range []string{"en", "fr"} {
		raw, err := os.ReadFile("web/src/lib/i18n/settings." + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]any{}
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		for one := range found {
			if words["audit."+strings.Replace(one, ".", "_", 1)] == nil {
				t.Errorf("%s: %s has no words", language, one)
			}
		}
	}
}
