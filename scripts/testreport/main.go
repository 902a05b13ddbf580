package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	report, err := readReport(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(2)
	}
	report.print(os.Stdout)
	if report.failed > 0 || report.brokenPackages > 0 || report.passed == 0 {
		os.Exit(1)
	}
}

// event is one line of go test -json; see go doc test2json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// report counts tests, subtests included.
type report struct {
	passed, failed, skipped int
	brokenPackages          int // that failed, perhaps without a test to blame: they do not build, or panicked
	skips                   []string
}

type testName struct{ pkg, test string }

// readReport passes on what matters while it comes, and returns the rest.
func readReport(in io.Reader, out io.Writer) (*report, error) {
	r := &report{}
	outputs := map[testName][]string{} // of the tests that have not ended
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			r.read(line, outputs, out)
		}
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read test output: %w", err)
		}
	}
}

func (r *report) read(line string, outputs map[testName][]string, out io.Writer) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil {
		fmt.Fprint(out, line) // not of go test: a warning of the linker, say
		return
	}
	name := testName{e.Package, e.Test}
	switch e.Action {
	case "output":
		if e.Test != "" {
			outputs[name] = append(outputs[name], e.Output)
		} else if e.Output != "PASS\n" && e.Output != "FAIL\n" {
			fmt.Fprint(out, e.Output)
		}
		return
	case "build-output":
		fmt.Fprint(out, e.Output)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	if e.Test == "" {
		r.endPackage(e, outputs, out)
		return
	}
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		fmt.Fprint(out, strings.Join(outputs[name], ""))
	case "skip":
		r.skipped++
		r.skips = append(r.skips, e.Package+" "+e.Test+": "+skipReason(outputs[name]))
	}
	delete(outputs, name)
}

// endPackage prints what tests said that never ended, as one does that panicked.
func (r *report) endPackage(e event, outputs map[testName][]string, out io.Writer) {
	if e.Action == "fail" {
		r.brokenPackages++
	}
	for name, lines := range outputs {
		if name.pkg == e.Package {
			if e.Action == "fail" {
				r.failed++
				fmt.Fprint(out, strings.Join(lines, ""))
			}
			delete(outputs, name)
		}
	}
}

// skipReason is what a skipped test said, without the lines that the testing package adds.
func skipReason(lines []string) string {
	var said []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

func (r *report) print(out io.Writer) {
	if len(r.skips) > 0 {
		fmt.Fprintf(out, "\nSkipped:\n")
		for _, s := range r.skips {
			fmt.Fprintln(out, "  "+s)
		}
	}
	if r.passed == 0 && r.failed == 0 {
		fmt.Fprintln(out, "no test ran")
	}
	if r.brokenPackages > 0 {
		fmt.Fprintf(out, "\n%d packages failed\n", r.brokenPackages)
	}
	fmt.Fprintf(out, "\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}
