package crm

import (
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Change says that fields of a record hold from an instant on. It is the one way in which screens, API, import and
// automation alter records.
type Change struct {
	ID      value.ID
	New     bool           // ID was minted for this change
	At      value.Instant  // valid from
	Set     map[string]any // by field name; a nil value clears the field. Types as Kind says.
	Custom  map[string]any // by custom field name; see Field for the types
	Deleted *bool
	Author  value.ID // who made the change in the business, where the source tells
	Derived bool     // not stated by the source, but following from what it states
	Expect  int64    // optimistic lock: the Record.Version that the caller saw; 0 = any
}

// Apply checks changes of one object by the object's rules and records them. It returns one outcome per record, in the
// order of first mention. Nothing is written when any change is wrong: the error is Invalid and names record and field.
func Apply(ctx context.Context, tx *db.Tx, o *Object, changes []Change) ([]history.Outcome, error) {
	stored := make([]history.Change, len(changes))
	for i, c := range changes {
		if err := Check(o, c); err != nil {
			return nil, err
		}
		stored[i] = o.stored(c)
	}
	if err := checkReferences(ctx, tx, o, changes); err != nil {
		return nil, err
	}
	outcomes, err := history.Apply(ctx, tx, o.Table, stored)
	if err != nil {
		return nil, fmt.Errorf("crm: apply to %s: %w", o.Plural, err)
	}
	return outcomes, nil
}

// stored turns a change of fields into a change of columns.
func (o *Object) stored(c Change) history.Change {
	h := history.Change{
		ID: c.ID, New: c.New, At: c.At, Custom: c.Custom, Deleted: c.Deleted, Author: c.Author, Derived: c.Derived, Expect: c.Expect,
	}
	h.Set = make([]history.Cell, 0, len(c.Set))
	for i, f := range o.Fields {
		if v, mentioned := c.Set[f.Name]; mentioned {
			h.Set = append(h.Set, history.Cell{Column: i, Value: plain(v)})
		}
	}
	return h
}

// plain strips a field's value of its type's name, which the table does not know.
func plain(v any) any {
	switch v := v.(type) {
	case value.Day:
		return int64(v)
	case value.Instant:
		return int64(v)
	case int:
		return int64(v)
	default:
		return v
	}
}

// maxText bounds one text value, in bytes.
const maxText = 64 << 10

// Check applies the rules that need no other record: known fields, types, choices, required fields of new records. An
// import calls it row by row, so that one bad row does not spoil its neighbours.
func Check(o *Object, c Change) error {
	var wrong []fault.Field
	known := 0
	for _, f := range o.Fields {
		v, mentioned := c.Set[f.Name]
		if mentioned {
			known++
		}
		if f.Required && empty(v) && (c.New || mentioned) {
			wrong = append(wrong, fault.Field{Name: f.Name, Message: "is required"})
		} else if problem := f.problem(v); problem != "" {
			wrong = append(wrong, fault.Field{Name: f.Name, Message: problem})
		}
	}
	if known < len(c.Set) {
		for name := range c.Set {
			if o.Field(name) < 0 {
				wrong = append(wrong, fault.Field{Name: name, Message: "is not a field of " + o.Name})
			}
		}
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case value.ID:
		return v.IsZero()
	default:
		return false
	}
}

// problem says what is wrong with a value for the field; "" if nothing is.
func (f Field) problem(v any) string {
	if empty(v) {
		return ""
	}
	ok := false
	switch v := v.(type) {
	case string:
		ok = f.Kind == Text || f.Kind == Choice
		if len(v) > maxText {
			return fmt.Sprintf("is longer than %d bytes", maxText)
		}
		if f.Kind == Choice && !slices.Contains(f.Choices, v) {
			return fmt.Sprintf("is %q; it must be one of %v", v, f.Choices)
		}
		if f.Name == "currency" && !value.IsCurrency(v) {
			return fmt.Sprintf("is %q, not a currency code of ISO 4217 such as EUR", v)
		}
	case float64:
		ok = f.Kind == Number
		if f.Name == "probability" && (v < 0 || v > 1) {
			return fmt.Sprintf("is %v; it must be from 0 to 1", v)
		}
	case int64, int:
		ok = f.Kind == Integer || f.Kind == Money || f.Kind == Seconds
	case value.Day:
		ok = f.Kind == Day
	case value.Instant:
		ok = f.Kind == Instant
	case bool:
		ok = f.Kind == Bool
	case value.ID:
		ok = f.Kind == Reference
	}
	if !ok {
		return fmt.Sprintf("cannot hold %v (%T): it is a %s", v, v, f.Kind)
	}
	return ""
}
