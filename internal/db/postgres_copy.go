package db

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// minCopyRows is from how many rows on COPY, which asks the server for the table's columns first, is faster than INSERT.
const minCopyRows = 32

// copyRows sends rows to PostgreSQL until next gives nil; next may use the same slice again each time.
func (tx *Tx) copyRows(ctx context.Context, table string, columns []string, next func() ([]any, error)) error {
	var nextErr error
	source := pgx.CopyFromFunc(func() (row []any, err error) {
		if row, nextErr = next(); nextErr == nil && row != nil {
			row, nextErr = plainArgs(row)
		}
		return row, nextErr
	})
	err := tx.conn.Raw(func(driverConn any) error {
		_, err := driverConn.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, source)
		return err
	})
	if nextErr != nil {
		err = nextErr // the server's error only repeats its text
	}
	if err != nil {
		return tx.fail(err)
	}
	return nil
}
