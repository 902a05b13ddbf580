package columnar

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// duckFile is one DuckDB file, attached to a DuckDB instance of its own. It is attached rather than opened as the
// instance's main file since the driver reads a question mark or a percent sign in a main file's path as its own.
type duckFile struct {
	path   string
	schema Schema
	db     *sql.DB
	users  sync.WaitGroup // queries being started; rows already being read keep their connection by themselves
}

// catalog is the name under which a file is attached.
const catalog = "analytics"

const defaultMemoryMiB = 1024

// What DuckDB keeps beside a file is called like the file with these endings.
const (
	logSuffix  = ".wal"
	tempSuffix = ".tmp"
)

// attachDuckDB opens or makes a file. No SQL can reach another file or the network from then on.
func attachDuckDB(ctx context.Context, cfg Config, schema Schema, path string) (*duckFile, error) {
	attached := false
	settings := url.Values{}
	for name, setting := range duckSettings(cfg, path+tempSuffix) {
		settings.Set(name, setting)
	}
	connector, err := duckdb.NewConnector(":memory:?"+settings.Encode(), func(conn driver.ExecerContext) error {
		if !attached {
			return nil
		}
		_, err := conn.ExecContext(context.Background(), "USE "+catalog, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	f := &duckFile{path: path, schema: schema, db: sql.OpenDB(connector)}
	f.db.SetMaxIdleConns(4)
	conn, err := f.db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	for _, statement := range attachStatements(path) {
		if _, err = conn.ExecContext(ctx, statement); err != nil {
			break
		}
	}
	attached = true
	if err = errors.Join(err, conn.Close()); err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	return f, nil
}

// attachStatements let an instance reach the file at path, and from then on no other file nor the network.
func attachStatements(path string) []string {
	return []string{
		"ATTACH " + quoteText(path) + " AS " + catalog,
		"USE " + catalog,
		"SET GLOBAL enable_external_access = false",
		"SET GLOBAL lock_configuration = true",
	}
}

// duckSettings are those of an instance. Each has a folder of its own for what does not fit into memory: instances that
// share one would overwrite each other's files.
func duckSettings(cfg Config, tempDir string) map[string]string {
	memory, threads := cfg.MemoryMiB, cfg.Threads
	if memory == 0 {
		memory = defaultMemoryMiB
	}
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return map[string]string{
		// Trying these out on every column takes a tenth of a rebuild and gains nothing for keys, instants and short texts.
		"disabled_compression_methods": "alp,alprd,chimp,patas,fsst,dict_fsst,zstd,roaring",
		"threads":                      strconv.Itoa(threads),
		"memory_limit":                 strconv.Itoa(memory) + "MiB",
		"temp_directory":               tempDir,
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
	}
}

// create makes the empty tables.
func (f *duckFile) create(ctx context.Context) error {
	for _, t := range f.schema.Tables {
		if _, err := f.db.ExecContext(ctx, t.ddl("CREATE TABLE")); err != nil {
			return err
		}
	}
	_, err := f.db.ExecContext(ctx, stateDDL)
	return err
}

// position reads how far the file has followed; ok is false if it is unfinished or of another schema.
func (f *duckFile) position(ctx context.Context) (p Position, ok bool, err error) {
	p, ok, err = readState(ctx, f.db, f.schema.Fingerprint())
	if e, is := errors.AsType[*duckdb.Error](err); is && e.Type == duckdb.ErrorTypeCatalog {
		return Position{}, false, nil // there is no such table
	}
	return p, ok, err
}

// readState reads the state row in either engine.
func readState(ctx context.Context, db *sql.DB, fingerprint string) (p Position, ok bool, err error) {
	var store, build string
	row := db.QueryRowContext(ctx, selectState, fingerprint)
	if err := row.Scan(&store, &p.TxNo, &build); errors.Is(err, sql.ErrNoRows) {
		return Position{}, false, nil
	} else if err != nil {
		return Position{}, false, err
	}
	if p.Store, err = value.ParseID(store); err == nil {
		p.Build, err = value.ParseID(build)
	}
	if err != nil {
		return Position{}, false, err
	}
	return p, true, nil
}

// close waits for queries being started and closes the file; the last rows still being read keep it open until they are closed.
func (f *duckFile) close() error {
	f.users.Wait()
	return f.db.Close()
}

// remove deletes the closed file and what is beside it.
func (f *duckFile) remove() error { return removeDuckDB(f.path) }

func removeDuckDB(path string) error {
	return errors.Join(os.RemoveAll(path+tempSuffix), os.RemoveAll(path+logSuffix), os.RemoveAll(path))
}

// openAppender appends within the transaction that conn is in.
func openAppender(conn *sql.Conn, t Table) (appender *duckdb.Appender, err error) {
	err = conn.Raw(func(driverConn any) error {
		appender, err = duckdb.NewAppender(driverConn.(driver.Conn), catalog, "main", t.Name)
		return err
	})
	return appender, err
}

// explainDuckDB gives DuckDB's errors the kind and the words that a user can act on.
func explainDuckDB(err error, path string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "Conflicting lock is held"):
		return fault.New(fault.Unavailable, "another process has %s open, and only one can: stop it, or ask it instead (%w)", path, err)
	case strings.Contains(text, "No space left"):
		return fault.New(fault.Unavailable, "the disk of %s is full: free some space and try again (%w)", path, err)
	case strings.Contains(text, "Permission denied"), strings.Contains(text, "Read-only file system"):
		return fault.New(fault.Unavailable, "%s cannot be written: change its owner or mode, or choose another folder (%w)", path, err)
	case strings.Contains(text, "Out of Memory Error"):
		return fault.New(fault.Unavailable, "DuckDB needs more memory for this than it may use: ask for less at once, or raise the limit (%w)", err)
	case strings.Contains(text, "Too many open files"):
		return fault.New(fault.Unavailable, "%s cannot be opened, this process has too many open files: raise the limit (%w)", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
