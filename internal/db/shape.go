package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/fault"
)

// querier is what a pool, a connection and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// gooseTable belongs to the migrations; a backup carries the schema version instead.
const gooseTable = "goose_db_version"

// readShapes lists the tables with their columns, in the order of their names.
func (d *DB) readShapes(ctx context.Context, q querier) ([]tableShape, error) {
	rows, err := q.QueryContext(ctx, d.dialect.columns)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var shapes []tableShape
	for rows.Next() {
		var table, column, kind string
		if err := rows.Scan(&table, &column, &kind); err != nil {
			return nil, err
		}
		if table == gooseTable {
			continue
		}
		kind = strings.ToUpper(kind)
		if !slices.Contains([]columnType{typeUUID, typeText, typeBigint, typeBoolean, typeDouble}, columnType(kind)) {
			return nil, fmt.Errorf("table %s, column %s: a backup cannot hold the type %s", table, column, kind)
		}
		if len(shapes) == 0 || shapes[len(shapes)-1].Name != table {
			shapes = append(shapes, tableShape{Name: table})
		}
		last := &shapes[len(shapes)-1]
		last.Columns = append(last.Columns, columnShape{column, columnType(kind)})
	}
	return shapes, rows.Err()
}

// checkShapes makes sure that the tables of a backup are those of the database that its schema version makes.
func checkShapes(backup, database []tableShape) error {
	have := map[string][]columnShape{}
	for _, table := range database {
		have[table.Name] = table.Columns
	}
	byName := func(a, b columnShape) int { return strings.Compare(a.Name, b.Name) }
	for _, table := range backup {
		theirs := slices.SortedFunc(slices.Values(table.Columns), byName)
		ours := slices.SortedFunc(slices.Values(have[table.Name]), byName)
		if !slices.Equal(theirs, ours) {
			return fault.New(fault.Invalid, "the backup's table %s is not like this program's: restore it with the version of Zveno that made it", table.Name)
		}
	}
	return nil
}
