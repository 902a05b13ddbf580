package db

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"zveno.dev/zveno/internal/value"
)

// postgresRow reads the binary form in which the server sends the five types that Zveno stores.
type postgresRow struct{ values [][]byte }

func (d *DB) scanPostgres(ctx context.Context, query string, each func(Row) error) error {
	conn, err := d.reader.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driverConn any) error {
		rows, err := driverConn.(*stdlib.Conn).Conn().Query(ctx, query, pgx.QueryResultFormats{pgx.BinaryFormatCode})
		if err != nil {
			return err
		}
		defer rows.Close()
		row := &postgresRow{}
		for rows.Next() {
			row.values = rows.RawValues()
			if err := each(row); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func (r *postgresRow) IsNull(i int) bool { return r.values[i] == nil }

func (r *postgresRow) Int(i int) int64 {
	switch v := r.values[i]; len(v) {
	case 8:
		return int64(binary.BigEndian.Uint64(v))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v)))
	default:
		return 0
	}
}

func (r *postgresRow) Real(i int) float64 {
	if v := r.values[i]; len(v) == 8 {
		return math.Float64frombits(binary.BigEndian.Uint64(v))
	}
	return 0
}

func (r *postgresRow) Bool(i int) bool { return len(r.values[i]) == 1 && r.values[i][0] != 0 }

func (r *postgresRow) Raw(i int) []byte { return r.values[i] }

func (r *postgresRow) Text(i int) string { return string(r.values[i]) }

func (r *postgresRow) ID(i int) (id value.ID) {
	copy(id[:], r.values[i])
	return id
}
