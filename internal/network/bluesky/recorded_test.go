package bluesky

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// What a real PDS refused gets the kind that says what to do.
func TestRecordedRefusalsHaveTheirKind(t *testing.T) {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	files, err := filepath.Glob(filepath.Join(root, "bluesky", "real-pds-transcripts", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recorded answers of a real PDS here (set KITH_SPECS)")
	}
	want := map[string]fault.Kind{
		"AuthenticationRequired": fault.Denied, "AuthMissing": fault.Denied, "InvalidToken": fault.Denied, "ExpiredToken": fault.Denied,
		"InvalidRequest": fault.Invalid, "RecordNotFound": fault.NotFound, "InternalServerError": fault.Uncertain, "UpstreamFailure": fault.Unavailable,
	}
	seen := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var lines []struct {
			Method   string          `json:"method"`
			Path     string          `json:"path"`
			Status   json.RawMessage `json:"status"`
			Response json.RawMessage `json:"response"`
		}
		if err := json.Unmarshal(data, &lines); err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			var status int
			var said struct{ Error string }
			if json.Unmarshal(l.Status, &status) != nil || status < 400 || json.Unmarshal(l.Response, &said) != nil {
				continue
			}
			a := ask{post: l.Method == http.MethodPost}
			got := failed(a.rest(), &outward.Response{Status: status, Header: http.Header{}, Body: l.Response}, time.Now())
			kind, known := want[said.Error]
			if !known || !fault.Is(got, kind) {
				t.Errorf("%s %d %s: %v, and it should be %v", l.Path, status, said.Error, got, kind)
			}
			if text, hint := fault.Shown(got); text == "" || hint == "" && (kind == fault.Invalid || kind == fault.Denied) {
				t.Errorf("%s: nothing is said about what to do", said.Error)
			}
			seen[said.Error] = true
		}
	}
	for name := range want {
		if !seen[name] {
			t.Errorf("%s was never recorded", name)
		}
	}
}
