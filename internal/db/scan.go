package db

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/value"
)

// Row is one row that Scan reads. Columns count from 0. What a method returns for a NULL is the zero value; IsNull tells
// the difference. What they return is the caller's to keep, but for Raw.
type Row interface {
	IsNull(column int) bool
	Int(column int) int64 // BIGINT; days, instants and minor units too
	Real(column int) float64
	Bool(column int) bool
	Text(column int) string
	Raw(column int) []byte // the bytes of a text, good until the function that got the row returns
	ID(column int) value.ID
}

// Scan reads many rows, for what has to read millions: about four times as fast as Tx.Query with SQLite, because each
// value is read in place instead of through database/sql. It takes no arguments: query is a constant, besides lists of
// IDs (see IDList). Every call is a read transaction of its own.
func (d *DB) Scan(ctx context.Context, query string, each func(Row) error) error {
	scan := d.scanSQLite
	if d.dialect.Name == Postgres {
		scan = d.scanPostgres
	}
	if err := scan(ctx, query, each); err != nil {
		return fmt.Errorf("db: scan: %w", d.explain(err))
	}
	return nil
}

// IDList writes IDs as literals for an IN list of Scan.
func (d *DB) IDList(ids []value.ID) string {
	var list strings.Builder
	for i, id := range ids {
		if i > 0 {
			list.WriteString(", ")
		}
		if d.dialect.Name == SQLite {
			list.WriteByte('x')
		}
		list.WriteString("'" + hex.EncodeToString(id[:]) + "'")
	}
	return list.String()
}
