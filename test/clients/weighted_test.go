package clients_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/kithhq/kith/internal/text"
)

// X publishes the library with which it counts. Sixty thousand texts, made of what is hard to count, are as long for us as for
// it, and have the same links.
func TestXCountsAsItsOwnLibrary(t *testing.T) {
	folder := os.Getenv("KITH_TWITTER_TEXT")
	if folder == "" {
		folder = "."
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "twitter-text")); err != nil {
		t.Skip("twitter-text is not installed (" + install + "): texts were not counted by X's own library")
	}
	texts := hard(60_000)
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "texts.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node(t), "twitter-text.mjs", file, folder)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	i, wrong := 0, 0
	for ; lines.Scan(); i++ {
		var said struct {
			Length int      `json:"length"`
			Links  []string `json:"links"`
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(said.Links, func(l string) bool { return !strings.Contains(norm.NFC.String(texts[i]), l) }) {
			continue // a slip of its own: it tells a link that is not in the text
		}
		var ours []string
		plain := norm.NFC.String(texts[i])
		for _, a := range text.Addresses(plain) {
			ours = append(ours, plain[a.From:a.To])
		}
		if n := text.Count(texts[i], text.Weighted, 23); n != said.Length || !slices.Equal(ours, said.Links) {
			if wrong++; wrong <= 20 {
				t.Errorf("%q is %d with %q, and X says %d with %q", texts[i], n, ours, said.Length, said.Links)
			}
		}
	}
	if i != len(texts) || wrong > 0 {
		t.Errorf("%d of %d texts were counted, %d of them wrong", i, len(texts), wrong)
	}
}

// hard makes texts of pieces that are hard to count, the same at every run. Top levels and emoji are such as both sides know: the
// library is of 2020.
func hard(n int) []string {
	pieces := []string{"a", "é", "e\u0301", "Z", " ", " ", " ", "\n", ".", ".", ",", "!", "?", "(", ")", "-", "_", "/", ":", "@", "#", "$", "&", "=", "%", "“", "”", "’", "…", "–", "\u2060",
		"東京", "の", "한국", "й", "سلام", "\u200f", " 𝒜 ", "👩‍👩‍👧‍👧", "👍🏽", "🇫🇷", "1️⃣", "❤️", "☺", "©", "©️", "1", "x\u0301",
		"example.com", "www.example.co.uk", "t.co", "sub_domain.example.org", "a.fr", "kith.dev", "foo.madeup", "localhost", "node.js", "file.py", "EXAMPLE.COM", "xn--bcher-kva.com", "bücher.de", "例え.jp", "пример.рф",
		"http://", "https://", "HTTP://", "ftp://", "https://t.co/", "https://example.org/path", "/a/b", "/wiki/Kith_(band)", "/a_(b_(c))", "?q=1&r=2", "#top", ":8080", "/путь", "/é", "/@ada/", "com", "org", "word", "@ada", "#tag", "ada@example.com"}
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same texts at every run
	all := make([]string, n)
	for i := range all {
		var s strings.Builder
		for range 1 + random.IntN(9) {
			s.WriteString(pieces[random.IntN(len(pieces))])
		}
		all[i] = s.String()
	}
	return all
}
