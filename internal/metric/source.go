package metric

import (
	"slices"
	"strings"
)

// Source is a table whose rows metrics add up. Its rows are in force from valid_from to valid_to. SQL fragments call the
// table f, and may contain
//
//   - {t}: the instant at which rows must be in force,
//   - {as_of} and {as_of_day}: the instant asked about, and its day,
//   - {end}: the as-of instant, or the end of the period when that is earlier and the source is an opening one,
//   - {first_day} and {last_day} of the period,
//   - {at}: the instant whose hierarchy and attributes apply to a row.
type Source struct {
	Table   string
	Where   string            // which rows belong to the source; "" = all
	Record  string            // column with the key of the record that a row is about
	Day     string            // column with the day by which rows fall into periods; "" = months only
	Month   string            // column with the fiscal month by which rows fall into periods; "" = rows belong to no period
	At      string            // instant for {at}: "f.closed_at", or "{t}" for a source of states
	Opening bool              // {t} is the start of the period asked about, not the as-of instant
	Joins   map[string]string // by alias
	Scope   ScopeSQL
	Fields  map[string]Field
}

// ScopeSQL limits rows to what somebody may see. {ids} is replaced by a list of IDs as text.
type ScopeSQL struct {
	People   string // rows owned by these people
	Teams    string // rows owned by members of these teams or of teams below them
	TeamJoin string // alias of the join that Teams needs
}

// FieldType is the type of a field in filters.
type FieldType string

// The field types.
const (
	FieldNumber FieldType = "number"
	FieldMoney  FieldType = "money" // SQL gives minor units of the reporting currency; filters speak of major units
	FieldDay    FieldType = "day"
	FieldBool   FieldType = "bool"
	FieldWord   FieldType = "word" // SQL gives a key into Lookup
)

// Field is something that rows can be filtered, added up or grouped by.
type Field struct {
	Type   FieldType
	SQL    string
	Per    int     // of a number whose SQL gives a whole one: how many make 1, like 86400 for seconds of days; 0 = 1
	Codes  []int16 // of a bool whose SQL gives a number: those that mean true; nil = SQL is a condition
	Join   string  // alias of the join that SQL needs; "" = none
	Lookup Lookup  // for words
	Label  Words
	Hidden bool // for definitions only: not offered as a dimension
}

// Lookup leads from a key to its text.
type Lookup struct {
	Table string   // with a column key
	Text  string   // column with the text
	ID    string   // column with the record's ID; "" = none
	Order []string // columns to sort by before Text
}

// Dimensions lists what the rows of the source can be grouped by, sorted; periods are "month", "quarter" and "year".
func (s Source) Dimensions() []string {
	var names []string
	for name, f := range s.Fields {
		if f.Type == FieldWord && !f.Hidden {
			names = append(names, name)
		}
	}
	if s.Month != "" {
		names = append(names, "month", "quarter", "year")
	}
	slices.Sort(names)
	return names
}

// joinsFor gives the joins that the aliases need, in a fixed order.
func (s Source) joinsFor(aliases map[string]bool) string {
	var names []string
	for alias := range aliases {
		names = append(names, alias)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, alias := range names {
		text.WriteString("\n  " + s.Joins[alias])
	}
	return text.String()
}
