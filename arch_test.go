// Package kith_test holds the house to its plan: what may stand on what, who owns which table, and how a file looks.
package kith_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/kithhq/kith/"

// anything is what wiring may import.
const anything = "*"

// longest is the most lines a Go file may have; 130 are aimed at. A way, a file of flow, is read from top to bottom.
const (
	longest    = 500
	longestWay = 150
)

var rooms = []string{"team", "channel", "people", "publish", "inbox", "moderate", "measure", "media"}

var ground = []string{"fault", "id", "access", "secret", "store", "jobs", "stream", "blob", "outward", "text", "mail", "push", "say", "subtitle", "film"}

// metas are the networks that speak Graph.
var metas = []string{"facebook", "instagram", "messenger", "whatsapp", "threads"}

// networks are the drivers: the folders of internal/network, but those that serve all of them.
var networks = drivers()

func drivers() (names []string) {
	all, err := os.ReadDir("internal/network")
	if err != nil {
		panic(err)
	}
	for _, one := range all {
		if name := one.Name(); one.IsDir() && !slices.Contains([]string{"networktest", "all", "byhand", "graph", "rest"}, name) {
			names = append(names, name)
		}
	}
	return names
}

// mayImport is the table: a package of ours (without internal/), and which of ours it may import. What is not in it fails.
func mayImport() map[string][]string {
	table := map[string][]string{
		// ground
		"fault":           {},
		"id":              {"fault"},
		"access":          {"fault"},
		"text":            {},
		"secret":          {"fault", "id", "store"},
		"store":           {"fault"},
		"store/storetest": {"store"},
		"jobs":            {"fault", "id", "store"},
		"stream":          {"fault", "id", "store"},
		"blob":            {"fault"},
		"outward":         {"fault", "store"},
		"mail":            {"fault", "secret"},
		"push":            {"fault", "outward", "secret"},
		"say":             {},
		"film":            {"fault"},
		"subtitle":        {"fault"},
		// port
		"network":             {"fault", "secret", "text", "subtitle"},
		"network/networktest": {"network", "fault", "outward", "secret", "text", "sandbox"},
		"network/byhand":      {"network", "fault"},
		"network/all":         {"network", "network/byhand", "outward", "config", "fault"},
		// stage: the wire is the contract; a double that imports the driver proves nothing
		"sandbox": {},
		// corridor
		"flow": slices.Concat(rooms, ground, []string{"network"}),
		"view": {"store", "id", "access", "fault", "network", "text"},
		// doors
		"ingest":   {"network", "stream", "fault"},
		"api":      slices.Concat(rooms, []string{"flow", "view", "access", "fault", "store", "network", "jobs", "id", "blob", "secret", "push", "say", "subtitle"}),
		"files":    {"media", "store", "blob", "secret", "fault"},
		"callback": {"flow", "access", "fault", "network"},
		"ui":       {},
		// wiring
		"config":   {"fault", "secret"},
		"app":      {anything},
		"bench":    {anything},
		"rehearse": {anything},
		"leaktest": {}, // and every test may import it
		"cmd/kith": {"app", "network/all", "config", "bench", "rehearse", "fault", "access", "secret"},
	}
	for _, room := range rooms {
		table[room] = []string{"fault", "id", "access", "secret", "store", "jobs", "network", "text"}
	}
	table["media"] = append(table["media"], "blob", "subtitle")
	for _, name := range networks {
		table["network/"+name] = []string{"network", "network/rest", "fault", "outward", "secret", "text"}
		table["network/all"] = append(table["network/all"], "network/"+name)
		table["sandbox/"+name] = []string{"sandbox", "sandbox/sandboxtest"} // the latter in tests
	}
	table["sandbox/sandboxtest"] = []string{"sandbox"}
	// What drivers of plain JSON interfaces share on the wire.
	table["network/rest"] = []string{"fault", "outward"}
	// What Meta's networks share on the wire, once on each side of it.
	table["network/graph/graphtest"] = nil
	table["network/graph"] = []string{"network", "fault", "outward", "secret", "text"}
	table["sandbox/graph/graphtest"] = nil
	table["sandbox/graph"] = []string{"sandbox"}
	for _, name := range metas {
		if !slices.Contains(networks, name) {
			continue
		}
		table["network/"+name] = append(table["network/"+name], "network/graph")
		table["sandbox/"+name] = append(table["sandbox/"+name], "sandbox/graph", "sandbox/graph/graphtest") // the latter in tests
	}
	// The same Pages: in life it is one host.
	table["sandbox/messenger"] = append(table["sandbox/messenger"], "sandbox/facebook")
	return table
}

