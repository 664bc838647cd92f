// Command gotest reads `go test -json` and prints what a person wants to see: one line for each package, everything
// that a failed test said, and every test that was skipped. A skipped test is a failure unless -skips or -because allows it:
// otherwise a missing tool would silently become a passed test.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

// report is what has been seen so far.
type report struct {
	out      io.Writer
	said     map[string]*bytes.Buffer // what each running test printed, by package and test
	passed   map[string]int           // tests by package
	skipped  []string
	excused  []string
	failed   []string
	because  *regexp.Regexp
	packages int
	tests    int
}

func main() {
	skips := flag.Bool("skips", false, "a skipped test is no failure")
	because := flag.String("because", "", "a test that says something like this (a regular expression) may be skipped")
	log := flag.String("log", "", "also write everything that was printed to this file")
	flag.Parse()
	failed, err := run(os.Stdin, os.Stdout, *log, *because, *skips)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
	}
	if failed || err != nil {
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, log, because string, skips bool) (failed bool, err error) {
	excuse, err := regexp.Compile(because)
	if err != nil {
		return true, err
	}
	if because == "" {
		excuse = nil
	}
	all := io.Discard
	if log != "" {
		file, err := os.Create(log)
		if err != nil {
			return true, err
		}
		defer file.Close()
		all = file
	}
	r := report{out: out, said: map[string]*bytes.Buffer{}, passed: map[string]int{}, because: excuse}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil {
				fmt.Fprint(all, e.Output)
				r.see(e)
			} else {
				fmt.Fprintf(all, "%s", line)
				fmt.Fprintf(out, "%s", line)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return true, err
		}
	}
	return r.end(skips), nil
}

func (r *report) see(e event) {
	key := e.Package + "\x00" + e.Test
	switch e.Action {
	case "output", "build-output":
		if e.Test == "" {
			r.packageSaid(e, key)
			return
		}
		if r.said[key] == nil {
			r.said[key] = new(bytes.Buffer)
		}
		r.said[key].WriteString(e.Output)
	case "pass", "fail", "skip":
		r.result(e, key)
	}
}

// packageSaid keeps what belongs to no test: compile errors, panics, data races; it is printed if the package fails.
func (r *report) packageSaid(e event, key string) {
	if e.Action == "build-output" {
		fmt.Fprint(r.out, e.Output)
		return
	}
	if r.said[key] == nil {
		r.said[key] = new(bytes.Buffer)
	}
	r.said[key].WriteString(e.Output)
}

func (r *report) result(e event, key string) {
	said := r.said[key]
	delete(r.said, key)
	text := ""
	if said != nil {
		text = said.String()
	}
	if e.Test == "" {
		r.packages++
		switch e.Action {
		case "pass":
			fmt.Fprintf(r.out, "ok      %-58s %8.2fs  %4d tests\n", e.Package, e.Elapsed, r.passed[e.Package])
		case "skip":
			fmt.Fprintf(r.out, "?       %-58s            no tests\n", e.Package)
		case "fail":
			fmt.Fprintf(r.out, "%sFAIL    %-58s %8.2fs\n", text, e.Package, e.Elapsed)
			r.failed = append(r.failed, e.Package)
		}
		return
	}
	name := e.Package + " " + e.Test
	r.tests++
	switch e.Action {
	case "pass":
		r.passed[e.Package]++
	case "fail":
		fmt.Fprintf(r.out, "\n%s\n", strings.TrimRight(text, "\n"))
		r.failed = append(r.failed, name)
	case "skip":
		line := name + ": " + reason(text)
		if r.because != nil && r.because.MatchString(text) {
			r.excused = append(r.excused, line)
		} else {
			r.skipped = append(r.skipped, line)
		}
	}
}

// reason is what the test said when it was skipped, on one line.
func reason(text string) string {
	var said []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}

func (r *report) end(skips bool) (failed bool) {
	list := func(title string, names []string) {
		if len(names) == 0 {
			return
		}
		fmt.Fprintf(r.out, "\n%s (%d):\n", title, len(names))
		for _, name := range names {
			fmt.Fprintln(r.out, "  "+name)
		}
	}
	list("skipped, allowed", r.excused)
	list("skipped", r.skipped)
	list("FAILED", r.failed)
	fmt.Fprintf(r.out, "%d packages, %d tests, %d skipped, %d failed\n", r.packages, r.tests, len(r.skipped)+len(r.excused), len(r.failed))
	if r.packages == 0 {
		fmt.Fprintln(r.out, "FAIL: no package was tested")
		failed = true
	}
	if len(r.skipped) > 0 && !skips {
		fmt.Fprintln(r.out, "FAIL: a skipped test proves nothing; install what it lacks, or allow it with KITH_SKIPS=allowed")
		failed = true
	}
	return failed || len(r.failed) > 0
}
