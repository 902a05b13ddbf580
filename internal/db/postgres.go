package db

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

const (
	postgresConns      = 16 // connections per process
	postgresMinVersion = 130000
)

// The number of a transaction is PostgreSQL's own 64-bit transaction number plus an offset that only grows, when a backup
// came from a database that had counted further. The horizon stays at or below the newest recorded transaction: a number
// that only a crashed transaction held may be given out again.
var postgresDialect = Dialect{
	Name:       Postgres,
	ForUpdate:  "FOR UPDATE",
	SkipLocked: "FOR UPDATE SKIP LOCKED",
	insert:     "INSERT",
	parameter:  "$",
	numbered:   true,
	nextTxNo:   `SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) + tx_offset FROM db_state`,
	horizon: `SELECT LEAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) + tx_offset,
		(SELECT coalesce(max(tx_no), 0) + 1 FROM db_txs)) FROM db_state`,
	hasTable: `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`,
	columns: `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY c.relname, a.attnum`,
	indexes: `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
		AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname) ORDER BY indexname`,
}

func (d *DB) openPostgres(ctx context.Context, address string) error {
	d.dialect = postgresDialect
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return fault.New(fault.Invalid, "the database address is wrong, expected postgres://user:password@host:5432/database: %w", err)
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "zveno"
	}
	d.place = "PostgreSQL database " + cfg.Database + " at " + net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	d.writer = stdlib.OpenDB(*cfg)
	d.writer.SetMaxOpenConns(postgresConns)
	d.writer.SetMaxIdleConns(postgresConns)
	d.writer.SetConnMaxIdleTime(5 * time.Minute)
	d.reader = d.writer
	if err := d.checkPostgres(ctx); err != nil {
		return err
	}
	if exists, err := d.hasTable(ctx, d.writer, "db_state"); err != nil || !exists {
		return err
	}
	id := value.NewID()
	_, err = d.writer.ExecContext(ctx, raiseOffset, id[:])
	return err
}

// checkPostgres refuses a server that is too old or a database that cannot hold every letter.
func (d *DB) checkPostgres(ctx context.Context) error {
	var version int
	var encoding, collation string
	err := d.writer.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS INTEGER),
		pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()`).Scan(&version, &encoding, &collation)
	switch {
	case err != nil:
		return err
	case version < postgresMinVersion:
		return fault.New(fault.Invalid, "%s runs version %d, but Zveno needs PostgreSQL 13 or newer", d.place, version/10000)
	case encoding != "UTF8":
		return fault.New(fault.Invalid, "%s has the encoding %s, but Zveno needs UTF8: make it with %s", d.place, encoding, createDatabaseHint)
	case collation != "C" && collation != "POSIX":
		d.log.Warn("the database's collation is not C: lists may be sorted in an order that differs from SQLite's",
			"database", d.place, "collation", collation, "make it with", createDatabaseHint)
	}
	return nil
}

// raiseOffset makes the next transaction number greater than every recorded one, after PostgreSQL's own dump and restore
// moved the tables to a server that has counted less far. Otherwise it changes nothing.
const raiseOffset = `UPDATE db_state SET incarnation = $1, tx_offset = (SELECT max(tx_no) FROM db_txs) + 1 -
		CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)
	WHERE (SELECT max(tx_no) FROM db_txs) >= tx_offset + CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)`

const createDatabaseHint = `CREATE DATABASE zveno ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0`

const advisoryLockID = 0x5a76656e

// aloneInPostgres runs fn while no other process does.
func (d *DB) aloneInPostgres(ctx context.Context, fn func() error) error {
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, advisoryLockID); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, advisoryLockID)
	return fn()
}
