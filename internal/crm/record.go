package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Record is one record as it was at an instant.
type Record struct {
	ID      value.ID
	Object  string         // Object.Name
	Version int64          // for Change.Expect: the number of the record's newest version, whatever the instant
	Created value.Instant  // where its known life begins
	Since   value.Instant  // since when it was as these values say
	Values  map[string]any // by field name, as Kind says; an empty field is absent
	Custom  map[string]any // by custom field name, as Kind says
}

// LoadRecord gives a record as of an instant. NotFound when there was none, or it was deleted then.
func LoadRecord(ctx context.Context, tx *db.Tx, o *Object, id value.ID, asOf history.AsOf) (Record, error) {
	r := Record{ID: id, Object: o.Name}
	// The number is read first: what is read after it is not older, so an Expect of it cannot overlook a change.
	err := tx.QueryRow(ctx, `SELECT version, created_at FROM `+o.Table.Current+` WHERE id = $1`, id).Scan(&r.Version, &r.Created)
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, fault.New(fault.NotFound, "no %s %s", o.Name, id)
	}
	if err != nil {
		return Record{}, fmt.Errorf("crm: load %s %s: %w", o.Name, id, err)
	}
	v, err := history.Load(ctx, tx, o.Table, id, asOf)
	if err != nil {
		return Record{}, fmt.Errorf("crm: load %s: %w", o.Name, err)
	}
	r.Since, r.Values = v.ValidFrom, o.values(v)
	if len(v.Custom) == 0 {
		return r, nil
	}
	fields, err := ListFields(ctx, tx, o.Name)
	if err != nil {
		return Record{}, err
	}
	if r.Custom, err = decodeCustom(fields, v.Custom); err != nil {
		return Record{}, fmt.Errorf("crm: load %s %s: %w", o.Name, id, err)
	}
	return r, nil
}

// values gives the cells of a version by field name, in the types that Kind names.
func (o *Object) values(v history.Version) map[string]any {
	values := make(map[string]any, len(o.Fields))
	for i, f := range o.Fields {
		switch cell := v.Values[i].(type) {
		case nil:
		case int64:
			values[f.Name] = f.Kind.typed(cell)
		default:
			values[f.Name] = cell
		}
	}
	return values
}

// typed gives a stored whole number the type that the kind names.
func (k Kind) typed(n int64) any {
	switch k {
	case Day:
		return value.Day(n)
	case Instant:
		return value.Instant(n)
	default:
		return n
	}
}

// DeleteRecord deletes a record softly: it ceases to exist now, while its past stays. expect is as Change.Expect. NotFound
// when there is none, or it was deleted before.
func DeleteRecord(ctx context.Context, tx *db.Tx, o *Object, id value.ID, expect int64) error {
	r, err := LoadRecord(ctx, tx, o, id, history.Now())
	if err != nil {
		return err
	}
	if expect == 0 {
		expect = r.Version
	}
	deleted := true
	_, err = Apply(ctx, tx, o, []Change{{ID: id, Deleted: &deleted, Expect: expect}})
	return err
}

// RestoreRecord undoes a soft deletion from now on; a record that is not deleted stays as it is. NotFound when there never
// was one.
func RestoreRecord(ctx context.Context, tx *db.Tx, o *Object, id value.ID) (Record, error) {
	deleted := false
	if _, err := Apply(ctx, tx, o, []Change{{ID: id, Deleted: &deleted}}); err != nil {
		return Record{}, err
	}
	return LoadRecord(ctx, tx, o, id, history.Now())
}
