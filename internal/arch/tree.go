package arch

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// module is the module path that go.mod declares.
const module = "zveno.dev/zveno"

// tree is the source of the project, or a sample of one: every text file that git tracks or would track.
type tree struct {
	texts    map[string]string // by path from the root, with slashes
	packages []*goPackage      // in the order of their directories
}

// goPackage is one directory of Go files, test files included.
type goPackage struct {
	dir    string // from the root: "internal/db/history"
	files  []*goFile
	values map[string]ast.Expr // what constants and variables of package level begin as, by name
}

// goFile is one parsed Go file.
type goFile struct {
	path   string
	text   string
	test   bool
	syntax *ast.File
	fset   *token.FileSet
}

func (f *goFile) line(pos token.Pos) int { return f.fset.Position(pos).Line }

// finding is one breach of a rule: where it is, and what to do about it.
type finding struct {
	path    string
	line    int // 0 when the whole file or folder is meant
	message string
}

func (f finding) String() string {
	if f.line == 0 {
		return f.path + ": " + f.message
	}
	return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.message)
}

// at makes a finding at a place in a file.
func (f *goFile) at(pos token.Pos, format string, args ...any) finding {
	return finding{f.path, f.line(pos), fmt.Sprintf(format, args...)}
}

func sorted(findings []finding) []finding {
	slices.SortFunc(findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.message, b.message))
	})
	return slices.Compact(findings)
}

// readTree reads the working copy that dir lies in, with files that are new and not ignored.
func readTree(dir string) (*tree, error) {
	root, err := git(dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	root = strings.TrimSpace(root)
	list, err := git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || bytes.IndexByte(data, 0) >= 0 {
			continue // deleted but still tracked, a link to a folder, or not text
		}
		texts[name] = string(data)
	}
	return newTree(texts), nil
}

// git runs git also where the checkout belongs to another user, as it does in containers.
func git(dir string, args ...string) (string, error) {
	command := exec.Command("git", append([]string{"-c", "safe.directory=*"}, args...)...)
	command.Dir = dir
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("arch: git %s: %w: %s", args[0], err, stderr.String())
	}
	return string(out), nil
}

// newTree parses the Go files among texts. What does not parse is left to the compiler to report.
func newTree(texts map[string]string) *tree {
	byDir := map[string]*goPackage{}
	for name, text := range texts {
		if path.Ext(name) != ".go" || unseenByGo(name) {
			continue
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &goPackage{dir: dir, values: map[string]ast.Expr{}}
		}
		file := &goFile{path: name, text: text, test: strings.HasSuffix(name, "_test.go"), syntax: syntax, fset: fset}
		byDir[dir].add(file)
	}
	t := &tree{texts: texts}
	for _, p := range byDir {
		slices.SortFunc(p.files, func(a, b *goFile) int { return cmp.Compare(a.path, b.path) })
		t.packages = append(t.packages, p)
	}
	slices.SortFunc(t.packages, func(a, b *goPackage) int { return cmp.Compare(a.dir, b.dir) })
	return t
}

// unseenByGo reports whether the go command overlooks the file because of the name of a folder.
func unseenByGo(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == "testdata" || strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}

func (p *goPackage) add(f *goFile) {
	p.files = append(p.files, f)
	for _, decl := range f.syntax.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST && group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			s := spec.(*ast.ValueSpec)
			for i, name := range s.Names {
				if i < len(s.Values) {
					p.values[name.Name] = s.Values[i]
				}
			}
		}
	}
}

// goFiles calls visit for every Go file; tests says whether test files count too.
func (t *tree) goFiles(tests bool, visit func(*goPackage, *goFile)) {
	for _, p := range t.packages {
		for _, f := range p.files {
			if tests || !f.test {
				visit(p, f)
			}
		}
	}
}

// packageAt is the package in a directory, or nil.
func (t *tree) packageAt(dir string) *goPackage {
	i, ok := slices.BinarySearchFunc(t.packages, dir, func(p *goPackage, dir string) int { return cmp.Compare(p.dir, dir) })
	if !ok {
		return nil
	}
	return t.packages[i]
}

// isTestHelper reports whether a directory holds help for tests only: internal/db/dbtest does.
func isTestHelper(dir string) bool { return path.Base(dir) == path.Base(path.Dir(dir))+"test" }
