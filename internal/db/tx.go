package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"zveno.dev/zveno/internal/value"
)

// TxInfo says who changes the database, and why.
type TxInfo struct {
	Actor  value.Actor
	Source string        // what the change came through: "user", "import", "salesforce"
	Reason string        // in the actor's words; may be empty
	Origin value.ID      // the import or job that the transaction belongs to; zero = none
	At     value.Instant // recorded time; zero = now. An import sets its own start, so that all its chunks are one recording
}

// Tx is a transaction in progress. It belongs to one goroutine, and rows of one query must be read and closed before the
// next statement.
type Tx struct {
	No   int64         // number of the transaction; 0 in Read. Recorded only if Changed was called
	At   value.Instant // recorded time of what it writes
	Info TxInfo

	db      *DB
	conn    *sql.Conn // on which it runs
	sql     *sql.Tx
	hot     *hotStmts            // of the pool; nil where the driver keeps statements itself
	stmts   map[string]*sql.Stmt // texts used so far, with the statement that can run again, if there is one
	changes map[changeKey]struct{}
	behind  *behind // bulk inserts under way; nil = none
	failed  error   // the first statement that failed: nothing of the transaction may be kept
}

// maxPrepared bounds the statements that a transaction keeps prepared.
const maxPrepared = 200

// Dialect is the engine of the transaction's database.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// Read runs fn over one consistent state of the database, which concurrent writes do not disturb. Changing anything fails.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	var options *sql.TxOptions
	if d.dialect.Name == Postgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := d.begin(ctx, d.reader, options)
	if err != nil {
		return fmt.Errorf("db: begin to read: %w", d.explain(err))
	}
	tx.hot = d.hotReads
	defer tx.end(ctx, d.reader)
	return d.explain(fn(tx))
}

// Write runs fn in one transaction and returns after what it wrote is on the disk. If fn fails or panics, or ctx ends,
// nothing is kept, and neither if a statement failed and fn went on. Errors of the engine come back as fault errors:
// Conflict where another transaction was first, Unavailable where the database cannot be used at the moment.
func (d *DB) Write(ctx context.Context, info TxInfo, fn func(*Tx) error) error {
	if err := d.turn.take(ctx); err != nil {
		return fmt.Errorf("db: wait to write: %w", d.explain(err))
	}
	defer d.turn.give()
	tx, err := d.begin(ctx, d.writer, nil)
	if err != nil {
		return fmt.Errorf("db: begin to write: %w", d.explain(err))
	}
	tx.Info, tx.hot = info, d.hotWrites
	defer tx.end(ctx, d.writer)
	if info.At != 0 {
		tx.At = info.At
	}
	if err := tx.QueryRow(ctx, d.dialect.nextTxNo).Scan(&tx.No); err != nil {
		return fmt.Errorf("db: number transaction: %w", d.explain(err))
	}
	if err := fn(tx); err != nil {
		return d.explain(err)
	}
	if err := tx.commit(ctx); err != nil {
		return d.explain(err)
	}
	d.signal()
	return nil
}

// begin starts a transaction. A connection may have broken while nobody used it, as all have when the server was started
// anew, so it tries the next ones.
func (d *DB) begin(ctx context.Context, pool *sql.DB, options *sql.TxOptions) (*Tx, error) {
	for attempt := 0; ; attempt++ {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return nil, err
		}
		sqlTx, err := conn.BeginTx(ctx, options)
		if err == nil {
			return &Tx{At: d.now(), db: d, conn: conn, sql: sqlTx}, nil
		}
		conn.Close() // the pool drops it if it is broken
		if attempt == postgresConns || ctx.Err() != nil || !connectionBroke(err) {
			return nil, err
		}
	}
}

// commit keeps what the transaction wrote.
func (tx *Tx) commit(ctx context.Context) error {
	if err := tx.catchUp(); err != nil {
		return err
	}
	if tx.failed != nil {
		return fmt.Errorf("db: commit after a statement failed: %w", tx.failed)
	}
	if err := tx.recordChanges(ctx); err != nil {
		return fmt.Errorf("db: record changes: %w", err)
	}
	if err := tx.catchUp(); err != nil {
		return fmt.Errorf("db: record changes: %w", err)
	}
	if err := tx.sql.Commit(); err != nil {
		return fmt.Errorf("db: commit: %w", err)
	}
	return nil
}

