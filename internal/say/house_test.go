package say

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sentence is a text of the house that a person may read.
type sentence struct{ at, pkg, text string }

// house finds every sentence in the code, and every text at all.
type house struct {
	sentences []sentence
	texts     map[string]bool
	consts    map[string]string // of the package that is read
	fset      *token.FileSet
	pkg       string
}

// search reads all packages that say something to people. Pretended networks,
// benches and what only tests use say nothing to them.
func search(t *testing.T, root string) *house {
	t.Helper()
	h := &house{texts: map[string]bool{}, fset: token.NewFileSet()}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if slices.Contains([]string{"sandbox", "testdata", "networktest", "storetest", "bench", "say"}, entry.Name()) {
			return filepath.SkipDir
		}
		return h.read(name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// read takes the sentences of one package.
func (h *house) read(dir string) error {
	h.pkg, h.consts = filepath.Base(dir), map[string]string{}
	var files []*ast.File
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(h.fset, name, nil, 0)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	for _, f := range files {
		h.constants(f)
	}
	for _, f := range files {
		ast.Inspect(f, h.visit)
	}
	places, err := filepath.Glob(filepath.Join(dir, "facts", "*.json"))
	if err != nil {
		return err
	}
	for _, name := range append(places, filepath.Join(dir, "facts.json")) {
		if err := h.facts(name); err != nil {
			return err
		}
	}
	return nil
}

// facts are the sentences of a network's dated data.
func (h *house) facts(name string) error {
	text, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	type reason struct{ Why, Instead string }
	var f struct {
		Label  string
		Cannot map[string]reason
		Sorts  []struct {
			Label  string
			Cannot map[string]reason
		}
		Rights  []struct{ Without, Instead string }
		Options []struct {
			Label, Help string
			Choices     []struct{ Label string }
		}
		Windows []struct{ Then string }
		Only    map[string]string
		Closing struct{ Only string }
		Limits  struct {
			Media struct {
				Image, Video struct{ Tags struct{ Note string } }
			}
		}
		Insights struct {
			Means []struct{ Label, Text string }
		}
		Scheduling struct{ Why string }
		Extension  struct{ Label, Again, Text, Done string }
		Reading    struct{ Assumes string }
		Guide      []string
		Assisted   struct {
			Steps []string
			Kinds map[string][]string
			More  []struct{ Label, Why, Step string }
		}
		Sources map[string]struct{ Text string }
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if strings.Contains(f.Label, " ") { // a name is the same in every language; what is said beside it is not
		h.found(name, f.Label)
	}
	for _, c := range f.Cannot {
		h.found(name, c.Why)
		h.found(name, c.Instead)
	}
	for _, s := range f.Sorts {
		h.found(name, s.Label)
		for _, c := range s.Cannot {
			h.found(name, c.Why)
			h.found(name, c.Instead)
		}
	}
	for _, r := range f.Rights {
		h.found(name, r.Without)
		h.found(name, r.Instead)
	}
	h.found(name, f.Closing.Only)
	for _, who := range f.Only {
		h.found(name, who)
	}
	h.found(name, f.Limits.Media.Image.Tags.Note)
	h.found(name, f.Limits.Media.Video.Tags.Note)
	for _, o := range f.Options {
		h.found(name, o.Label)
		h.found(name, o.Help)
		for _, c := range o.Choices {
			h.found(name, c.Label)
		}
	}
	for _, w := range f.Windows {
		h.found(name, w.Then)
	}
	h.found(name, f.Scheduling.Why)
	for _, s := range []string{f.Extension.Label, f.Extension.Again, f.Extension.Text, f.Extension.Done} {
		h.found(name, s)
	}
	for _, m := range f.Insights.Means {
		h.found(name, m.Label)
		h.found(name, m.Text)
	}
	for _, step := range slices.Concat(f.Guide, f.Assisted.Steps, slices.Concat(slices.Collect(maps.Values(f.Assisted.Kinds))...)) {
		h.found(name, step)
	}
	for _, m := range f.Assisted.More {
		h.found(name, m.Label)
		h.found(name, m.Why)
		h.found(name, m.Step)
	}
	h.found(name, f.Reading.Assumes)
	for fact, s := range f.Sources {
		if fact == "prices" || strings.HasSuffix(fact, "_price") { // people read them beside what they spent
			h.found(name, s.Text)
		}
		h.texts[s.Text] = true // a citation: it may be translated and need not be
	}
	return nil
}

func (h *house) found(at, text string) {
	h.texts[text] = true
	if strings.ContainsFunc(verbless.ReplaceAllString(text, ""), letter) {
		h.sentences = append(h.sentences, sentence{at, h.pkg, text})
	}
}

var verbless = regexp.MustCompile(`%(\[\d\])?[.0-9]*[a-z]`)

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// constants are what names of the package stand for.
func (h *house) constants(f *ast.File) {
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST && g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v, ok := spec.(*ast.ValueSpec)
			for i := 0; ok && i < len(v.Names) && i < len(v.Values); i++ {
				if text, ok := h.text(v.Values[i]); ok {
					h.consts[v.Names[i].Name] = text
				}
			}
		}
	}
}

// text gives the format of an expression that makes a text: what is not known
// before it runs becomes %s.
func (h *house) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.ParenExpr:
		return h.text(e.X)
	case *ast.Ident:
		text, ok := h.consts[e.Name]
		return text, ok
	case *ast.BinaryExpr:
		left, ok := h.text(e.X)
		right, fine := h.text(e.Y)
		if e.Op != token.ADD || !ok && !fine {
			return "", false
		}
		if !ok {
			left = "%s"
		}
		if !fine {
			right = "%s"
		}
		return left + right, true
	case *ast.CallExpr:
		if name(e.Fun) == "fmt.Sprintf" && len(e.Args) > 0 {
			return h.text(e.Args[0])
		}
	}
	return "", false
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
		return "." + e.Sel.Name
	}
	return ""
}

