package arch

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

var readProject = sync.OnceValues(func() (*tree, error) { return readTree(".") })

// project is the source tree that this test runs in.
func project(t *testing.T) *tree {
	t.Helper()
	tree, err := readProject()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// report fails the test with one line for each finding.
func report(t *testing.T, rule string, findings []finding) {
	t.Helper()
	if len(findings) == 0 {
		return
	}
	lines := make([]string, len(findings))
	for i, f := range findings {
		lines[i] = f.String()
	}
	t.Errorf("%s (%d):\n%s", rule, len(findings), strings.Join(lines, "\n"))
}

// sample is a small tree in memory that a rule is tried on, and the start of each finding that it must give.
type sample struct {
	name  string
	files map[string]string
	want  []string
}

func try(t *testing.T, check func(*tree) []finding, samples []sample) {
	t.Helper()
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Helper()
			findings := check(newTree(s.files))
			if len(findings) != len(s.want) {
				t.Fatalf("found %d, want %d: %v", len(findings), len(s.want), findings)
			}
			for i, want := range s.want {
				if !strings.HasPrefix(findings[i].String(), want) {
					t.Errorf("found %q, want it to start with %q", findings[i], want)
				}
			}
		})
	}
}

// A rule that looks at too little passes in silence: what is read here must be all that the go command sees.
func TestTreeHasEveryPackage(t *testing.T) {
	tree := project(t)
	list := exec.Command("go", "list", "-e", "-json=ImportPath,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles", "./...")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	count := 0
	for decoder.More() {
		var listed struct {
			ImportPath                                   string
			GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := decoder.Decode(&listed); err != nil {
			t.Fatal(err)
		}
		dir := strings.TrimPrefix(strings.TrimPrefix(listed.ImportPath, module), "/")
		p := tree.packageAt(dir)
		files := slices.Concat(listed.GoFiles, listed.CgoFiles, listed.TestGoFiles, listed.XTestGoFiles)
		if p == nil {
			if len(files) > 0 {
				t.Errorf("%s is a package to the go command but was not read", dir)
			}
			continue
		}
		for _, name := range files {
			if !slices.ContainsFunc(p.files, func(f *goFile) bool { return f.path == dir+"/"+name }) {
				t.Errorf("%s/%s was not read, or does not parse", dir, name)
			}
		}
		count++
	}
	t.Logf("%d packages", count)
	if count == 0 {
		t.Error("go list names no package")
	}
}
