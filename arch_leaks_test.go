package kith_test

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m.Run) }

func TestEveryPackageWithTestsLooksForWhatStillRuns(t *testing.T) { report(t, leaks(house(t))) }

var tries = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)(\P{Ll}|$)`)

// leaks finds packages whose tests may leave goroutines behind: those whose TestMain, if they have one, does not end with
// leaktest.Main. There are no exceptions; what a library keeps running by design is named in that call.
func leaks(files []source) (complaints []string) {
	tested, looks := map[string]bool{}, map[string]bool{}
	for _, s := range files {
		if !s.test {
			continue
		}
		dir := path.Dir(s.path)
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			switch {
			case !ok || f.Recv != nil || f.Body == nil:
			case f.Name.Name == "TestMain":
				looks[dir] = endsWithLeaktest(f.Body)
			case tries.MatchString(f.Name.Name):
				tested[dir] = true
			}
		}
	}
	for dir := range tested {
		if !looks[dir] {
			complaints = append(complaints, dir+": no TestMain that ends with leaktest.Main(m.Run): it would not be seen what still runs after the tests")
		}
	}
	slices.Sort(complaints)
	return complaints
}

// endsWithLeaktest says whether the last statement is the call: one in a branch might never be reached.
func endsWithLeaktest(body *ast.BlockStmt) bool {
	if len(body.List) == 0 {
		return false
	}
	last, ok := body.List[len(body.List)-1].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := last.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	of, ok := f.X.(*ast.Ident)
	return ok && of.Name == "leaktest" && f.Sel.Name == "Main"
}
