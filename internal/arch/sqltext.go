package arch

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// hole stands in a statement for what is only known when the program runs.
const hole = "\uFFFC"

// statement is SQL, or a piece of it, that one expression of a Go file puts together.
type statement struct {
	pkg      *goPackage
	file     *goFile
	function *ast.FuncDecl // nil at package level
	expr     ast.Expr
	text     string    // its constant parts, with a hole for every other
	operands []operand // what fills the holes, in their order
	parts    []part    // where the constant parts stand

	visiting map[string]bool // variables that harmless is looking at
}

// operand is an expression that fills a hole.
type operand struct {
	expr ast.Expr
	verb byte // of the format that prints it: 'd', 's'; 0 where it is concatenated
}

// part maps a range of a statement's text to the source.
type part struct {
	offset int // in text
	line   int
	raw    bool // written between backquotes, so that its lines are lines of the source
}

// line is the source line of text[offset:].
func (s *statement) line(offset int) int {
	line := s.file.line(s.expr.Pos())
	for _, p := range s.parts {
		if p.offset > offset {
			break
		}
		line = p.line
		if p.raw {
			line += strings.Count(s.text[p.offset:offset], "\n")
		}
	}
	return line
}

// looksLikeSQL matches whole statements and pieces of them. Keywords are in capitals, as everywhere in this code.
var looksLikeSQL = regexp.MustCompile(`^\s*(SELECT|WITH|INSERT|UPDATE|DELETE FROM|REPLACE INTO|(CREATE|ALTER|DROP|TRUNCATE) [A-Z]+|PRAGMA|COPY)\s` +
	`|^\s*(FROM|WHERE|AND|OR|SET|VALUES|(LEFT |INNER |CROSS )?JOIN|(GROUP|ORDER|PARTITION) BY|HAVING|LIMIT|RETURNING|ON CONFLICT|UNION)[\s(]` +
	`|\s(ILIKE|LIKE|IN \(|IS (NOT )?NULL|BETWEEN|FROM [a-z_]+ WHERE|AS [a-z_]+,)` +
	`|[=<>(,]\s*\$\d`)

// statementStart matches a statement in any case; it decides for the arguments of Query, Exec and the like.
var statementStart = regexp.MustCompile(`(?i)^\s*(select|with|insert|update|delete|replace|create|alter|drop|pragma)\s`)

// runsSQL lists the methods whose arguments are SQL.
var runsSQL = regexp.MustCompile(`^(Query|QueryRow|Exec|Prepare)(Context)?$`)

// bulkTable is the position of the table's name among the arguments of db.BulkInsert.
const bulkTable = 2

// statements are the SQL texts of the Go files outside tests.
func (t *tree) statements() []*statement {
	var found []*statement
	t.goFiles(false, func(p *goPackage, f *goFile) {
		if place(p.dir).free || isTestHelper(p.dir) {
			return
		}
		for _, decl := range f.syntax.Decls {
			function, _ := decl.(*ast.FuncDecl)
			finder := sqlFinder{tree: t, pkg: p, file: f, function: function, given: map[ast.Expr]bool{}}
			ast.Inspect(decl, finder.visit)
			found = append(found, finder.found...)
		}
	})
	return found
}

type sqlFinder struct {
	tree     *tree
	pkg      *goPackage
	file     *goFile
	function *ast.FuncDecl
	given    map[ast.Expr]bool // arguments of methods that run SQL
	found    []*statement
}

func (s *sqlFinder) visit(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.ImportSpec, *ast.Field: // paths and struct tags
		return n == nil
	case *ast.CallExpr:
		if method, ok := n.Fun.(*ast.SelectorExpr); ok && runsSQL.MatchString(method.Sel.Name) {
			for _, arg := range n.Args {
				s.given[arg] = true
			}
		}
		if strings.HasSuffix(callee(n), "BulkInsert") && len(n.Args) > bulkTable {
			st := &statement{pkg: s.pkg, file: s.file, function: s.function, expr: n, text: "INSERT INTO "}
			st.flatten(s.tree, n.Args[bulkTable])
			s.found = append(s.found, st)
		}
	}
	expr, ok := node.(ast.Expr)
	if !ok || !isText(expr) {
		return true
	}
	st := &statement{pkg: s.pkg, file: s.file, function: s.function, expr: expr}
	st.flatten(s.tree, expr)
	if looksLikeSQL.MatchString(st.text) || s.given[expr] && statementStart.MatchString(st.text) {
		s.found = append(s.found, st)
	}
	for _, o := range st.operands { // what is inside a call that fills a hole
		ast.Inspect(o.expr, s.visit)
	}
	return false
}

