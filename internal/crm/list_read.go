package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// listRow is a record of a list with its sort key; a nil key is empty.
type listRow struct {
	Record
	key any
}

// count gives how many records there are, up to countedTo, or filteredTimes as many.
func (l *listing) count(ctx context.Context, tx *db.Tx) (total int, more bool, err error) {
	most := countedTo
	if len(l.terms) > 0 {
		most *= filteredTimes
	}
	var args arguments
	// sql: a condition made of columns of the dictionary, with parameters
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 AS one FROM `+l.query.Object.Table.Current+` t WHERE `+l.where(&args)+
		` LIMIT `+strconv.Itoa(most+1)+`) counted`, args...).Scan(&total)
	return min(total, most), total > most, err
}

// read gives up to n rows from a position on, in the order in which they are met. Rows with a key and rows without one
// are read by statements of their own, for that an index serves both.
func (l *listing) read(ctx context.Context, tx *db.Tx, k sortKey, at position, n int) ([]listRow, error) {
	segments := []bool{false, true} // whether the key is empty
	if k.never {
		segments = segments[:1]
	}
	if at.backward {
		slices.Reverse(segments)
	}
	if !at.id.IsZero() {
		segments = segments[slices.Index(segments, at.empty):]
	}
	var rows []listRow
	for i, empty := range segments {
		from := at
		if i > 0 {
			from = position{backward: at.backward}
		}
		found, err := l.readSegment(ctx, tx, k, from, empty, n-len(rows))
		if err != nil {
			return nil, err
		}
		if rows = append(rows, found...); len(rows) == n {
			break
		}
	}
	return rows, nil
}

// readSegment reads rows whose keys are all filled or all empty.
func (l *listing) readSegment(ctx context.Context, tx *db.Tx, k sortKey, at position, empty bool, n int) ([]listRow, error) {
	var args arguments
	statement := l.segmentSQL(k, at, empty, n, &args)
	rows, err := tx.Query(ctx, statement, args...) // sql: segmentSQL passes every value as a parameter
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []listRow
	for rows.Next() {
		row, err := l.scan(rows, k)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

// segmentSQL is the statement of a segment.
//
// sql: tables and columns of the dictionary, and parameters
func (l *listing) segmentSQL(k sortKey, at position, empty bool, n int, args *arguments) string {
	o, key := l.query.Object, k.expression()
	from, conditions := o.Table.Current+" t", []string{}
	order := []string{key, "t.id"}
	switch {
	case k.custom != nil && empty:
		key, order = "NULL", []string{"t.id"}
		conditions = append(conditions, "NOT EXISTS (SELECT 1 FROM crm_field_values k WHERE k.record_id = t.id AND k.field_id = "+args.add(k.custom.ID)+")")
	case k.custom != nil:
		from = "crm_field_values k JOIN " + from + " ON t.id = k.record_id"
		conditions = append(conditions, "k.field_id = "+args.add(k.custom.ID))
		order[1] = "k.record_id"
	case empty:
		conditions = append(conditions, key+" IS NULL")
	case !k.never:
		conditions = append(conditions, key+" IS NOT NULL")
	}
	if l.collect {
		order[0] = "COALESCE(" + order[0] + ", " + order[0] + ")" // which no index has
	}
	direction, beyond := "", " > "
	if k.descending != at.backward {
		direction, beyond = " DESC", " < "
	}
	if !at.id.IsZero() && empty {
		conditions = append(conditions, "t.id"+beyond+args.add(at.id))
	} else if !at.id.IsZero() {
		conditions = append(conditions, "("+strings.Join(order, ", ")+")"+beyond+"("+args.add(at.key)+", "+args.add(at.id)+")")
	}
	if len(l.owners) > 0 {
		picked := l.pickByOwner(key, strings.Join(conditions, " AND "), direction, n, args)
		from, conditions = picked+" CROSS JOIN "+from, []string{"t.id = picked.id"}
	} else {
		conditions = append(conditions, l.where(args))
	}
	return "SELECT t.id, t.version, t.created_at, t.valid_from, t.custom, " + key + columnList(o) + " FROM " + from +
		" WHERE " + strings.Join(conditions, " AND ") +
		" ORDER BY " + strings.Join(order, direction+", ") + direction + " LIMIT " + strconv.Itoa(n)
}

// columnList is ", t." and the name of each column of the object.
func columnList(o *Object) string {
	var text strings.Builder
	for _, c := range o.Table.Columns {
		text.WriteString(", t." + c.Name)
	}
	return text.String()
}

// scan reads a row of segmentSQL.
func (l *listing) scan(rows *sql.Rows, k sortKey) (listRow, error) {
	r := listRow{Record: Record{Object: l.query.Object.Name}}
	var custom sql.NullString
	key := cellOfKind(k.kind)
	into := []any{&r.ID, &r.Version, &r.Created, &r.Since, &custom, key}
	cells := make([]any, len(l.query.Object.Fields))
	for i, c := range l.query.Object.Table.Columns {
		cells[i] = cellOfKind(c.Kind)
	}
	if err := rows.Scan(append(into, cells...)...); err != nil {
		return r, err
	}
	r.key = cellValue(key)
	r.Values = make(map[string]any, len(cells))
	for i, f := range l.query.Object.Fields {
		switch v := cellValue(cells[i]).(type) {
		case nil:
		case int64:
			r.Values[f.Name] = f.Kind.typed(v)
		default:
			r.Values[f.Name] = v
		}
	}
	return r, l.readCustom(&r, custom)
}

func (l *listing) readCustom(r *listRow, document sql.NullString) (err error) {
	if !document.Valid {
		return nil
	}
	var stored map[string]any
	if err := json.Unmarshal([]byte(document.String), &stored); err != nil {
		return fmt.Errorf("custom values of %s: %w", r.ID, err)
	}
	r.Custom, err = decodeCustom(l.custom, stored)
	return err
}

// cellOfKind is a place into which a column of a kind can be scanned.
func cellOfKind(kind history.Kind) any {
	switch kind {
	case history.ID:
		return new(value.ID)
	case history.Integer:
		return new(sql.NullInt64)
	case history.Real:
		return new(sql.NullFloat64)
	case history.Bool:
		return new(sql.NullBool)
	default:
		return new(sql.NullString)
	}
}

// cellValue is what was scanned into such a place; nil for NULL.
func cellValue(cell any) any {
	switch c := cell.(type) {
	case *value.ID:
		if !c.IsZero() {
			return *c
		}
	case *sql.NullInt64:
		if c.Valid {
			return c.Int64
		}
	case *sql.NullFloat64:
		if c.Valid {
			return c.Float64
		}
	case *sql.NullBool:
		if c.Valid {
			return c.Bool
		}
	case *sql.NullString:
		if c.Valid {
			return c.String
		}
	}
	return nil
}
