package graphtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Specs answers where the published descriptions lie, or skips.
func Specs(t *testing.T) string {
	t.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs") // beside the repository
	}
	if _, err := os.Stat(filepath.Join(root, "meta-graph")); err != nil {
		t.Skip("no published Graph parameter lists here: set KITH_SPECS")
	}
	return root
}

// Node is one kind of thing on the Graph API as Meta's own code generator describes it.
type Node struct {
	APIs []struct {
		Method, Endpoint, Name string
		Params                 []struct{ Name string }
	}
	Fields []struct{ Name string }
}

// Published reads a node.
func Published(t *testing.T, name string) Node {
	t.Helper()
	var n Node
	read(t, &n, "meta-graph", "api_specs", "specs", name+".json")
	return n
}

func read(t *testing.T, into any, path ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{Specs(t)}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// Params are the parameters of an edge, or of the node itself; known is false when it is not published.
func (n Node) Params(method, edge string) (names []string, known bool) {
	own := map[string]string{"GET": "#get", "POST": "#update", "DELETE": "#delete"}[method]
	known = edge == "" && method == "GET"
	for _, api := range n.APIs {
		if api.Method != method || edge != "" && strings.TrimPrefix(api.Endpoint, "/") != edge || edge == "" && api.Name != own && api.Endpoint != own {
			continue
		}
		known = true
		for _, q := range api.Params {
			names = append(names, q.Name)
		}
	}
	return names, known
}

// Readable are the fields of a node, and the edges that can be read like one.
func (n Node) Readable() (names []string) {
	for _, f := range n.Fields {
		names = append(names, f.Name)
	}
	for _, api := range n.APIs {
		if api.Method == "GET" {
			names = append(names, strings.TrimPrefix(api.Endpoint, "/"))
		}
	}
	return names
}

// Recorded reads a recorded answer, or skips.
func Recorded(t *testing.T, path string) map[string]any {
	t.Helper()
	if _, err := os.Stat(filepath.Join(Specs(t), "recorded")); err != nil {
		t.Skip("no recorded answers here: set KITH_SPECS")
	}
	var v map[string]any
	read(t, &v, "recorded", "meta-python-facebook", filepath.FromSlash(path))
	return v
}

// Alike compares the shape of an answer with a recorded one: what both have is of the same kind, and inside recorded objects nothing is
// invented.
func Alike(t *testing.T, at string, ours, theirs any) {
	t.Helper()
	switch theirs := theirs.(type) {
	case map[string]any:
		mine, ok := ours.(map[string]any)
		if !ok {
			t.Errorf("%s: %T, recorded is an object", at, ours)
		}
		for k, v := range mine {
			if other, ok := theirs[k]; !ok {
				t.Errorf("%s.%s is not in the recording", at, k)
			} else {
				Alike(t, at+"."+k, v, other)
			}
		}
	case []any:
		mine, ok := ours.([]any)
		if !ok {
			t.Errorf("%s: %T, recorded is a list", at, ours)
		} else if len(mine) > 0 && len(theirs) > 0 {
			Alike(t, at+"[]", mine[0], theirs[0])
		}
	case string:
		mine, ok := ours.(string)
		if !ok {
			t.Errorf("%s: %T, recorded is text", at, ours)
		}
		if _, err := time.Parse("2006-01-02T15:04:05-0700", theirs); err == nil {
			if _, err := time.Parse("2006-01-02T15:04:05-0700", mine); err != nil {
				t.Errorf("%s: %v is no date like %s", at, ours, theirs)
			}
		}
	case float64:
		if _, ok := ours.(float64); !ok {
			t.Errorf("%s: %T, recorded is a number", at, ours)
		}
	case bool:
		if _, ok := ours.(bool); !ok {
			t.Errorf("%s: %T, recorded is yes or no", at, ours)
		}
	}
}
