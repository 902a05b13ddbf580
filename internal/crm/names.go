package crm

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// nameFields lists the fields that together name a record, and those that do in turn where these are empty.
func (o *Object) nameFields() (name, otherwise []string) {
	switch o.Name {
	case "contact":
		return []string{"first_name", "last_name"}, []string{"email"}
	case "lead":
		return []string{"first_name", "last_name"}, []string{"company", "email"}
	case "activity":
		return []string{"subject"}, []string{"kind"}
	}
	if o.Field("name") >= 0 {
		return []string{"name"}, nil
	}
	return nil, nil
}

// Name is how the record is called on screens; "" for objects whose records have no names, such as quotas.
func (r Record) Name() string {
	name, otherwise := ObjectNamed(r.Object).nameFields()
	text := func(field string) string {
		s, _ := r.Values[field].(string)
		return s
	}
	return joinName(name, otherwise, text)
}

func joinName(name, otherwise []string, text func(field string) string) string {
	var parts []string
	for _, field := range name {
		if part := text(field); part != "" {
			parts = append(parts, part)
		}
	}
	for _, field := range otherwise {
		if part := text(field); len(parts) == 0 && part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// LoadNames gives the names of records, deleted ones too, with one statement for each object and group of IDs. What is
// not there is absent.
func LoadNames(ctx context.Context, tx *db.Tx, ids map[*Object][]value.ID) (map[value.ID]string, error) {
	names := map[value.ID]string{}
	for o, wanted := range ids {
		for group := range slices.Chunk(distinct(wanted), inGroup) {
			if err := o.loadNames(ctx, tx, group, names); err != nil {
				return nil, fmt.Errorf("crm: load names of %s: %w", o.Plural, err)
			}
		}
	}
	return names, nil
}

func (o *Object) loadNames(ctx context.Context, tx *db.Tx, ids []value.ID, names map[value.ID]string) error {
	name, otherwise := o.nameFields()
	fields := slices.Concat(name, otherwise)
	if len(fields) == 0 {
		return nil
	}
	// sql: fields of names, which are their columns
	rows, err := tx.Query(ctx, `SELECT id, `+strings.Join(fields, ", ")+` FROM `+o.Table.Current+` WHERE id IN (`+placeholders(1, len(ids))+`)`, anyIDs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id value.ID
	texts := make([]sql.NullString, len(fields))
	into := []any{&id}
	for i := range texts {
		into = append(into, &texts[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		names[id] = joinName(name, otherwise, func(field string) string { return texts[slices.Index(fields, field)].String })
	}
	return rows.Err()
}

// referenceNames gives the names of everything that records refer to.
func referenceNames(ctx context.Context, tx *db.Tx, o *Object, custom []CustomField, records []Record) (map[value.ID]string, error) {
	ids := map[*Object][]value.ID{}
	note := func(f Field, v any) {
		if id, ok := v.(value.ID); ok && f.Kind == Reference {
			target := ObjectNamed(f.Ref)
			ids[target] = append(ids[target], id)
		}
	}
	for _, r := range records {
		for _, f := range o.Fields {
			note(f, r.Values[f.Name])
		}
		for _, f := range custom {
			note(f.Field, r.Custom[f.Name])
		}
	}
	return LoadNames(ctx, tx, ids)
}
