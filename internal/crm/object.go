package crm

import (
	"slices"

	"zveno.dev/zveno/internal/db/history"
)

// Kind is the type of a field's values, and how they are written in a Record.
type Kind string

// The kinds, with the Go type of a value in Record.Values. An absent or nil value is empty.
const (
	Text      Kind = "text"      // string
	Choice    Kind = "choice"    // string, one of Field.Choices
	Number    Kind = "number"    // float64
	Integer   Kind = "integer"   // int64
	Money     Kind = "money"     // int64, minor units of the record's currency field; a custom field: value.Money
	Day       Kind = "day"       // value.Day
	Instant   Kind = "instant"   // value.Instant
	Seconds   Kind = "seconds"   // int64, a length of time
	Bool      Kind = "bool"      // bool
	Reference Kind = "reference" // value.ID of a record of Field.Ref
)

// kinds lists them all.
var kinds = []Kind{Text, Choice, Number, Integer, Money, Day, Instant, Seconds, Bool, Reference}

// Label is a name shown to people.
type Label struct{ En, Ru string }

// Object describes one kind of record: its fields and the table that holds its versions.
type Object struct {
	Name   string // "deal"
	Plural string // "deals": in addresses, file names and table names
	Label  Label
	Fields []Field
	Table  *history.Table
}

// Field describes one standard field. Its column is its name with the unit or role of its kind appended: "amount_minor",
// "owner_id", "close_day", "duration_s".
type Field struct {
	Name     string
	Kind     Kind
	Ref      string // Object.Name of a Reference
	Choices  []string
	Required bool
	Search   bool
	Label    Label
}

// Column is the field's column in the versioned table.
func (f Field) Column() string {
	switch f.Kind {
	case Money:
		return f.Name + "_minor"
	case Day:
		if f.Name == "day" {
			return f.Name
		}
		return f.Name + "_day"
	case Seconds:
		return f.Name + "_s"
	case Reference:
		return f.Name + "_id"
	default:
		return f.Name
	}
}

// Objects lists every kind of record.
var Objects = withTables(slices.Concat(peopleObjects, marketObjects, dealObjects))

// withTables gives every object that no lower package keeps the versioned table that its fields describe.
func withTables(objects []*Object) []*Object {
	for _, o := range objects {
		if o.Table != nil {
			continue
		}
		o.Table = &history.Table{Object: o.Name, Current: "crm_" + o.Plural, Versions: "crm_" + o.Name + "_versions"}
		for _, f := range o.Fields {
			o.Table.Columns = append(o.Table.Columns, history.Column{Name: f.Column(), Kind: f.Kind.stored(), Search: f.Search})
		}
	}
	return objects
}

// stored is how a kind is kept in the table.
func (k Kind) stored() history.Kind {
	switch k {
	case Number:
		return history.Real
	case Integer, Money, Day, Instant, Seconds:
		return history.Integer
	case Bool:
		return history.Bool
	case Reference:
		return history.ID
	default:
		return history.Text
	}
}

// ObjectNamed is the object of that name, or nil.
func ObjectNamed(name string) *Object {
	i := slices.IndexFunc(Objects, func(o *Object) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return Objects[i]
}

// Field is the position of the named field, or -1. Fields and table columns have the same positions.
func (o *Object) Field(name string) int {
	return slices.IndexFunc(o.Fields, func(f Field) bool { return f.Name == name })
}
