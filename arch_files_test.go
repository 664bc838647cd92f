package kith_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever installs chooses the registry; a lock file that names one would make that choice for everybody.
func TestLockFilesNameNoRegistry(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || name != "." && strings.HasPrefix(entry.Name(), ".")) {
			return filepath.SkipDir
		}
		if entry.Name() != "package-lock.json" {
			return nil
		}
		seen++
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), `"resolved": "http`) {
			t.Errorf("%s names a registry: install with omit-lockfile-registry-resolved=true (.npmrc)", name)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(name), ".npmrc")); err != nil {
			t.Errorf("%s has no .npmrc beside it with omit-lockfile-registry-resolved=true", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("no lock file found")
	}
}

// Some npm packages carry Go files; they are not ours to build, test or lint.
func TestGoIgnoresNodeModules(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nignore node_modules\n") {
		t.Error("go.mod lacks `ignore node_modules`")
	}
}
