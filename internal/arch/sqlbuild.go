package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// Values reach a statement as parameters. Where a statement is put together from something else than constants, a comment
// on the same line, on the line above or on the function says what that something is:
//
//	// sql: column names from the allow-list of sorts
//
// It needs no comment to insert whole numbers, and what sqlFields and sqlFunctions give.
var sqlMark = regexp.MustCompile(`^//\s*sql: \S+`)

// composers are packages and files whose whole work is to put SQL together from what others declare in code. Theirs is to
// pass every value as a parameter, and to test that they do.
var composers = []string{"internal/db/history", "internal/db/bulk.go", "internal/columnar", "internal/metric"}

// sqlFields are fields that hold SQL or names written in code: db.Dialect's and history.Table's.
var sqlFields = []string{"ForUpdate", "SkipLocked", "Current", "Versions"}

// sqlFunctions give placeholders, or IDs as literals.
var sqlFunctions = []string{"placeholders", "IDList", "Literal"}

// valueInQuotes matches a hole between quotes, which composers need a comment for, too.
var valueInQuotes = regexp.MustCompile(`'[^']*` + hole + `[^']*'`)

func checkSQLBuilding(t *tree) []finding {
	var findings []finding
	for _, s := range t.statements() {
		if s.isMarked() {
			continue
		}
		if at := quotedHole(s.text); at >= 0 {
			findings = append(findings, finding{s.file.path, s.line(at), "a value is written between quotes into SQL, where it can end the quotes: " +
				"put a placeholder there and pass the value as a parameter"})
			continue
		}
		if s.in(composers) {
			continue
		}
		var unknown []string
		for _, o := range s.operands {
			text := s.file.source(o.expr)
			if o.verb != 'd' && !slices.Contains(unknown, text) && !s.harmless(t, o.expr, 0) {
				unknown = append(unknown, text)
			}
		}
		if len(unknown) > 0 {
			findings = append(findings, s.file.at(s.expr.Pos(), "SQL is put together with %s: pass a value as a parameter; if it is "+
				"a name or SQL from code, say what it is in a comment there: // sql: …", strings.Join(unknown, " and ")))
		}
	}
	return sorted(findings)
}

// in reports whether a list names the statement's package or file.
func (s *statement) in(list []string) bool {
	return slices.Contains(list, s.pkg.dir) || slices.Contains(list, s.file.path)
}

// quotedHole is where a hole stands between quotes; -1 if none does.
func quotedHole(text string) int {
	for _, at := range quotedOrComment.FindAllStringIndex(text, -1) {
		if valueInQuotes.MatchString(text[at[0]:at[1]]) {
			return at[0]
		}
	}
	return -1
}

// isMarked reports whether a comment says what the statement is put together from.
func (s *statement) isMarked() bool {
	first, last := s.file.line(s.expr.Pos())-1, s.file.line(s.expr.End())
	for _, group := range s.file.syntax.Comments {
		ofFunction := s.function != nil && s.function.Doc == group
		for _, c := range group.List {
			line := s.file.line(c.Pos())
			if sqlMark.MatchString(c.Text) && (ofFunction || first <= line && line <= last) {
				return true
			}
		}
	}
	return false
}

// harmless reports whether an expression can be nothing but a constant, a whole number or placeholders. A variable is
// harmless if everything that its function assigns to it is.
func (s *statement) harmless(t *tree, expr ast.Expr, depth int) bool {
	if _, ok := t.constant(s.pkg, s.file, expr, 0); ok || depth > 5 {
		return ok
	}
	all := func(list []ast.Expr) bool {
		for _, e := range list {
			if !s.harmless(t, e, depth+1) {
				return false
			}
		}
		return true
	}
	switch e := expr.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return s.harmless(t, e.X, depth+1)
	case *ast.BinaryExpr:
		return all([]ast.Expr{e.X, e.Y})
	case *ast.SelectorExpr:
		return slices.Contains(sqlFields, e.Sel.Name)
	case *ast.Ident:
		if initial := s.pkg.values[e.Name]; initial != nil {
			return s.harmless(t, initial, depth+1)
		}
		if s.visiting[e.Name] { // it is assigned to itself, with something added
			return true
		}
		if s.visiting == nil {
			s.visiting = map[string]bool{}
		}
		s.visiting[e.Name] = true
		defer delete(s.visiting, e.Name)
		values, ok := s.assigned(e.Name)
		return ok && all(values)
	case *ast.CallExpr:
		name := callee(e)
		switch {
		case slices.Contains(sqlFunctions, name[strings.LastIndex(name, ".")+1:]), name == "strconv.Itoa", name == "strconv.FormatInt":
			return true
		case name == "int", name == "int64", name == "len":
			return true
		case name == "fmt.Sprint":
			return all(e.Args)
		case name == "strings.Repeat":
			return s.harmless(t, e.Args[0], depth+1)
		case formatOf(e) >= 0:
			inner := &statement{pkg: s.pkg, file: s.file, function: s.function, expr: e, visiting: s.visiting}
			inner.flatten(t, e)
			for _, o := range inner.operands {
				if o.verb != 'd' && !s.harmless(t, o.expr, depth+1) {
					return false
				}
			}
			return true
		}
	}
	return false
}

// callee is the name of the called function as written: "strconv.Itoa".
func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

// assigned lists what the statement's function gives to a local variable; ok is false if the name is not only that.
func (s *statement) assigned(name string) (values []ast.Expr, ok bool) {
	if s.function == nil || s.function.Body == nil {
		return nil, false
	}
	ok = true
	named := func(e ast.Expr) bool {
		id, is := e.(*ast.Ident)
		return is && id.Name == name
	}
	ast.Inspect(s.function, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				switch {
				case !named(left):
				case len(n.Lhs) != len(n.Rhs):
					ok = false
				case n.Tok == token.ADD_ASSIGN && named(n.Rhs[i]):
				default:
					values = append(values, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, left := range n.Names {
				if left.Name == name && i < len(n.Values) {
					values = append(values, n.Values[i])
				}
			}
		case *ast.RangeStmt:
			list, literal := n.X.(*ast.CompositeLit)
			if named(n.Key) || named(n.Value) {
				ok = ok && literal
			}
			if literal {
				values = append(values, ranged(list, named(n.Key), named(n.Value))...)
			}
		case *ast.Field:
			for _, parameter := range n.Names {
				ok = ok && parameter.Name != name
			}
		case *ast.UnaryExpr:
			ok = ok && !(n.Op == token.AND && named(n.X))
		}
		return true
	})
	return values, ok && len(values) > 0
}

// ranged lists the keys of a map literal, or the elements of a literal, that a loop over it goes through.
func ranged(list *ast.CompositeLit, keys, elements bool) []ast.Expr {
	var found []ast.Expr
	for _, element := range list.Elts {
		pair, isPair := element.(*ast.KeyValueExpr)
		if isPair && keys {
			found = append(found, pair.Key)
		}
		if isPair {
			element = pair.Value
		}
		if elements {
			found = append(found, element)
		}
	}
	return found
}

// source is the text of a node on one line.
func (f *goFile) source(node ast.Node) string {
	text := f.text[f.fset.Position(node.Pos()).Offset:f.fset.Position(node.End()).Offset]
	return strings.Join(strings.Fields(text), " ")
}
