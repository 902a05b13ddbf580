package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The most rows and parameters of one INSERT. Larger groups gain nothing; SQLite allows 32,766 parameters, PostgreSQL 65,535.
const (
	maxBulkRows   = 64
	maxBulkParams = 8192
)

// behindRows is from how many rows on the caller goes on while they are inserted: a few are faster at once.
const behindRows = 128

// BulkInsert inserts rows, many to a statement. Each row has a value for each column. suffix ends the statement, for
// example "ON CONFLICT (id) DO NOTHING"; one that updates must not meet the same key twice in rows. Many rows are still
// being inserted when it returns: they must not be altered any more, and the error may be that of the next statement or of
// the commit.
func BulkInsert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any, suffix string) error {
	for _, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("db: insert into %s: %d values for %d columns", table, len(row), len(columns))
		}
	}
	if len(rows) == 0 {
		return nil // without waiting for what is behind
	}
	if len(rows) < behindRows {
		if err := tx.catchUp(); err != nil {
			return err
		}
		return tx.insertRows(ctx, table, columns, rows, suffix)
	}
	ctx = context.WithoutCancel(ctx) // the caller's may end with the call; the transaction ends with its own
	tx.insertLater(func() error { return tx.insertRows(ctx, table, columns, rows, suffix) })
	return nil
}

func (tx *Tx) insertRows(ctx context.Context, table string, columns []string, rows [][]any, suffix string) error {
	insert := tx.insertGroups
	if tx.db.dialect.Name == Postgres && suffix == "" && len(rows) >= minCopyRows {
		insert = tx.copyGroup
	}
	if err := insert(ctx, table, columns, rows, suffix); err != nil {
		return fmt.Errorf("db: insert into %s: %w", table, err)
	}
	return nil
}

func (tx *Tx) insertGroups(ctx context.Context, table string, columns []string, rows [][]any, suffix string) error {
	size := maxBulkRows
	for size > 1 && size*len(columns) > maxBulkParams {
		size /= 2
	}
	args, text := make([]any, 0, size*len(columns)), ""
	for len(rows) > 0 {
		for size > len(rows) {
			size, text = size/2, "" // the rest goes in powers of two, so that few different texts are prepared
		}
		if text == "" {
			text = tx.db.insertText(table, columns, size, suffix)
		}
		args = args[:0]
		for _, row := range rows[:size] {
			args = append(args, row...)
		}
		if _, err := tx.execNow(ctx, text, args); err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

func (tx *Tx) copyGroup(ctx context.Context, table string, columns []string, rows [][]any, _ string) error {
	return tx.copyRows(ctx, table, columns, func() (row []any, err error) {
		if len(rows) > 0 {
			row, rows = rows[0], rows[1:]
		}
		return row, nil
	})
}

func (d *DB) insertText(table string, columns []string, rows int, suffix string) string {
	var b strings.Builder
	b.WriteString(d.dialect.insert + " INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	for n := range rows * len(columns) {
		switch {
		case n == 0:
			b.WriteString("(")
		case n%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString(d.dialect.parameter)
		if d.dialect.numbered {
			b.WriteString(strconv.Itoa(n + 1))
		}
	}
	b.WriteString(") " + suffix)
	return b.String()
}

// insertAll inserts the rows that next gives until it gives nil; next may use the same slice again each time.
func insertAll(ctx context.Context, tx *Tx, table string, columns []string, next func() ([]any, error)) error {
	if tx.db.dialect.Name == Postgres {
		return tx.copyRows(ctx, table, columns, next)
	}
	group := make([][]any, 0, 16*maxBulkRows)
	for {
		row, err := next()
		if err != nil {
			return err
		}
		if row != nil {
			group = append(group, slices.Clone(row))
		}
		if row == nil || len(group) == cap(group) {
			if err := tx.insertRows(ctx, table, columns, group, ""); err != nil || row == nil {
				return err
			}
			group = group[:0]
		}
	}
}

// deleteAll empties a table.
func deleteAll(ctx context.Context, tx *Tx, table string) error {
	_, err := tx.Exec(ctx, `DELETE FROM `+table) // sql: a table of the schema
	return err
}
