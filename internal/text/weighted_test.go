package text_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/kithhq/kith/internal/text"
)

// The browser counts the same texts, and both say what X's own library says of
// them.
func TestXCountsWithWeights(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "weighted.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases [][2]any
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		s, want := c[0].(string), int(c[1].(float64))
		if got := text.Count(s, text.Weighted, 23); got != want {
			t.Errorf("%q is %d, want %d", s, got, want)
		}
	}
	if len(cases) < 80 {
		t.Errorf("%d cases", len(cases))
	}
}

// What is code here is what X publishes as data.
func TestTheWeightsAreThoseThatXPublishes(t *testing.T) {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "specs")
	}
	data, err := os.ReadFile(filepath.Join(root, "x", "twitter-text-config-v3.json"))
	if err != nil {
		t.Skip("no published configuration at x/twitter-text-config-v3.json (set KITH_SPECS): weights were not held against it")
	}
	var c struct {
		Most    int `json:"maxWeightedTweetLength"`
		Scale   int `json:"scale"`
		Default int `json:"defaultWeight"`
		Link    int `json:"transformedURLLength"`
		Ranges  []struct {
			Start, End rune
			Weight     int
		} `json:"ranges"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	for r := rune(1); r < 0x2190; r++ { // beyond, signs are emoji or count twice
		want := c.Default
		for _, g := range c.Ranges {
			if r >= g.Start && r <= g.End {
				want = g.Weight
			}
		}
		s := string(r)
		if got := text.Count(s, text.Weighted, 0) * c.Scale; got != want && norm.NFC.String(s) == s {
			t.Errorf("%U weighs %d, and X says %d", r, got, want)
		}
	}
	if got := text.Count("https://example.org", text.Weighted, 0); got != c.Link {
		t.Errorf("a link is %d, and X says %d", got, c.Link)
	}
}

// The browser carries the top levels itself; both sides know the same ones.
func TestTheBrowserKnowsTheSameTopLevels(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "web", "src", "lib", "text", "tops.ts"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "'") {
			continue
		}
		for _, top := range strings.Fields(strings.Trim(line, "'+ ")) {
			n++
			if got := text.Addresses("http://example." + top); len(got) != 1 {
				t.Errorf("%s is a top level in the browser and none here", top)
			}
		}
	}
	if n < 1400 {
		t.Errorf("%d top levels", n)
	}
}

func TestAddressesAreFoundAsXFindsThem(t *testing.T) {
	for s, want := range map[string][]string{
		"":              nil,
		"see kith.dev.": {"kith.dev"},
		"https://example.org/a_(b). Or example.com/x?y=z!": {"https://example.org/a_(b)", "example.com/x?y=z"},
		"ada@example.org, @example.org, foo.madeup, 1.2.3": nil,
		"例え.jp と http://例え.jp/道":                           {"http://例え.jp/"},
		"twitter.comです":                                    {"twitter.com"},
		"kith.dev?q=1":                                     {"kith.dev"},
	} {
		var got []string
		for _, a := range text.Addresses(s) {
			got = append(got, s[a.From:a.To])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q has %q, want %q", s, got, want)
		}
	}
}

func FuzzWeighted(f *testing.F) {
	for _, s := range []string{"", "see kith.dev/a_(b).", "例え.jp http://例え.jp", "https://t.co/a/b", "👩‍👩‍👧‍👧é", "a.com:80b.com", "x\u200d👩", ".com", "a..com", "\xff.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = text.Clean(s)
		last := 0
		for _, a := range text.Addresses(s) {
			if a.From < last || a.To <= a.From || a.To > len(s) || !strings.Contains(s[a.From:a.To], ".") {
				t.Fatalf("%q: %v after %d", s, a, last)
			}
			last = a.To
		}
		n := text.Count(s, text.Weighted, 23)
		if n < 0 || n > 23*len(s) {
			t.Fatalf("%q is %d", s, n)
		}
		// At the very beginning X takes a letter for what stands before an address; not
		// so behind a line's end.
		once, twice := text.Count("\n\n"+s, text.Weighted, 23), text.Count("\n\n"+s+"\n\n"+s, text.Weighted, 23)
		if twice != 2*once {
			t.Fatalf("%q is %d, and %d twice", s, once, twice)
		}
	})
}
