package metric

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Filters are written in CEL (the Common Expression Language) over the fields of a source, and become a condition in SQL:
//
//	region == "West" && amount >= 1000 && !(stage in ["Proposal", "Negotiation"]) && name.contains("Acme")
//
// Values never enter the text of the SQL; they are passed as parameters.

// maxFilter bounds a filter, in bytes.
const maxFilter = 4_000

// parser parses filters. What a name means is decided here, not by CEL's type checker.
var parser = newParser()

func newParser() *cel.Env {
	env, err := cel.NewEnv(cel.ParserRecursionLimit(50), cel.ParserExpressionSizeLimit(maxFilter), cel.ClearMacros())
	if err != nil {
		panic("metric: the parser's own options are wrong: " + err.Error())
	}
	return env
}

// condition compiles a filter; "" gives "".
func (b *builder) condition(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	parsed, issues := parser.Parse(text)
	if issues != nil && issues.Err() != nil {
		return "", fault.InvalidField("where", "%q is not a filter: %v; expected something like region == \"West\" && amount >= 1000", text, issues.Err())
	}
	t, err := b.boolean(parsed.NativeRep().Expr())
	if err != nil {
		return "", fault.InvalidField("where", "%q: %v", text, err)
	}
	return t.String(), nil
}

// boolean compiles an expression that is true or false.
func (b *builder) boolean(e ast.Expr) (term, error) {
	switch e.Kind() {
	case ast.IdentKind:
		f, err := b.field(e.AsIdent())
		if err != nil {
			return term{}, err
		}
		if f.Type != FieldBool {
			return term{}, fmt.Errorf("%s is a %s: compare it with something", e.AsIdent(), f.Type)
		}
		return f.holds(), nil
	case ast.LiteralKind:
		if truth, ok := e.AsLiteral().(types.Bool); ok {
			return term{sql: truthSQL(truth)}, nil
		}
	case ast.CallKind:
		return b.call(e.AsCall())
	}
	return term{}, fmt.Errorf("expected a condition")
}

func (b *builder) call(call ast.CallExpr) (term, error) {
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		left, err := b.boolean(args[0])
		if err != nil {
			return term{}, err
		}
		right, err := b.boolean(args[1])
		if err != nil {
			return term{}, err
		}
		if name == operators.LogicalOr {
			return left.or(right), nil
		}
		return left.and(right), nil
	case operators.LogicalNot:
		inner, err := b.boolean(args[0])
		return inner.not(), err
	case operators.In:
		if args[1].Kind() != ast.ListKind {
			return term{}, fmt.Errorf("expected a list after in, like [\"A\", \"B\"]")
		}
		return b.oneOf(args[0], args[1].AsList().Elements())
	case "contains", "startsWith", "endsWith":
		return b.like(name, call)
	}
	if comparison, ok := comparisons[call.FunctionName()]; ok {
		return b.compare(comparison, args[0], args[1])
	}
	return term{}, fmt.Errorf("%s is not known here", call.FunctionName())
}

var comparisons = map[string]string{
	operators.Equals: "=", operators.NotEquals: "<>", operators.Less: "<", operators.LessEquals: "<=",
	operators.Greater: ">", operators.GreaterEquals: ">=",
}

var mirrored = map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (b *builder) compare(comparison string, left, right ast.Expr) (term, error) {
	if left.Kind() == ast.LiteralKind || isNegative(left) {
		left, right, comparison = right, left, mirrored[comparison]
	}
	if left.Kind() != ast.IdentKind {
		return term{}, fmt.Errorf("expected a field and a value to compare it with")
	}
	f, err := b.field(left.AsIdent())
	if err != nil {
		return term{}, err
	}
	if f.Type == FieldWord && comparison != "=" && comparison != "<>" {
		return term{}, fmt.Errorf("%s can be compared with == and != only", left.AsIdent())
	}
	switch comparison {
	case "=":
		return b.oneOf(left, []ast.Expr{right})
	case "<>":
		equal, err := b.oneOf(left, []ast.Expr{right})
		return equal.not(), err
	}
	operand, err := b.operand(left.AsIdent(), f, right)
	return term{sql: f.expression() + " " + comparison + " " + operand}, err
}

