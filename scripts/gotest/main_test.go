package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestASkippedTestIsAFailure(t *testing.T) {
	const (
		pass  = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"p","Elapsed":1}` + "\n"
		skip  = `{"Action":"output","Package":"p","Test":"TestS","Output":"    s_test.go:1: no KITH_SPECS here\n"}` + "\n" + `{"Action":"skip","Package":"p","Test":"TestS"}` + "\n"
		fail  = `{"Action":"output","Package":"p","Test":"TestF","Output":"it broke\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestF"}` + "\n" + `{"Action":"fail","Package":"p"}` + "\n"
		build = `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}` + "\n" + `{"Action":"fail","Package":"p","FailedBuild":"p"}` + "\n"
		race  = `{"Action":"output","Package":"p","Output":"panic: boom\n"}` + "\n" + `{"Action":"fail","Package":"p"}` + "\n"
	)
	for _, c := range []struct {
		name, in, because string
		skips, failed     bool
		says              string
	}{
		{"all passed", pass, "", false, false, "1 tests, 0 skipped, 0 failed"},
		{"one skipped", skip + pass, "", false, true, "p TestS: s_test.go:1: no KITH_SPECS here"},
		{"one skipped, allowed", skip + pass, "", true, false, "1 skipped"},
		{"one skipped for a reason", skip + pass, "KITH_SPECS", false, false, "skipped, allowed (1)"},
		{"one skipped for another reason", skip + pass, "KITH_OTHER", false, true, "proves nothing"},
		{"one failed", fail, "", false, true, "it broke"},
		{"not compiled", build, "", false, true, "undefined: x"},
		{"a panic", race, "", false, true, "panic: boom"},
		{"not even JSON", "go: no such module\n" + pass, "", false, false, "no such module"},
		{"nothing ran", "", "", false, true, "no package was tested"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			failed, err := run(strings.NewReader(c.in), &out, filepath.Join(t.TempDir(), "log"), c.because, c.skips)
			if err != nil || failed != c.failed || !strings.Contains(out.String(), c.says) {
				t.Errorf("failed: %v, %v; it said:\n%s", failed, err, out.String())
			}
		})
	}
}
