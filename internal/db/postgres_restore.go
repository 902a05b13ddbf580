package db

import (
	"context"

	"zveno.dev/zveno/internal/fault"
)

// restorePostgres fills the database in one transaction.
func restorePostgres(ctx context.Context, cfg Config, r *backupReader) error {
	d, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.alone(ctx, func() error {
		if err := d.requireEmpty(ctx); err != nil {
			return err
		}
		if err := d.prepareRestore(ctx, r); err != nil {
			return err
		}
		return d.restoreTables(ctx, r)
	})
	if err != nil {
		return d.explain(err)
	}
	_, err = d.Migrate(ctx)
	return err
}

// requireEmpty refuses a database in which any table but those of the schema itself has a row.
func (d *DB) requireEmpty(ctx context.Context) error {
	shapes, err := d.readShapes(ctx, d.writer)
	if err != nil {
		return err
	}
	for _, shape := range shapes {
		var filled bool
		err := d.writer.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+shape.Name+`)`).Scan(&filled) // sql: a table of the schema
		if err != nil {
			return err
		}
		if filled && shape.Name != "db_state" {
			return fault.New(fault.Invalid, "%s is not empty (table %s has rows): restore into a new database", d.place, shape.Name)
		}
	}
	return nil
}
