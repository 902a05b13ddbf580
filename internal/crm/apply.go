package crm

import (
	"bytes"
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
	New     bool           // ID was minted for this change; without it, the record must exist
	At      value.Instant  // valid from; zero = now, as it happens
	Set     map[string]any // by field name; a nil value clears the field. Types as Kind says.
	Custom  map[string]any // by custom field name, likewise
	Deleted *bool          // soft delete (true) or restore (false); nil = as it was
	Author  value.ID       // who made the change in the business, where the source tells
	Derived bool           // not stated by the source, but following from what it states
	Expect  int64          // optimistic lock: the Record.Version that the caller saw; 0 = any
}

// Apply checks changes of one object by the object's rules and records them. It returns one outcome per record, in the
// order of first mention. The error is Invalid and names record and field, NotFound or Conflict; the transaction must then
// be given up, since some of the changes may be written.
func Apply(ctx context.Context, tx *db.Tx, o *Object, changes []Change) ([]history.Outcome, error) {
	return ApplyKnowing(ctx, tx, o, changes, nil)
}

// ApplyKnowing is Apply for one of many groups of changes, with what the others found to exist.
func ApplyKnowing(ctx context.Context, tx *db.Tx, o *Object, changes []Change, known *Known) ([]history.Outcome, error) {
	custom, err := customFieldsFor(ctx, tx, o, changes)
	if err != nil {
		return nil, err
	}
	stored := make([]history.Change, len(changes))
	for i, c := range changes {
		if stored[i], err = o.checked(c, custom); err != nil {
			return nil, err
		}
	}
	if err := checkReferences(ctx, tx, o, changes, known); err != nil {
		return nil, err
	}
	if err := checkCustomReferences(ctx, tx, o, custom, changes, stored); err != nil {
		return nil, err
	}
	outcomes, err := history.Apply(ctx, tx, o.Table, stored)
	if err != nil {
		return nil, fmt.Errorf("crm: apply to %s: %w", o.Plural, err)
	}
	return outcomes, o.follow(ctx, tx, changes, outcomes, custom)
}

// customFieldsFor loads the definitions of custom fields if a change has custom values.
func customFieldsFor(ctx context.Context, tx *db.Tx, o *Object, changes []Change) ([]CustomField, error) {
	if !slices.ContainsFunc(changes, func(c Change) bool { return len(c.Custom) > 0 }) {
		return nil, nil
	}
	return ListFields(ctx, tx, o.Name)
}

// checked turns a change of fields into a change of columns, if it keeps the rules.
func (o *Object) checked(c Change, fields []CustomField) (history.Change, error) {
	custom, wrong := encodeCustom(fields, c.Custom)
	err := Check(o, c)
	if wrong = slices.Concat(fault.FieldsOf(err), wrong); len(wrong) > 0 {
		return history.Change{}, &fault.Error{Kind: fault.Invalid, Cause: fmt.Errorf("%s %s", o.Name, c.ID), Fields: wrong}
	}
	h := o.stored(c)
	h.Custom = custom
	return h, nil
}

// follow does what depends on the records as they are after the changes.
func (o *Object) follow(ctx context.Context, tx *db.Tx, changes []Change, outcomes []history.Outcome, custom []CustomField) error {
	if err := o.checkCreated(changes, outcomes); err != nil {
		return err
	}
	var priced, customised []value.ID
	for _, c := range changes {
		if o.leavesCurrencyOpen(c) {
			priced = append(priced, c.ID)
		}
		if len(c.Custom) > 0 {
			customised = append(customised, c.ID)
		}
	}
	if err := o.checkCurrencies(ctx, tx, priced); err != nil {
		return err
	}
	return refreshFieldValues(ctx, tx, o, custom, distinct(customised))
}

// checkCreated refuses records that came into being by a change that expects them to exist.
func (o *Object) checkCreated(changes []Change, outcomes []history.Outcome) error {
	minted := map[value.ID]bool{}
	for _, c := range changes {
		if c.New {
			minted[c.ID] = true
		}
	}
	for _, outcome := range outcomes {
		if outcome.Created && !minted[outcome.ID] {
			return fault.New(fault.NotFound, "no %s %s", o.Name, outcome.ID)
		}
	}
	return nil
}

func distinct(ids []value.ID) []value.ID {
	slices.SortFunc(ids, func(a, b value.ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// stored turns a change of standard fields into a change of columns.
func (o *Object) stored(c Change) history.Change {
	h := history.Change{ID: c.ID, New: c.New, At: c.At, Deleted: c.Deleted, Author: c.Author, Derived: c.Derived, Expect: c.Expect}
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
