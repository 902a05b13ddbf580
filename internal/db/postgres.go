package db

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"zveno.dev/zveno/internal/fault"
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
	nextTxNo:   `SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) + tx_offset FROM db_state`,
	horizon: `SELECT LEAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) + tx_offset,
		(SELECT coalesce(max(tx_no), 0) + 1 FROM db_txs)) FROM db_state`,
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
	return d.checkPostgres(ctx)
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

const createDatabaseHint = `CREATE DATABASE zveno ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0`