// source is one Go file of ours.
type source struct {
	path  string // from the root, with slashes
	test  bool
	lines int
	text  string
	fset  *token.FileSet
	file  *ast.File
}

// room is the package's name in the table: its folder, without internal/.
func (s source) room() string { return strings.TrimPrefix(path.Dir(s.path), "internal/") }

func (s source) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(pos).Line)
}

func parse(name, text string) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	return source{name, strings.HasSuffix(name, "_test.go"), strings.Count(text, "\n"), text, fset, file}, err
}

// house reads every Go file of the repository.
func house(t *testing.T) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || name == "web") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(name), string(text))
		found = append(found, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func report(t *testing.T, complaints []string) {
	t.Helper()
	for _, c := range complaints {
		t.Error(c)
	}
}

func TestEveryPackageStandsOnlyOnWhatItMay(t *testing.T) { report(t, imports(house(t))) }

func imports(files []source) (complaints []string) {
	table := mayImport()
	for _, s := range files {
		room := s.room()
		if room == "." || strings.HasPrefix(room, "test/") || strings.HasPrefix(room, "scripts/") {
			continue // tests of the whole house, and tools that import nothing of it
		}
		allowed, known := table[room]
		if !known {
			complaints = append(complaints, s.path+": package "+room+" is not in the table of arch_test.go")
			continue
		}
		stage := room == "sandbox" || strings.HasPrefix(room, "sandbox/")
		if s.test && !stage {
			continue // a test may bring what it needs: a database, a sandbox
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil || !strings.HasPrefix(imported, module) {
				continue
			}
			ours := strings.TrimPrefix(strings.TrimPrefix(imported, module), "internal/")
			switch {
			case ours == room: // the package of an external test
			case s.test && ours == "leaktest": // it knows nothing of the house
			case slices.Contains(allowed, ours), slices.Contains(allowed, anything):
			default:
				complaints = append(complaints, fmt.Sprintf("%s: %s may not import %s", s.at(spec.Pos()), room, ours))
			}
		}
	}
	return complaints
}

func TestEveryPackageSaysWhatItIs(t *testing.T) { report(t, comments(house(t))) }

func comments(files []source) (complaints []string) {
	said := map[string]bool{}
	for _, s := range files {
		if s.test {
			continue
		}
		dir := path.Dir(s.path)
		doc := s.file.Doc.Text()
		begins := strings.HasPrefix(doc, "Package "+s.file.Name.Name+" ") || s.file.Name.Name == "main" && strings.HasPrefix(doc, "Command ")
		said[dir] = said[dir] || begins
	}
	for dir, ok := range said {
		if !ok {
			complaints = append(complaints, dir+": no file says `// Package … ` (or `// Command … `) what it is")
		}
	}
	return complaints
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func TestNoFileIsTooLong(t *testing.T) { report(t, lengths(house(t))) }

func lengths(files []source) (complaints []string) {
	for _, s := range files {
		most := longest
		if s.room() == "flow" && !s.test {
			most = longestWay
		}
		if s.lines > most && !generated.MatchString(s.text) {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, and %d are the most", s.path, s.lines, most))
		}
	}
	return complaints
}

func TestPackagesAreOneWordAndSayWhatTheyAreFor(t *testing.T) { report(t, names(house(t))) }

func names(files []source) (complaints []string) {
	empty := strings.Fields("domain infra core common util utils model models types services handlers helpers misc base lib pkg")
	word := regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	for _, s := range files {
		name := strings.TrimSuffix(s.file.Name.Name, "_test")
		if !word.MatchString(name) || slices.Contains(empty, name) {
			complaints = append(complaints, s.path+": a package is one word that people say, and not "+name)
		}
	}
	return complaints
}

func TestNothingHappensBeforeMain(t *testing.T) { report(t, inits(house(t))) }

func inits(files []source) (complaints []string) {
	for _, s := range files {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				complaints = append(complaints, s.at(f.Pos())+": no init(): wiring is in app")
			}
		}
	}
	return complaints
}