// said are the calls whose arguments are shown, and which; fields those of
// composite literals that are.
var (
	said   = map[string][]int{"fault.New": {1}, "fault.Wrap": {2}, "problem": {1, 2}, "FieldError": {1}}
	fields = []string{"Text", "Fix", "Warning", "Hint", "Label", "Help", "Why", "Instead"}
	unsaid = []string{"summary", "notes", "Description", "id", "name", "audit"} // of the OpenAPI text, which is English
)

// whole is what looks like a sentence wherever it stands.
var whole = regexp.MustCompile(`^[\p{Lu}“%].* .*[.?…]$`)

func (h *house) visit(n ast.Node) bool {
	at := func(e ast.Expr) string { return h.fset.Position(e.Pos()).String() }
	switch n := n.(type) {
	case *ast.Field:
		if n.Tag != nil {
			return false
		}
	case *ast.CallExpr:
		called := name(n.Fun)
		if _, method, ok := strings.Cut(called, "."); ok && method == "WithHint" && len(n.Args) > 0 {
			if text, ok := h.text(n.Args[0]); ok {
				h.found(at(n.Args[0]), text)
			}
		}
		if strings.HasPrefix(called, "fault.") && len(n.Args) > 0 && internal(n.Args[0]) {
			return false
		}
		for _, i := range said[called] {
			if i >= len(n.Args) {
				continue
			}
			if text, ok := h.text(n.Args[i]); ok {
				h.found(at(n.Args[i]), text)
			}
		}
		if strings.Contains(strings.ToLower(called), "log.") || called == "panic" {
			return false
		}
	case *ast.KeyValueExpr:
		if k, ok := n.Key.(*ast.Ident); ok {
			if slices.Contains(unsaid, k.Name) {
				return false
			}
			if text, ok := h.text(n.Value); ok && slices.Contains(fields, k.Name) {
				h.found(at(n.Value), text)
			}
		}
	case *ast.AssignStmt:
		if left, ok := n.Lhs[0].(*ast.SelectorExpr); ok && slices.Contains(unsaid, left.Sel.Name) {
			return false
		}
	case *ast.BinaryExpr:
		if text, ok := h.text(n); ok {
			h.texts[text] = true
			if whole.MatchString(text) && h.pkg != "rehearse" { // where pretended people speak
				h.found(at(n), text)
			}
			return false
		}
	case *ast.BasicLit:
		if text, ok := h.text(n); ok {
			h.texts[text] = true
			if whole.MatchString(text) && h.pkg != "rehearse" { // where pretended people speak
				h.found(at(n), text)
			}
		}
	}
	return true
}