// end undoes what was not committed, also after a panic, and gives the connection back.
func (tx *Tx) end(ctx context.Context, pool *sql.DB) {
	_ = tx.catchUp()  // which is of a transaction that is given up
	tx.sql.Rollback() // without effect after Commit
	tx.conn.Close()
	if tx.hot != nil {
		tx.hot.learn(ctx, pool, tx.stmts)
	}
}

// Exec runs a statement and returns the number of rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := tx.catchUp(); err != nil {
		return 0, err
	}
	return tx.execNow(ctx, query, args)
}

// execNow runs a statement without waiting for bulk inserts, of which it may be one.
func (tx *Tx) execNow(ctx context.Context, query string, args []any) (int64, error) {
	result, err := tx.exec(ctx, query, args)
	if err != nil {
		return 0, tx.fail(err)
	}
	return result.RowsAffected()
}

func (tx *Tx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	stmt, args, err := tx.prepare(ctx, query, args, true)
	switch {
	case err != nil:
		return nil, err
	case stmt != nil:
		return stmt.ExecContext(ctx, args...)
	}
	return tx.sql.ExecContext(ctx, query, args...)
}

// Query runs a statement that returns rows. The caller closes them.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.catchUp(); err != nil {
		return nil, err
	}
	rows, err := tx.query(ctx, query, args)
	if err != nil {
		return nil, tx.fail(err)
	}
	return rows, nil
}

func (tx *Tx) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	stmt, args, err := tx.prepare(ctx, query, args, false)
	switch {
	case err != nil:
		return nil, err
	case stmt != nil:
		tx.stmts[query] = nil // it serves these rows now, and running it again would disturb them
		return stmt.QueryContext(ctx, args...)
	}
	return tx.sql.QueryContext(ctx, query, args...)
}

// QueryRow runs a statement that returns at most one row; its Scan gives sql.ErrNoRows where there was none.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	_ = tx.catchUp() // noted as failed: whatever this finds, nothing of the transaction is kept
	var row *sql.Row
	stmt, plain, err := tx.prepare(ctx, query, args, true)
	switch {
	case err != nil:
		row = tx.sql.QueryRowContext(ctx, query, args...) // finds the same error, which Scan returns
	case stmt != nil:
		row = stmt.QueryRowContext(ctx, plain...)
	default:
		row = tx.sql.QueryRowContext(ctx, query, plain...)
	}
	if err := row.Err(); err != nil {
		tx.fail(err)
	}
	return row
}

// fail notes that a statement failed: PostgreSQL keeps nothing of such a transaction, and so SQLite shall not either.
func (tx *Tx) fail(err error) error {
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// prepare gives the arguments as the drivers take them, and a prepared statement for a text that many transactions use or,
// if again is set, that this one has run before; otherwise nil, to run it directly.
func (tx *Tx) prepare(ctx context.Context, query string, args []any, again bool) (*sql.Stmt, []any, error) {
	args, err := plainArgs(args)
	if err != nil || tx.hot == nil {
		return nil, args, err
	}
	stmt, used := tx.stmts[query]
	if stmt != nil || !used && len(tx.stmts) >= maxPrepared {
		return stmt, args, nil
	}
	if tx.stmts == nil {
		tx.stmts = map[string]*sql.Stmt{}
	}
	if hot := tx.hot.get(query); !used && hot != nil {
		stmt = tx.sql.StmtContext(ctx, hot)
	} else if used && again {
		if stmt, err = tx.sql.PrepareContext(ctx, query); err != nil {
			return nil, nil, err
		}
	}
	tx.stmts[query] = stmt
	return stmt, args, nil
}

// plainArgs resolves values that know their stored form, such as IDs, so that both drivers see the same plain types.
func plainArgs(args []any) ([]any, error) {
	plain := make([]any, len(args))
	for i, arg := range args {
		plain[i] = arg
		if valuer, ok := arg.(driver.Valuer); ok {
			v, err := valuer.Value()
			if err != nil {
				return nil, fmt.Errorf("db: argument %d: %w", i+1, err)
			}
			plain[i] = v
		}
	}
	return plain, nil
}
