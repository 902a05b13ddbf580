package crm

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// inGroup bounds the parameters of one IN list.
const inGroup = 400

// Known remembers, within bounds, which records exist, so that many groups of changes that refer to the same ones look
// them up once. It belongs to one goroutine. What it knows is true as long as the transactions that used it are kept:
// when one is not, start with a new one.
type Known struct{ objects map[value.ID]*Object }

// maxKnown bounds what is remembered, in records.
const maxKnown = 200_000

func (k *Known) has(o *Object, id value.ID) bool { return k != nil && k.objects[id] == o }

func (k *Known) add(o *Object, id value.ID) {
	if k == nil {
		return
	}
	if k.objects == nil || len(k.objects) >= maxKnown {
		k.objects = map[value.ID]*Object{}
	}
	k.objects[id] = o
}

// checkReferences makes sure that every record referred to exists; records made by the same changes count.
func checkReferences(ctx context.Context, tx *db.Tx, o *Object, changes []Change, known *Known) error {
	for _, f := range o.Fields {
		if f.Kind != Reference {
			continue
		}
		referred := ObjectNamed(f.Ref)
		missing := map[value.ID]value.ID{} // target → a record that refers to it
		for _, c := range changes {
			if target, ok := c.Set[f.Name].(value.ID); ok && !target.IsZero() && !known.has(referred, target) {
				missing[target] = c.ID
			}
		}
		unknown := slices.Collect(maps.Keys(missing))
		if err := requireTargets(ctx, tx, o, f, changes, missing); err != nil {
			return err
		}
		for _, id := range unknown {
			known.add(referred, id)
		}
	}
	return nil
}

// checkCustomReferences does so for custom fields, whose values it takes from the changes in their stored form.
func checkCustomReferences(ctx context.Context, tx *db.Tx, o *Object, fields []CustomField, changes []Change, stored []history.Change) error {
	for _, f := range fields {
		if f.Kind != Reference {
			continue
		}
		missing := map[value.ID]value.ID{}
		for _, c := range stored {
			if v, err := f.decode(c.Custom[f.Name]); err != nil {
				return err
			} else if target, ok := v.(value.ID); ok {
				missing[target] = c.ID
			}
		}
		if err := requireTargets(ctx, tx, o, f.Field, changes, missing); err != nil {
			return err
		}
	}
	return nil
}

// requireTargets fails if one of the records that a field refers to neither is stored nor made by the changes.
func requireTargets(ctx context.Context, tx *db.Tx, o *Object, f Field, changes []Change, missing map[value.ID]value.ID) error {
	if f.Ref == o.Name {
		for _, c := range changes {
			delete(missing, c.ID)
		}
	}
	if err := removeExisting(ctx, tx, ObjectNamed(f.Ref), missing); err != nil {
		return err
	}
	for target, from := range missing {
		return fault.InvalidField(f.Name, "%s %s refers to %s %s, which does not exist", o.Name, from, f.Ref, target)
	}
	return nil
}

// scanIDs reads rows of one ID each, and closes them.
func scanIDs(rows *sql.Rows) ([]value.ID, error) {
	defer rows.Close()
	var ids []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// removeExisting deletes from ids those that are stored as records of o.
func removeExisting(ctx context.Context, tx *db.Tx, o *Object, ids map[value.ID]value.ID) error {
	for group := range slices.Chunk(slices.Collect(maps.Keys(ids)), inGroup) {
		rows, err := tx.Query(ctx, `SELECT id FROM `+o.Table.Current+` WHERE id IN (`+placeholders(1, len(group))+`)`, anyIDs(group)...)
		if err != nil {
			return fmt.Errorf("crm: look up %s: %w", o.Plural, err)
		}
		found, err := scanIDs(rows)
		if err != nil {
			return fmt.Errorf("crm: look up %s: %w", o.Plural, err)
		}
		for _, id := range found {
			delete(ids, id)
		}
	}
	return nil
}

// placeholders is "$from, $from+1, …", n of them.
func placeholders(from, n int) string {
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("$" + strconv.Itoa(from+i))
	}
	return text.String()
}
