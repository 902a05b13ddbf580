package crm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// verifyGroup is how many records are compared at a time.
const verifyGroup = 400

// customAudit compares the custom values of an object's records with their definitions and with crm_field_values.
type customAudit struct {
	object         *Object
	fields         []CustomField
	defined, found history.Check
}

// verifyCustom reads the custom values of all current records, in groups.
func verifyCustom(ctx context.Context, tx *db.Tx, o *Object) ([]history.Check, error) {
	fields, err := ListFields(ctx, tx, o.Name)
	if err != nil {
		return nil, err
	}
	a := customAudit{object: o, fields: fields, defined: history.Check{Name: checkCustom}, found: history.Check{Name: checkFieldValues}}
	var last value.ID
	for {
		documents, err := a.documents(ctx, tx, last)
		if err != nil {
			return nil, err
		}
		if len(documents) == 0 {
			break
		}
		last = documents[len(documents)-1].id
		if err := a.compare(ctx, tx, documents); err != nil {
			return nil, err
		}
	}
	if err := a.strays(ctx, tx); err != nil {
		return nil, err
	}
	return []history.Check{a.defined, a.found}, nil
}

// document is the text of a record's custom values.
type document struct {
	id   value.ID
	text string
}

// documents reads the next records with custom values after the given one.
func (a *customAudit) documents(ctx context.Context, tx *db.Tx, after value.ID) ([]document, error) {
	rows, err := tx.Query(ctx, `SELECT id, custom FROM `+a.object.Table.Current+
		` WHERE custom IS NOT NULL AND id > $1 ORDER BY id LIMIT `+fmt.Sprint(verifyGroup), after[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var documents []document
	for rows.Next() {
		var d document
		if err := rows.Scan(&d.id, &d.text); err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	return documents, rows.Err()
}

// compare holds a group of records against the definitions and the entries that filters use.
func (a *customAudit) compare(ctx context.Context, tx *db.Tx, documents []document) error {
	ids := make([]value.ID, len(documents))
	for i, d := range documents {
		ids[i] = d.id
	}
	stored, err := storedFieldValues(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, d := range documents {
		a.defined.Rows++
		a.found.Rows++
		wanted, err := fieldValuesOf(d.id, d.text, a.fields)
		if err != nil || !a.definesAll(d.text) {
			note(&a.defined, d.id)
			continue
		}
		if byField(wanted); !slices.Equal(wanted, stored[d.id]) {
			note(&a.found, d.id)
		}
	}
	return a.targets(ctx, tx, documents)
}

// targets looks up what the custom values of a group refer to.
func (a *customAudit) targets(ctx context.Context, tx *db.Tx, documents []document) error {
	for _, f := range a.fields {
		if f.Kind != Reference {
			continue
		}
		missing := map[value.ID]value.ID{}
		for _, d := range documents {
			var stored map[string]any
			if err := json.Unmarshal([]byte(d.text), &stored); err != nil {
				continue // noted by compare
			}
			if v, err := f.decode(stored[f.Name]); err == nil {
				if target, ok := v.(value.ID); ok {
					missing[target] = d.id
				}
			}
		}
		if err := removeExisting(ctx, tx, ObjectNamed(f.Ref), missing); err != nil {
			return err
		}
		for _, from := range missing {
			note(&a.defined, from)
		}
	}
	return nil
}

// definesAll reports whether every custom value of a document has a definition.
func (a *customAudit) definesAll(text string) bool {
	var stored map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return false
	}
	for name := range stored {
		if customNamed(a.fields, name) == nil {
			return false
		}
	}
	return true
}

// strays finds entries of records that have no custom values.
func (a *customAudit) strays(ctx context.Context, tx *db.Tx) error {
	for _, f := range a.fields {
		rows, err := tx.Query(ctx, `SELECT v.record_id FROM crm_field_values v LEFT JOIN `+a.object.Table.Current+` c
			ON c.id = v.record_id AND c.custom IS NOT NULL WHERE v.field_id = $1 AND c.id IS NULL ORDER BY 1`, f.ID)
		if err != nil {
			return err
		}
		ids, err := scanIDs(rows)
		if err != nil {
			return err
		}
		for _, id := range ids {
			note(&a.found, id)
		}
	}
	return nil
}

func storedFieldValues(ctx context.Context, tx *db.Tx, ids []value.ID) (map[value.ID][]fieldValue, error) {
	rows, err := tx.Query(ctx, `SELECT record_id, field_id, text_folded, number FROM crm_field_values
		WHERE record_id IN (`+placeholders(1, len(ids))+`) ORDER BY record_id, field_id`, anyIDs(ids)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	stored := map[value.ID][]fieldValue{}
	for rows.Next() {
		var v fieldValue
		if err := rows.Scan(&v.Record, &v.Field, &v.Text, &v.Number); err != nil {
			return nil, err
		}
		stored[v.Record] = append(stored[v.Record], v)
	}
	return stored, rows.Err()
}

func byField(values []fieldValue) {
	slices.SortFunc(values, func(a, b fieldValue) int { return bytes.Compare(a.Field[:], b.Field[:]) })
}

// note counts a violation.
func note(check *history.Check, id value.ID) {
	check.Violations++
	if len(check.Examples) < verifyExamples {
		check.Examples = append(check.Examples, id)
	}
}