// oneOf compiles "field in values".
func (b *builder) oneOf(left ast.Expr, values []ast.Expr) (term, error) {
	if left.Kind() != ast.IdentKind {
		return term{}, fmt.Errorf("expected a field before in")
	}
	f, err := b.field(left.AsIdent())
	if err != nil {
		return term{}, err
	}
	if len(values) == 0 {
		return term{sql: truthSQL(false)}, nil
	}
	operands := make([]string, len(values))
	for i, v := range values {
		if operands[i], err = b.operand(left.AsIdent(), f, v); err != nil {
			return term{}, err
		}
	}
	t := term{column: f.expression(), values: operands}
	if f.Type == FieldWord {
		t.lookup = f.Lookup
	}
	return t, nil
}

func (b *builder) like(name string, call ast.CallExpr) (term, error) {
	target := call.Target()
	if target == nil || target.Kind() != ast.IdentKind || len(call.Args()) != 1 {
		return term{}, fmt.Errorf("expected something like account.%s(\"Acme\")", name)
	}
	f, err := b.field(target.AsIdent())
	if err != nil {
		return term{}, err
	}
	text, ok := literal(call.Args()[0]).(types.String)
	if f.Type != FieldWord || !ok {
		return term{}, fmt.Errorf("%s looks into texts only", name)
	}
	pattern := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(string(text))
	if name != "startsWith" {
		pattern = "%" + pattern
	}
	if name != "endsWith" {
		pattern += "%"
	}
	return term{sql: f.SQL + " IN (SELECT key FROM " + f.Lookup.Table + " WHERE " + f.Lookup.Text + " LIKE " + b.arg(pattern) + ` ESCAPE '\')`}, nil
}

// field finds a field and notes the join that it needs.
func (b *builder) field(name string) (Field, error) {
	f, ok := b.source.Fields[name]
	if !ok {
		var names []string
		for known, f := range b.source.Fields {
			if !f.Hidden {
				names = append(names, known)
			}
		}
		slices.Sort(names)
		return Field{}, fmt.Errorf("there is no field %q here; there are %s", name, strings.Join(names, ", "))
	}
	b.need(f.Join)
	return f, nil
}

// operand passes a literal as a parameter of the field's type.
func (b *builder) operand(name string, f Field, e ast.Expr) (string, error) {
	wrong := func(expected string) (string, error) {
		return "", fmt.Errorf("%s is a %s: compare it with %s", name, f.Type, expected)
	}
	v := literal(e)
	switch f.Type {
	case FieldWord:
		if text, ok := v.(types.String); ok {
			return b.arg(string(text)), nil
		}
		return wrong(`a text in quotes`)
	case FieldDay:
		text, _ := v.(types.String)
		day, err := value.ParseDay(string(text))
		if err != nil {
			return wrong(`a day in quotes, like "2026-03-31"`)
		}
		return b.arg(int64(day)), nil
	case FieldBool:
		if truth, ok := v.(types.Bool); ok {
			return truthSQL(truth), nil
		}
		return wrong("true or false")
	}
	number, ok := numberOf(v)
	if !ok {
		return wrong("a number")
	}
	if f.Type == FieldMoney {
		number = math.Round(number * math.Pow10(value.MinorDigits(b.query.Currency)))
	}
	return "CAST(" + b.arg(number) + " AS DOUBLE PRECISION)", nil
}

// literal is the value of a literal, also of a negative number; nil for anything else.
func literal(e ast.Expr) any {
	if e.Kind() == ast.LiteralKind {
		return e.AsLiteral()
	}
	if isNegative(e) {
		if number, ok := numberOf(literal(e.AsCall().Args()[0])); ok {
			return types.Double(-number)
		}
	}
	return nil
}

func isNegative(e ast.Expr) bool {
	return e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Negate
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case types.Int:
		return float64(v), true
	case types.Uint:
		return float64(v), true
	case types.Double:
		return float64(v), true
	}
	return 0, false
}
