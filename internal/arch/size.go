package arch

import (
	"cmp"
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// The most lines there may be. About 300 in a file and 40 in a function is what to aim at.
const (
	maxFileLines         = 500
	maxFunctionLines     = 70
	maxTestFunctionLines = 120
)

// checkSizes finds what is too long, the longest first.
func checkSizes(t *tree) []finding {
	type long struct {
		finding
		lines int
	}
	var found []long
	t.goFiles(true, func(_ *goPackage, f *goFile) {
		if ast.IsGenerated(f.syntax) {
			return
		}
		if lines := strings.Count(f.text, "\n"); lines > maxFileLines {
			message := fmt.Sprintf("the file has %d lines, the ceiling is %d: split it by subject", lines, maxFileLines)
			found = append(found, long{finding{f.path, 0, message}, lines})
		}
		ceiling := maxFunctionLines
		if f.test {
			ceiling = maxTestFunctionLines
		}
		for _, fn := range functions(f.syntax) {
			lines := f.line(fn.node.End()) - f.line(fn.node.Pos()) + 1
			if lines > ceiling {
				message := fmt.Sprintf("%s has %d lines, the ceiling is %d: name a part of it and make that a function", fn.name, lines, ceiling)
				found = append(found, long{finding{f.path, f.line(fn.node.Pos()), message}, lines})
			}
		}
	})
	slices.SortFunc(found, func(a, b long) int {
		return cmp.Or(cmp.Compare(b.lines, a.lines), cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line))
	})
	findings := make([]finding, len(found))
	for i, l := range found {
		findings[i] = l.finding
	}
	return findings
}

type function struct {
	name string
	node ast.Node // *ast.FuncDecl, or *ast.FuncLit at package level
}

// functions are the functions of a file; those within others count as part of them.
func functions(file *ast.File) []function {
	var found []function
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			found = append(found, function{"func " + f.Name.Name, f})
			continue
		}
		ast.Inspect(decl, func(node ast.Node) bool {
			literal, ok := node.(*ast.FuncLit)
			if ok {
				found = append(found, function{"func literal", literal})
			}
			return !ok
		})
	}
	return found
}
