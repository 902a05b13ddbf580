package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"zveno.dev/zveno/internal/fault"
)

const (
	sqliteFileName      = "zveno.db"
	sqliteApplicationID = 0x5a76656e // "Zven", in the file's header, tells our files from others
	sqliteReaders       = 8          // connections
	sqliteBusyMs        = 60_000     // how long to wait for another process that writes

	sqliteCacheKiB        = 32768 // of the writer's connection
	sqliteCheckpointPages = 1000  // of the write-ahead log, after which SQLite copies them into the database: its default
)

// In bulk inserts, parameters go without numbers, as SQLite finds a numbered one by walking along all before it, and OR
// FAIL spares the copies of pages with which SQLite would undo a statement that fails: such a transaction is undone whole.
var sqliteDialect = Dialect{
	Name:      SQLite,
	insert:    "INSERT OR FAIL",
	parameter: "?",
	nextTxNo:  `SELECT coalesce(max(tx_no), 0) + 1 FROM db_txs`,
	horizon:   `SELECT coalesce(max(tx_no), 0) + 1 FROM db_txs`,
	hasTable:  `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`,
	columns: `SELECT t.name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY t.name, c.cid`,
	indexes: `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`,
}

func (d *DB) openSQLite(ctx context.Context, dir string) error {
	d.dialect, d.hotReads, d.hotWrites = sqliteDialect, &hotStmts{}, &hotStmts{}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find folder %s: %w", dir, err)
	}
	d.file = filepath.Join(dir, sqliteFileName)
	d.place = d.file
	if err := createPrivate(dir, d.file); err != nil {
		return err
	}
	if err := d.turn.open(d.file); err != nil {
		return explainFile(dir, err)
	}
	d.writer = openSQLiteFile(d.file, "immediate", "synchronous(FULL)", "cache_size(-"+strconv.Itoa(sqliteCacheKiB)+")", "journal_size_limit(67108864)")
	d.writer.SetMaxOpenConns(1)
	d.writer.SetConnMaxIdleTime(0)
	if err := d.checkSQLiteFile(ctx); err != nil {
		return err
	}
	d.reader = openSQLiteFile(d.file, "deferred", "query_only(1)", "cache_size(-8192)")
	d.reader.SetMaxOpenConns(sqliteReaders)
	d.reader.SetMaxIdleConns(sqliteReaders)
	return nil
}

// openSQLiteFile prepares a pool; connections are made when first used.
func openSQLiteFile(file, txlock string, pragmas ...string) *sql.DB {
	query := url.Values{"_txlock": {txlock}, "_pragma": {"busy_timeout(" + strconv.Itoa(sqliteBusyMs) + ")", "journal_mode(WAL)", "foreign_keys(0)"}}
	query["_pragma"] = append(query["_pragma"], pragmas...)
	name := filepath.ToSlash(file)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive letter
	}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: name}).EscapedPath()+"?"+query.Encode())
	if err != nil {
		panic("db: the SQLite driver is not registered: " + err.Error())
	}
	return pool
}

// createPrivate makes the folder and an empty file, readable by the owner only, before SQLite would make them for all. It
// never opens a file that exists: closing it again would drop the locks that SQLite has on it elsewhere in this process.
func createPrivate(dir, file string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return explainFile(dir, err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return explainFile(dir, err)
	}
	return f.Close()
}

func explainFile(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fault.New(fault.Invalid, "folder %s is not writable: give this user the right to write there, or choose another folder", dir)
	}
	return fault.New(fault.Unavailable, "folder %s cannot be used: %w", dir, err)
}

// checkSQLiteFile marks a new file as ours and refuses the file of another program.
func (d *DB) checkSQLiteFile(ctx context.Context) error {
	var id, tables int
	err := d.writer.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id`).Scan(&id, &tables)
	switch {
	case err != nil:
		return err
	case id == sqliteApplicationID:
		return nil
	case tables > 0:
		return fault.New(fault.Invalid, "file %s is not a Zveno database: choose another folder", d.file)
	}
	_, err = d.writer.ExecContext(ctx, `PRAGMA application_id = `+strconv.Itoa(sqliteApplicationID))
	return err
}

// tune changes a setting of the writer's connection that makes it faster or slower, but not other.
func (d *DB) tune(ctx context.Context, setting string, to int) {
	err := d.turn.take(ctx)
	if err == nil {
		_, err = d.writer.ExecContext(ctx, `PRAGMA `+setting+` = `+strconv.Itoa(to)) // sql: constants
		d.turn.give()
	}
	if err != nil {
		d.log.Warn("a setting of SQLite stays as it is", "setting", setting, "error", err)
	}
}
