package db

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Config says which database to open.
type Config struct {
	Dir string       // folder of the SQLite file; made when missing. Unused with PostgreSQL
	URL string       // "" = SQLite in Dir; postgres://… = PostgreSQL
	Log *slog.Logger // nil = slog.Default()
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect             Dialect
	log                 *slog.Logger
	place               string  // for messages: the SQLite file, or host and name of the PostgreSQL database
	file                string  // the SQLite file; "" with PostgreSQL
	writer              *sql.DB // SQLite: exactly one connection; PostgreSQL: the pool
	reader              *sql.DB // SQLite: read-only connections; PostgreSQL: the same pool
	turn                turn
	hotReads, hotWrites *hotStmts    // nil with PostgreSQL, whose driver does it
	clock               atomic.Int64 // the last instant given out by now

	watchMu  sync.Mutex
	watchers map[chan struct{}]struct{}
}

// Dialect is what differs between the engines in spite of the shared SQL.
type Dialect struct {
	Name       string // "sqlite" or "postgres"
	ForUpdate  string // ends a SELECT whose rows the transaction is about to change; "" where writers take turns anyway
	SkipLocked string // like ForUpdate, leaving out rows that another transaction holds

	insert    string // begins a bulk insert
	parameter string // stands for a value in a bulk insert, followed by its number if numbered
	numbered  bool
	nextTxNo  string // SELECT of the number of the transaction that runs it
	horizon   string // SELECT of the number below which no transaction can appear any more
	hasTable  string // SELECT of the number of tables called $1
	columns   string // SELECT of table, column and type, ordered by table and position
	indexes   string // SELECT of name and text of the indexes that are not part of a constraint
}

// The names of the engines.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Open opens the database, making an empty SQLite file where there is none, and checks that it is one that this program
// can use. It does not migrate.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	d := &DB{log: cfg.Log, watchers: map[chan struct{}]struct{}{}}
	if d.log == nil {
		d.log = slog.Default()
	}
	var err error
	switch scheme, _, _ := strings.Cut(cfg.URL, "://"); {
	case cfg.URL == "":
		err = d.openSQLite(ctx, cfg.Dir)
	case scheme == "postgres" || scheme == "postgresql":
		err = d.openPostgres(ctx, cfg.URL)
	default:
		err = fault.New(fault.Invalid, "database address must begin with postgres:// (leave it empty for the embedded SQLite)")
	}
	if err == nil {
		err = d.checkSchema(ctx)
	}
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("db: open: %w", d.explain(err))
	}
	return d, nil
}

// Close waits for running transactions and closes every connection.
func (d *DB) Close() error {
	var errs []error
	if d.reader != nil && d.reader != d.writer {
		errs = append(errs, d.reader.Close())
	}
	if d.writer != nil {
		errs = append(errs, d.writer.Close())
	}
	d.turn.close()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("db: close: %w", err)
		}
	}
	return nil
}

// Dialect is the engine of this database.
func (d *DB) Dialect() Dialect { return d.dialect }

// Incarnation identifies this database's history: it is minted when the database is made and again when a backup is
// restored. A follower of the change feed that remembers another incarnation must start over.
func (d *DB) Incarnation(ctx context.Context) (value.ID, error) {
	var id value.ID
	err := d.Read(ctx, func(tx *Tx) error {
		return tx.QueryRow(ctx, `SELECT incarnation FROM db_state`).Scan(&id)
	})
	if err != nil {
		return value.ID{}, fmt.Errorf("db: read incarnation: %w", err)
	}
	return id, nil
}

// now is the time, later than every instant it gave out before even if the machine's clock was set back.
func (d *DB) now() value.Instant {
	for {
		last, now := d.clock.Load(), time.Now().UnixMicro()
		if now <= last {
			now = last + 1
		}
		if d.clock.CompareAndSwap(last, now) {
			return value.Instant(now)
		}
	}
}