// internal says whether a kind is that of our own mistakes, whose text nobody is shown.
func internal(kind ast.Expr) bool { return name(kind) == "fault.Internal" }

// Every sentence that the house may say has its French.
func TestEverySentenceHasItsFrench(t *testing.T) {
	h := search(t, "..")
	if len(h.sentences) < 300 {
		t.Fatalf("only %d sentences were found: the search is broken", len(h.sentences))
	}
	known, err := read("fr")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, s := range h.sentences {
		if known[s.text] == "" && !missing[s.text] {
			missing[s.text] = true
			t.Errorf("fr/%s.json lacks %s\n\t(%s)", s.pkg, quoted(s.text), s.at)
		}
	}
}

func quoted(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text)
	return strings.TrimSpace(b.String())
}

// The French of what nobody says any more is taken out. What stands in a
// catalogue without being in the code is one case of a format that is.
func TestNoFrenchIsLeftOver(t *testing.T) {
	h := search(t, "..")
	known, err := read("fr")
	if err != nil {
		t.Fatal(err)
	}
	var formats []*format
	for text := range h.texts {
		if f, ok := parse(text); ok && len(f.verbs) > 0 && f.weight >= sparse {
			formats = append(formats, f)
		}
	}
	borrowed := map[string]string{}
	for _, name := range []string{"fr/huma.json", "fr/http.json"} { // what libraries say; the door that shows it tests it
		text, err := files.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(text, &borrowed)
		}
		if err != nil {
			t.Error(err)
		}
	}
	for english := range known {
		if h.texts[english] || borrowed[english] != "" {
			continue
		}
		if !slices.ContainsFunc(formats, func(f *format) bool { return f.match(english, new(1000), func([]string) bool { return true }) }) {
			t.Errorf("nothing says %q any more", english)
		}
	}
}

// Files agree, verbs agree, and the French is written as the French write.
func TestTheCatalogueIsSound(t *testing.T) {
	names, err := filepath.Glob("fr/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	seen := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]string
		if err := json.Unmarshal(text, &all); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for english, said := range all {
			if was, twice := seen[english]; twice && was != said {
				t.Errorf("%s: %q has another French elsewhere", name, english)
			}
			seen[english] = said
			for _, wrong := range careless.FindAllString(said, -1) {
				t.Errorf("%s: %q in %q: a narrow no-break space (U+202F) stands before : ; ? ! » and after «, the apostrophe is ’ and quotation marks are « »", name, wrong, said)
			}
			if strings.TrimSpace(said) == "" || said == english && len(strings.Fields(said)) > 3 {
				t.Errorf("%s: %q has no French", name, english)
			}
			if _, err := compile(map[string]string{english: said}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := compile(seen); err != nil {
		t.Error(err)
	}
}

var careless = regexp.MustCompile(`[  ][:;?!»](?:[ )]|$)|« |« |[a-zA-Zàâéèêëîïôûù]'[a-zA-Zàâéèêëîïôûù]|[\pL][;?!»]| [“”]|“|”|\.\.\.`)

// The search is tried against what it must see.
func TestTheSearchSees(t *testing.T) {
	dir := t.TempDir()
	text := `package a
const known = "A constant."
func f(x string) {
	_ = fault.New(fault.Invalid, "a plain one")
	_ = fault.Wrap(fault.Denied, err, "two "+"halves %s", x).WithHint("a hint of %d", 2)
	_ = fault.New(fault.Internal, "Never shown to %s.", x)
	_ = fault.New(fault.Invalid, known)
	_ = network.Health{Text: "a health " + x, Fix: "a fix"}
	weak = "A sentence of its own."
	log.Info("Not this one.")
	_ = route{summary: "Nor this one."}
}
type t struct { F string ` + "`doc:\"Nor this.\"`" + ` }
`
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range search(t, dir).sentences {
		if !slices.Contains(got, s.text) {
			got = append(got, s.text)
		}
	}
	slices.Sort(got)
	want := []string{"A constant.", "A sentence of its own.", "a fix", "a health %s", "a hint of %d", "a plain one", "two halves %s"}
	if !slices.Equal(got, want) {
		t.Error(fmt.Sprintf("%q", got), "\nwant", fmt.Sprintf("%q", want))
	}
}
