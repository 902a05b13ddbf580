package db

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/value"
)

// prepareRestore makes the tables as they were when the backup was made.
func (d *DB) prepareRestore(ctx context.Context, r *backupReader) error {
	_, known, err := d.schemaVersion(ctx, d.writer)
	if err != nil {
		return err
	}
	if err := r.checkVersion(known); err != nil {
		return err
	}
	_, err = d.migrateTo(ctx, r.Schema)
	return err
}

// restoreTables loads all tables in one transaction.
func (d *DB) restoreTables(ctx context.Context, r *backupReader) error {
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	sqlTx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer sqlTx.Rollback() // without effect after Commit
	tx := &Tx{db: d, conn: conn, sql: sqlTx, hot: d.hotWrites}
	if err := tx.restore(ctx, r); err != nil {
		return err
	}
	return sqlTx.Commit()
}

func (tx *Tx) restore(ctx context.Context, r *backupReader) error {
	shapes, err := tx.db.readShapes(ctx, tx.sql)
	if err != nil {
		return err
	}
	if err := checkShapes(r.Tables, shapes); err != nil {
		return err
	}
	createIndexes, err := tx.dropIndexes(ctx)
	if err != nil {
		return err
	}
	for _, shape := range r.Tables {
		if err := deleteAll(ctx, tx, shape.Name); err != nil { // what the migrations put there
			return err
		}
		if err := insertAll(ctx, tx, shape.Name, shape.columnNames(), r.rows(shape).next); err != nil {
			return fmt.Errorf("table %s: %w", shape.Name, err)
		}
	}
	if err := r.finish(); err != nil {
		return err
	}
	for _, statement := range append(createIndexes, `ANALYZE`) {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE db_state SET incarnation = $1, tx_offset = 0`, value.NewID())
	if err == nil && tx.db.dialect.Name == Postgres {
		_, err = tx.Exec(ctx, raiseOffset, value.NewID())
	}
	return err
}

// dropIndexes drops the indexes, which are made faster afterwards, and returns the statements that make them.
func (tx *Tx) dropIndexes(ctx context.Context) (create []string, err error) {
	rows, err := tx.Query(ctx, tx.db.dialect.indexes)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, err
		}
		names, create = append(names, name), append(create, statement)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := tx.Exec(ctx, `DROP INDEX `+name); err != nil { // sql: an index of the schema
			return nil, err
		}
	}
	return create, nil
}
