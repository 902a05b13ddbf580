package crm

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/value"
)

// arguments collects the values of a statement.
type arguments []any

// add appends a value and gives its placeholder.
func (a *arguments) add(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

func (a *arguments) addAll(values []any) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = a.add(v)
	}
	return strings.Join(marks, ", ")
}

// where is the condition of the listing on a row called t of the object's current table.
func (l *listing) where(args *arguments) string {
	conditions := []string{"NOT t.deleted"}
	if !l.scope.All && len(l.owners) == 0 {
		row := "t"
		conditions = append(conditions, l.unindexed(VisibleSQL(l.query.Object, row, l.scope, (*[]any)(args))))
	}
	for _, t := range l.terms {
		conditions = append(conditions, l.condition(t, args))
	}
	return strings.Join(conditions, " AND ")
}

// unindexed keeps engines from collecting the rows that meet a condition by an index of its own, when the listing walks
// along the index of the sort key: without statistics they take what such an index finds for little.
func (l *listing) unindexed(condition string) string {
	if !l.walk {
		return condition
	}
	return "CASE WHEN " + condition + " THEN TRUE ELSE FALSE END"
}

// condition is a filter as SQL, in brackets where it must be.
func (l *listing) condition(t term, args *arguments) string {
	if t.custom != nil {
		return l.unindexed(t.customCondition(args))
	}
	column := "t." + t.column
	condition := t.compare(column, "t.currency", args)
	if t.column == l.walked {
		return condition
	}
	return l.unindexed(condition)
}

// customCondition looks a custom value up in crm_field_values.
//
// sql: columns named here, and parameters
func (t term) customCondition(args *arguments) string {
	from := "t.id IN (SELECT v.record_id FROM crm_field_values v WHERE v.field_id = " + args.add(t.custom.ID)
	column := "v.number"
	if t.kind == Text || t.kind == Choice || t.kind == Reference {
		column = "v.text_folded"
	}
	switch t.Op {
	case OpFilled:
		return from + ")"
	case OpEmpty:
		return "NOT " + from + ")"
	case OpNot:
		is := t
		is.Op = OpIs
		return "NOT " + from + " AND " + is.compare(column, "", args) + ")"
	}
	return from + " AND " + t.compare(column, "v.text_folded", args) + ")"
}

// compare is the relation of a column to the filter's values; currency is the column that holds that of an amount.
//
// sql: columns of the dictionary, and parameters
func (t term) compare(column, currency string, args *arguments) string {
	switch t.Op {
	case OpIs:
		return column + " IN (" + args.addAll(t.stored()) + ")"
	case OpNot:
		return "(" + column + " IS NULL OR " + column + " NOT IN (" + args.addAll(t.stored()) + "))"
	case OpContains:
		return column + ` LIKE ` + args.add("%"+escapeLike(t.values[0].(string))+"%") + ` ESCAPE '\'`
	case OpEmpty:
		return column + " IS NULL"
	case OpFilled:
		return column + " IS NOT NULL"
	}
	relation := map[Op]string{OpFrom: " >= ", OpTo: " <= "}[t.Op]
	if t.kind != Money {
		return column + relation + args.add(t.stored()[0])
	}
	return t.compareMoney(column, relation, currency, args)
}

// stored gives the values as the index of custom values holds them, where the field is a custom one.
func (t term) stored() []any {
	if t.custom == nil {
		return t.values
	}
	stored := make([]any, len(t.values))
	for i, v := range t.values {
		switch v := v.(type) {
		case int64:
			stored[i] = float64(v)
		case bool:
			stored[i] = map[bool]float64{true: 1}[v]
		case value.ID:
			stored[i] = v.String()
		default:
			stored[i] = v
		}
	}
	return stored
}

// compareMoney compares an amount of one currency, or of each currency by its own minor unit. The index of custom values
// keeps currencies folded.
//
// sql: columns of the dictionary, and parameters
func (t term) compareMoney(column, relation, currency string, args *arguments) string {
	code := func(code string) any {
		if t.custom != nil {
			return value.Fold(code)
		}
		return code
	}
	minor := func(of string) string {
		n, _ := value.ParseMinor(t.money.decimal, of) // parseMoney has tried it
		if t.custom != nil {
			return args.add(float64(n))
		}
		return args.add(n)
	}
	if t.money.currency != "" {
		return "(" + currency + " = " + args.add(code(t.money.currency)) + " AND " + column + relation + minor(t.money.currency) + ")"
	}
	var either []string
	var unusual []any
	for _, digits := range slices.Sorted(maps.Keys(unusualCurrencies())) {
		var codes []any
		for _, c := range unusualCurrencies()[digits] {
			codes = append(codes, code(c))
		}
		unusual = append(unusual, codes...)
		either = append(either, currency+" IN ("+args.addAll(codes)+") AND "+column+relation+minor(unusualCurrencies()[digits][0]))
	}
	either = append(either, currency+" NOT IN ("+args.addAll(unusual)+") AND "+column+relation+minor("USD"))
	return "(" + strings.Join(either, " OR ") + ")"
}

// escapeLike makes the letters that LIKE reads as wildcards stand for themselves.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
