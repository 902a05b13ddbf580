package crm

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// inGroup bounds the parameters of one IN list.
const inGroup = 400

// checkReferences makes sure that every record referred to exists; records made by the same changes count.
func checkReferences(ctx context.Context, tx *db.Tx, o *Object, changes []Change) error {
	for _, f := range o.Fields {
		if f.Kind != Reference {
			continue
		}
		missing := map[value.ID]value.ID{} // target → a record that refers to it
		for _, c := range changes {
			if target, ok := c.Set[f.Name].(value.ID); ok && !target.IsZero() {
				missing[target] = c.ID
			}
		}
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
	}
	return nil
}

// removeExisting deletes from ids those that are stored as records of o.
func removeExisting(ctx context.Context, tx *db.Tx, o *Object, ids map[value.ID]value.ID) error {
	group := make([]any, 0, inGroup)
	look := func() error {
		rows, err := tx.Query(ctx, `SELECT id FROM `+o.Table.Current+` WHERE id IN (`+placeholders(1, len(group))+`)`, group...)
		if err != nil {
			return fmt.Errorf("crm: look up %s: %w", o.Plural, err)
		}
		defer rows.Close()
		for rows.Next() {
			var id value.ID
			if err := rows.Scan(&id); err != nil {
				return fmt.Errorf("crm: look up %s: %w", o.Plural, err)
			}
			delete(ids, id)
		}
		group = group[:0]
		return rows.Err()
	}
	wanted := make([]value.ID, 0, len(ids))
	for id := range ids {
		wanted = append(wanted, id)
	}
	for i, id := range wanted {
		if group = append(group, id); len(group) == inGroup || i == len(wanted)-1 {
			if err := look(); err != nil {
				return err
			}
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
