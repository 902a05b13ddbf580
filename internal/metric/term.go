package metric

import (
	"slices"
	"strconv"
	"strings"
)

// term is a compiled condition. One that asks whether a column holds one of some values keeps its parts, so that "or"
// makes one list of two: the engines pass over rows by a list while they scan, but look at each alternative of an OR.
type term struct {
	sql    string   // any other condition
	column string   // SQL of the column; "" = sql it is
	values []string // SQL of the values, or of the texts to whose keys lookup leads
	lookup Lookup   // the zero Lookup = values
}

// String is the condition in SQL. It can stand beside AND.
func (t term) String() string {
	list := strings.Join(t.values, ", ")
	switch {
	case t.column == "":
		return t.sql
	case t.lookup.Table != "":
		return t.column + " IN (SELECT key FROM " + t.lookup.Table + " WHERE " + t.lookup.Text + " IN (" + list + "))"
	case len(t.values) == 1:
		return t.column + " = " + list
	}
	return t.column + " IN (" + list + ")"
}

func (t term) and(u term) term { return term{sql: "(" + t.String() + " AND " + u.String() + ")"} }

func (t term) or(u term) term {
	if t.column == "" || t.column != u.column || t.lookup.Table != u.lookup.Table || t.lookup.Text != u.lookup.Text {
		return term{sql: "(" + t.String() + " OR " + u.String() + ")"}
	}
	t.values = slices.Clone(t.values)
	for _, v := range u.values {
		if !slices.Contains(t.values, v) {
			t.values = append(t.values, v)
		}
	}
	return t
}

func (t term) not() term { return term{sql: "NOT (" + t.String() + ")"} }

// holds is the condition that a bool field is true.
func (f Field) holds() term {
	if f.Codes == nil {
		return term{sql: f.SQL}
	}
	t := term{column: f.SQL}
	for _, code := range f.Codes {
		t.values = append(t.values, strconv.Itoa(int(code)))
	}
	return t
}

// expression is the SQL of a field's value, to be compared with something.
func (f Field) expression() string {
	switch {
	case f.Type == FieldBool:
		return "(" + f.holds().String() + ")"
	case f.Per != 0:
		return "CAST(" + f.SQL + " AS DOUBLE PRECISION)" + f.per()
	}
	return f.SQL
}

// per divides what is made of the field's SQL.
func (f Field) per() string {
	if f.Per == 0 {
		return ""
	}
	return " / " + strconv.Itoa(f.Per)
}

func truthSQL[B ~bool](truth B) string {
	if truth {
		return "TRUE"
	}
	return "FALSE"
}
