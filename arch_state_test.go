package kith_test

import (
	"go/ast"
	"go/token"
	"path"
	"strings"
	"testing"
)

// excuse, as a comment on the declaration, lets a package-level variable change: it needs a reason after it.
const excuse = "nolint:gochecknoglobals //"

func TestNoPackageKeepsStateOfItsOwn(t *testing.T) { report(t, globals(house(t))) }

// globals finds package-level variables that something assigns to, takes the address of, or that are made to change
// (locks, atomics, channels, sync.Once). Tables that nobody writes to are fine.
func globals(files []source) (complaints []string) {
	packages := map[string][]source{}
	for _, s := range files {
		if !s.test && path.Dir(s.path) != "." {
			packages[path.Dir(s.path)] = append(packages[path.Dir(s.path)], s)
		}
	}
	for _, sources := range packages {
		declared := map[string]string{} // name → where
		for _, s := range sources {
			for _, decl := range s.file.Decls {
				g, ok := decl.(*ast.GenDecl)
				if !ok || g.Tok != token.VAR {
					continue
				}
				for _, spec := range g.Specs {
					v := spec.(*ast.ValueSpec)
					if strings.Contains(comment(v.Comment)+comment(v.Doc)+comment(g.Doc), excuse) {
						continue
					}
					for _, name := range v.Names {
						if name.Name != "_" {
							declared[name.Name] = s.at(name.Pos())
						}
					}
					if changing(v) {
						complaints = append(complaints, s.at(v.Pos())+": "+v.Names[0].Name+" is made to change: keep it in a value that app passes down")
					}
				}
			}
		}
		for _, s := range sources {
			complaints = append(complaints, writes(s, declared)...)
		}
	}
	return complaints
}

// comment is a comment as written: its Text() leaves directives out.
func comment(group *ast.CommentGroup) string {
	var all strings.Builder
	if group != nil {
		for _, c := range group.List {
			all.WriteString(c.Text + "\n")
		}
	}
	return all.String()
}

// changing says whether a variable is of a type that only makes sense when it changes.
func changing(v *ast.ValueSpec) bool {
	found := false
	look := func(e ast.Expr) {
		if e == nil {
			return
		}
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit, *ast.FuncType:
				return false
			case *ast.ChanType:
				found = true
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && (x.Name == "atomic" || x.Name == "sync" && n.Sel.Name != "OnceValue" && n.Sel.Name != "OnceValues") {
					found = true
				}
			}
			return true
		})
	}
	look(v.Type)
	for _, value := range v.Values {
		look(value)
	}
	return found
}

// writes finds assignments to, and addresses taken of, the variables declared at package level.
func writes(s source, declared map[string]string) (complaints []string) {
	global := func(e ast.Expr) (string, bool) {
		for {
			switch x := e.(type) {
			case *ast.ParenExpr:
				e = x.X
			case *ast.IndexExpr:
				e = x.X
			case *ast.SelectorExpr:
				e = x.X
			case *ast.StarExpr:
				e = x.X
			case *ast.Ident:
				// the parser has resolved what is local; what is left, or points to a package-level spec, is global
				local := false
				if x.Obj != nil {
					spec, ok := x.Obj.Decl.(*ast.ValueSpec)
					local = !ok || declared[x.Name] == "" || s.at(spec.Names[0].Pos()) != declared[x.Name] && !sameSpec(s, spec, declared[x.Name])
				}
				_, is := declared[x.Name]
				return x.Name, is && !local
			default:
				return "", false
			}
		}
	}
	complain := func(pos token.Pos, name, what string) {
		complaints = append(complaints, s.at(pos)+": "+what+" "+name+", which belongs to the whole package (declared at "+declared[name]+")")
	}
	for _, decl := range s.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE {
					return true
				}
				for _, left := range n.Lhs {
					if name, is := global(left); is {
						complain(left.Pos(), name, "writes to")
					}
				}
			case *ast.IncDecStmt:
				if name, is := global(n.X); is {
					complain(n.Pos(), name, "counts in")
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					if name, is := global(n.X); is {
						complain(n.Pos(), name, "takes the address of")
					}
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
					if name, is := global(n.Args[0]); is {
						complain(n.Pos(), name, "removes from")
					}
				}
			}
			return true
		})
	}
	return complaints
}

// sameSpec says whether a declaration is the one found at a place, for specs that name several variables.
func sameSpec(s source, spec *ast.ValueSpec, at string) bool {
	for _, name := range spec.Names {
		if s.at(name.Pos()) == at {
			return true
		}
	}
	return false
}
