package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// fieldValue is what filters and search find of a custom field of a record as it is now.
type fieldValue struct {
	Record, Field value.ID
	Text          sql.NullString  // folded text or choice, an ID in its text form, or a currency
	Number        sql.NullFloat64 // a number, minor units, a day, an instant, or 1 for true
}

// maxIndexed bounds the text of one entry, in bytes: engines bound the entries of an index.
const maxIndexed = 500

// RefreshFieldValues brings crm_field_values in line with the custom fields of records as they are now. Apply calls it;
// whoever rewrites versions by other means does too.
func RefreshFieldValues(ctx context.Context, tx *db.Tx, o *Object, ids []value.ID) error {
	fields, err := ListFields(ctx, tx, o.Name)
	if err != nil || len(fields) == 0 {
		return err
	}
	return refreshFieldValues(ctx, tx, o, fields, ids)
}

func refreshFieldValues(ctx context.Context, tx *db.Tx, o *Object, fields []CustomField, ids []value.ID) error {
	for group := range slices.Chunk(ids, inGroup) {
		values, err := currentFieldValues(ctx, tx, o, fields, group)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM crm_field_values WHERE record_id IN (`+placeholders(1, len(group))+`)`, anyIDs(group)...)
		if err != nil {
			return fmt.Errorf("crm: clear custom values of %s: %w", o.Plural, err)
		}
		rows := make([][]any, len(values))
		for i, v := range values {
			rows[i] = []any{v.Record, v.Field, v.Text, v.Number}
		}
		columns := []string{"record_id", "field_id", "text_folded", "number"}
		if err := db.BulkInsert(ctx, tx, "crm_field_values", columns, rows, ""); err != nil {
			return fmt.Errorf("crm: index custom values of %s: %w", o.Plural, err)
		}
	}
	return nil
}

// currentFieldValues computes the entries of records from their current rows.
func currentFieldValues(ctx context.Context, tx *db.Tx, o *Object, fields []CustomField, ids []value.ID) ([]fieldValue, error) {
	rows, err := tx.Query(ctx, `SELECT id, custom FROM `+o.Table.Current+
		` WHERE custom IS NOT NULL AND id IN (`+placeholders(1, len(ids))+`)`, anyIDs(ids)...)
	if err != nil {
		return nil, fmt.Errorf("crm: read custom values of %s: %w", o.Plural, err)
	}
	defer rows.Close()
	var values []fieldValue
	for rows.Next() {
		var id value.ID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, fmt.Errorf("crm: read custom values of %s: %w", o.Plural, err)
		}
		of, err := fieldValuesOf(id, text, fields)
		if err != nil {
			return nil, fmt.Errorf("crm: custom values of %s %s: %w", o.Name, id, err)
		}
		values = append(values, of...)
	}
	return values, rows.Err()
}

// fieldValuesOf computes the entries of one record from the document of its custom values.
func fieldValuesOf(id value.ID, document string, fields []CustomField) ([]fieldValue, error) {
	var stored map[string]any
	if err := json.Unmarshal([]byte(document), &stored); err != nil {
		return nil, err
	}
	var values []fieldValue
	for _, f := range fields {
		v, ok := stored[f.Name]
		if !ok {
			continue
		}
		typed, err := f.decode(v)
		if err != nil {
			return nil, err
		}
		entry := fieldValue{Record: id, Field: f.ID}
		entry.index(typed)
		values = append(values, entry)
	}
	return values, nil
}

// index fills in what a value of a custom field is found by.
func (e *fieldValue) index(typed any) {
	text := func(s string) { e.Text = sql.NullString{String: s, Valid: true} }
	number := func(n float64) { e.Number = sql.NullFloat64{Float64: n, Valid: true} }
	switch v := typed.(type) {
	case string:
		text(indexedText(v))
	case value.ID:
		text(v.String())
	case value.Money:
		text(value.Fold(v.Currency))
		number(float64(v.Minor))
	case float64:
		number(v)
	case int64:
		number(float64(v))
	case value.Day:
		number(float64(v))
	case value.Instant:
		number(float64(v))
	case bool:
		number(0)
		if v {
			number(1)
		}
	}
}

// indexedText folds a text and cuts it to what an index can hold.
func indexedText(text string) string {
	folded := value.Fold(text)
	if len(folded) <= maxIndexed {
		return folded
	}
	end := maxIndexed
	for !utf8.RuneStart(folded[end]) {
		end--
	}
	return folded[:end]
}

func anyIDs(ids []value.ID) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return args
}
