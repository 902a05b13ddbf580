package arch

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

// maySetUp lists the packages whose init may register a driver.
var maySetUp = []string{"internal/db", "internal/columnar"}

// mayPanic lists the functions that panic, by package: each on an invariant that is broken only if the program is. A
// function whose name begins with Must may panic too: it is for constants.
var mayPanic = map[string][]string{
	"internal/db":     {"openSQLiteFile"},     // the driver is not linked in
	"internal/demo":   {"position", "closed"}, // the sample's own tables contradict each other
	"internal/i18n":   {"mustRead"},           // a catalog, which is part of the program, cannot be read
	"internal/metric": {"newParser"},          // the parser's options, constants all, are wrong
	"internal/value":  {"NewID"},              // the system has no randomness
	"internal/web":    {"guard"},              // what net/http panics with to abort an answer goes on to net/http
}

func checkDocs(t *tree) []finding {
	var findings []finding
	for _, p := range t.packages {
		doc := p.file("doc.go")
		if doc == nil || doc.syntax.Doc.Text() == "" {
			findings = append(findings, finding{p.dir, 0, "the package has no doc.go that says in a paragraph what it is for"})
		}
	}
	t.goFiles(false, func(_ *goPackage, f *goFile) {
		if f.syntax.Name.Name == "main" || ast.IsGenerated(f.syntax) {
			return
		}
		for _, decl := range f.syntax.Decls {
			for _, name := range undocumented(decl) {
				findings = append(findings, f.at(name.Pos(), "%s is exported without a comment: say what it is, with units, shapes and errors", name.Name))
			}
		}
	})
	return sorted(findings)
}

func (p *goPackage) file(name string) *goFile {
	for _, f := range p.files {
		if path.Base(f.path) == name {
			return f
		}
	}
	return nil
}

// undocumented lists the exported names of a declaration that no comment explains. One comment may explain a group.
func undocumented(decl ast.Decl) []*ast.Ident {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiver(d).IsExported()) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var names []*ast.Ident
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && (d.Doc == nil || d.Lparen.IsValid()) {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
						names = append(names, name)
					}
				}
			}
		}
		return names
	}
	return nil
}

// receiver is the name of the type that a method belongs to.
func receiver(method *ast.FuncDecl) *ast.Ident {
	expr := method.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e
		default:
			return ast.NewIdent("_")
		}
	}
}

// checkCalls finds panics, exits and set-up that happen where they should not, and tests that are skipped in silence.
func checkCalls(t *tree) []finding {
	var findings []finding
	t.goFiles(true, func(p *goPackage, f *goFile) {
		for _, decl := range f.syntax.Decls {
			fn, _ := decl.(*ast.FuncDecl)
			if fn != nil && fn.Recv == nil && fn.Name.Name == "init" && !slices.Contains(maySetUp, p.dir) {
				findings = append(findings, f.at(fn.Pos(), "init changes what importing a package means: make a function that cmd/zveno calls"))
			}
			ast.Inspect(decl, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok {
					if message := callFault(p, f, fn, call); message != "" {
						findings = append(findings, f.at(call.Pos(), "%s", message))
					}
				}
				return true
			})
		}
	})
	return sorted(findings)
}

func callFault(p *goPackage, f *goFile, fn *ast.FuncDecl, call *ast.CallExpr) string {
	name := callee(call)
	if f.test || isTestHelper(p.dir) {
		if _, method, _ := strings.Cut(name, "."); method == "SkipNow" || method == "Skip" && len(call.Args) == 0 {
			return "a skip must say why: t.Skip(\"what is missing, and how to get it\")"
		}
		return ""
	}
	switch {
	case name == "panic" && !(fn != nil && (strings.HasPrefix(fn.Name.Name, "Must") || slices.Contains(mayPanic[p.dir], fn.Name.Name))):
		return "panic: return an error; if only a broken invariant leads here, add the function to mayPanic in internal/arch/conventions.go"
	case (name == "os.Exit" || strings.HasPrefix(name, "log.Fatal")) && f.syntax.Name.Name != "main":
		return name + " ends the program from within: return an error to main"
	}
	return ""
}