// isText reports whether an expression is a string literal, a sum that has one, or a fmt call.
func isText(expr ast.Expr) bool {
	switch e := expr.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (isText(e.X) || isText(e.Y))
	case *ast.ParenExpr:
		return isText(e.X)
	}
	return formatOf(expr) >= 0
}

// formatOf is the position of the format among the arguments of a call to a fmt function; -1 for any other expression.
func formatOf(expr ast.Expr) int {
	call, ok := expr.(*ast.CallExpr)
	if !ok {
		return -1
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return -1
	}
	if pkg, ok := method.X.(*ast.Ident); !ok || pkg.Name != "fmt" {
		return -1
	}
	switch method.Sel.Name {
	case "Sprintf":
		return 0
	case "Fprintf", "Appendf":
		return 1
	}
	return -1
}

func (s *statement) flatten(t *tree, expr ast.Expr) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			s.parts = append(s.parts, part{len(s.text), s.file.line(e.Pos()), e.Value[0] == '`'})
			s.text += text
			return
		}
	case *ast.ParenExpr:
		s.flatten(t, e.X)
		return
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			s.flatten(t, e.X)
			s.flatten(t, e.Y)
			return
		}
	case *ast.CallExpr:
		if i := formatOf(e); i >= 0 && i < len(e.Args) {
			s.flattenFormat(t, e.Args[i], e.Args[i+1:])
			return
		}
	}
	if text, ok := t.constant(s.pkg, s.file, expr, 0); ok {
		s.parts = append(s.parts, part{len(s.text), s.file.line(expr.Pos()), false})
		s.text += text
		return
	}
	s.operands = append(s.operands, operand{expr: expr})
	s.text += hole
}

var formatVerb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?[\d.*]*([a-zA-Z%])`)

// flattenFormat replaces the verbs of a format by holes. Verbs that name their argument by number fill from the first.
func (s *statement) flattenFormat(t *tree, format ast.Expr, args []ast.Expr) {
	inner := &statement{pkg: s.pkg, file: s.file, expr: format}
	inner.flatten(t, format)
	for _, p := range inner.parts {
		s.parts = append(s.parts, part{len(s.text) + p.offset, p.line, p.raw})
	}
	s.operands = append(s.operands, inner.operands...)
	next := 0
	s.text += formatVerb.ReplaceAllStringFunc(inner.text, func(verb string) string {
		if strings.HasSuffix(verb, "%") {
			return "%"
		}
		if m := formatVerb.FindStringSubmatch(verb); m[1] != "" {
			next, _ = strconv.Atoi(strings.Trim(m[1], "[]"))
			next--
		}
		if next < len(args) {
			s.operands = append(s.operands, operand{args[next], verb[len(verb)-1]})
		}
		next++
		return hole
	})
}

// constant is the value of a string constant of this module, named or put together from such. A variable of package level
// counts as what it begins as.
func (t *tree) constant(p *goPackage, f *goFile, expr ast.Expr, depth int) (string, bool) {
	if depth > 20 { // a constant that is made of itself does not compile
		return "", false
	}
	switch e := expr.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return t.constant(p, f, e.X, depth+1)
	case *ast.BinaryExpr:
		left, ok1 := t.constant(p, f, e.X, depth+1)
		right, ok2 := t.constant(p, f, e.Y, depth+1)
		return left + right, ok1 && ok2 && e.Op == token.ADD
	case *ast.Ident:
		if value, ok := p.values[e.Name]; ok {
			return t.constant(p, f, value, depth+1)
		}
	case *ast.SelectorExpr:
		if name, ok := e.X.(*ast.Ident); ok {
			if other := t.imported(f, name.Name); other != nil && other.values[e.Sel.Name] != nil {
				return t.constant(other, other.files[0], other.values[e.Sel.Name], depth+1)
			}
		}
	}
	return "", false
}

// imported is the package of this module that a file imports under a name, or nil.
func (t *tree) imported(f *goFile, name string) *goPackage {
	for _, spec := range f.syntax.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		dir, ours := strings.CutPrefix(imported, module+"/")
		if ours && (spec.Name == nil && path.Base(dir) == name || spec.Name != nil && spec.Name.Name == name) {
			return t.packageAt(dir)
		}
	}
	return nil
}
