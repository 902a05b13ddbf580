package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// One SQL text serves both engines. 00000_db.sql makes db's own tables; the others are numbered migrations.
//
//go:embed migrations/*.sql
var embedded embed.FS

const baseMigration = "00000_db.sql"

// Migrate brings the tables to this program's schema and returns how many migrations it applied. Several processes may
// call it at once: the others wait for the first.
func (d *DB) Migrate(ctx context.Context) (applied int, err error) {
	err = d.alone(ctx, func() error { return d.createBase(ctx) })
	if err == nil {
		err = d.recoverIndexes(ctx)
	}
	if err == nil {
		err = d.alone(ctx, func() error {
			applied, err = d.migrateTo(ctx, 0)
			return err
		})
	}
	if err != nil {
		return applied, fmt.Errorf("db: migrate: %w", d.explain(err))
	}
	return applied, nil
}

// alone runs fn while no other process, or writer of this process on SQLite, does the same.
func (d *DB) alone(ctx context.Context, fn func() error) error {
	if d.dialect.Name == Postgres {
		return d.aloneInPostgres(ctx, fn)
	}
	if err := d.turn.take(ctx); err != nil {
		return err
	}
	defer d.turn.give()
	return fn()
}

// migrateTo applies migrations up to a version; 0 = all.
func (d *DB) migrateTo(ctx context.Context, version int64) (applied int, err error) {
	if err := d.createBase(ctx); err != nil {
		return 0, err
	}
	provider, err := d.provider()
	if err != nil || len(provider.ListSources()) == 0 {
		return 0, err
	}
	var results []*goose.MigrationResult
	if version == 0 {
		results, err = provider.Up(ctx)
	} else {
		results, err = provider.UpTo(ctx, version)
	}
	for _, result := range results {
		if result.Error == nil {
			applied++
			d.log.Info("migrated the database", "migration", result.Source.Path, "took", result.Duration)
		}
	}
	return applied, err
}

func (d *DB) createBase(ctx context.Context) error {
	text, err := embedded.ReadFile("migrations/" + baseMigration)
	if err != nil {
		return err
	}
	if _, err := d.writer.ExecContext(ctx, string(text)); err != nil {
		return fmt.Errorf("%s: %w", baseMigration, err)
	}
	id := value.NewID()
	_, err = d.writer.ExecContext(ctx, `INSERT INTO db_state (only_row, incarnation, tx_offset, trimmed_before)
		VALUES (1, $1, 0, 0) ON CONFLICT DO NOTHING`, id[:])
	return err
}

// provider knows the embedded migrations.
func (d *DB) provider() (*goose.Provider, error) {
	folder, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	dialect := database.DialectSQLite3
	if d.dialect.Name == Postgres {
		dialect = database.DialectPostgres
	}
	return goose.NewProvider(dialect, d.writer, folder, goose.WithExcludeNames([]string{baseMigration}), goose.WithDisableGlobalRegistry(true))
}

// SchemaVersion is the version of the last migration applied, 0 in an empty database, and the last that this program knows.
func (d *DB) SchemaVersion(ctx context.Context) (current, known int64, err error) {
	current, known, err = d.schemaVersion(ctx, d.reader)
	if err != nil {
		return 0, 0, fmt.Errorf("db: read schema version: %w", d.explain(err))
	}
	return current, known, nil
}

func (d *DB) schemaVersion(ctx context.Context, q querier) (current, known int64, err error) {
	provider, err := d.provider()
	if err != nil {
		return 0, 0, err
	}
	for _, source := range provider.ListSources() {
		known = max(known, source.Version)
	}
	exists, err := d.hasTable(ctx, q, gooseTable)
	if err != nil || !exists {
		return 0, known, err
	}
	var applied sql.NullInt64
	err = q.QueryRowContext(ctx, `SELECT max(version_id) FROM `+gooseTable+` WHERE is_applied`).Scan(&applied)
	return applied.Int64, known, err
}

func (d *DB) hasTable(ctx context.Context, q querier, name string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, d.dialect.hasTable, name).Scan(&n)
	return n > 0, err
}

// checkSchema refuses a database that a newer program has migrated.
func (d *DB) checkSchema(ctx context.Context) error {
	current, known, err := d.schemaVersion(ctx, d.reader)
	if err != nil {
		return err
	}
	if current > known {
		return fault.New(fault.Invalid, "%s was migrated by a newer Zveno (schema version %d, this program knows up to %d): start that version",
			d.place, current, known)
	}
	return nil
}
