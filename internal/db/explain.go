package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"zveno.dev/zveno/internal/fault"
)

// explain turns an engine's error into a fault with words that say what to do. Other errors, and those that already have a
// kind, stay as they are.
func (d *DB) explain(err error) error {
	if _, done := errors.AsType[*fault.Error](err); err == nil || done {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return d.explainSQLite(e.Code(), err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return d.explainPostgres(e.Code, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return fault.New(fault.Unavailable, "%s does not answer: start it, or check the address, the port and the firewall: %w", d.place, e)
	}
	if connectionBroke(err) {
		return fault.New(fault.Unavailable, "the connection to %s broke; if it broke during a commit, look whether the change was kept: %w", d.place, err)
	}
	return err
}

func connectionBroke(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE)
}

func (d *DB) explainSQLite(code int, err error) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fault.New(fault.Conflict, "there is such a record already: %w", err)
	case sqlite3.SQLITE_BUSY_SNAPSHOT:
		return fault.New(fault.Conflict, "another change came first: try again: %w", err)
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "another program holds the database %s: wait until it is done, or stop it: %w", d.file, err)
	case sqlite3.SQLITE_FULL:
		return fault.New(fault.Unavailable, "disk full: free some space for %s; nothing of this change was kept: %w", d.file, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fault.New(fault.Unavailable, "file %s cannot be written: check its rights and those of its folder: %w", d.file, err)
	case sqlite3.SQLITE_NOTADB:
		return fault.New(fault.Invalid, "file %s is not a Zveno database: choose another folder: %w", d.file, err)
	case sqlite3.SQLITE_CORRUPT:
		return fault.New(fault.Internal, "file %s is damaged: keep a copy of it and restore the last backup: %w", d.file, err)
	case sqlite3.SQLITE_IOERR:
		return fault.New(fault.Unavailable, "the disk of %s failed or is full: %w", d.file, err)
	}
	return err
}

func (d *DB) explainPostgres(code string, err error) error {
	switch code {
	case "23505":
		return fault.New(fault.Conflict, "there is such a record already: %w", err)
	case "40001", "40P01", "55P03":
		return fault.New(fault.Conflict, "another change came first: try again: %w", err)
	case "53100":
		return fault.New(fault.Unavailable, "disk full: free some space on the server of %s; nothing of this change was kept: %w", d.place, err)
	case "53300":
		return fault.New(fault.Unavailable, "%s has too many connections: raise max_connections or stop other programs: %w", d.place, err)
	case "3D000":
		return fault.New(fault.Invalid, "%s does not exist: make it with %s: %w", d.place, createDatabaseHint, err)
	case "42501":
		return fault.New(fault.Forbidden, "the user may not do this in %s: make it the owner of the database: %w", d.place, err)
	}
	switch {
	case strings.HasPrefix(code, "28"):
		return fault.New(fault.Forbidden, "%s refused the user or the password: check the address: %w", d.place, err)
	case strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "08"), strings.HasPrefix(code, "58"):
		return fault.New(fault.Unavailable, "%s cannot serve at the moment: %w", d.place, err)
	}
	return err
}
