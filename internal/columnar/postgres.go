package columnar

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"zveno.dev/zveno/internal/fault"
)

// The PostgreSQL schemas. Renaming a schema locks none of its tables, so a rebuild changes over without waiting for queries.
const (
	liveSchema = "analytics"     // answers queries
	newSchema  = "analytics_new" // being filled
	oldSchema  = "analytics_old" // replaced, about to be dropped
)

// Advisory locks: several processes may share one database.
const (
	lockRebuild int64 = 0x7a76656e6f_01 // held by the process that fills newSchema
	lockChange  int64 = 0x7a76656e6f_02 // held by the transaction that changes liveSchema
)

// postgresStore keeps the tables in a schema of a PostgreSQL database. They are not logged: a server that crashed comes
// back with all of them empty, the state row included, so they ask to be rebuilt. Nothing is remembered here, since other
// processes may rebuild or change the tables too.
type postgresStore struct {
	cfg     Config
	address *pgx.ConnConfig
	place   string                 // for messages
	schema  atomic.Pointer[Schema] // that the live tables must have
	reader  *sql.DB                // in read-only transactions

	writing sync.Mutex // held by the one who changes tables; guards writer
	writer  *pgx.Conn  // nil until needed
}

func openPostgres(ctx context.Context, cfg Config, schema Schema) (engine, error) {
	address, err := pgx.ParseConfig(cfg.PostgresURL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the address of the analytical database is wrong, expected postgres://user:password@host:5432/database: %w", err)
	}
	if address.ConnectTimeout == 0 {
		address.ConnectTimeout = 10 * time.Second
	}
	if address.RuntimeParams["application_name"] == "" {
		address.RuntimeParams["application_name"] = "zveno analytics"
	}
	address.RuntimeParams["search_path"] = liveSchema
	reading := address.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	s := &postgresStore{cfg: cfg, address: address, reader: stdlib.OpenDB(*reading)}
	s.schema.Store(&schema)
	s.place = "PostgreSQL database " + address.Database + " at " + net.JoinHostPort(address.Host, strconv.Itoa(int(address.Port)))
	s.reader.SetMaxIdleConns(4)
	s.reader.SetConnMaxIdleTime(5 * time.Minute)
	if err := s.reader.PingContext(ctx); err != nil {
		return nil, errors.Join(s.explain(err), s.close())
	}
	return s, nil
}

func (s *postgresStore) close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	err := s.reader.Close()
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close(context.Background()))
	}
	return err
}

func (s *postgresStore) position(ctx context.Context) (Position, bool, error) {
	p, ok, err := s.readPosition(ctx)
	return p, ok, s.explain(err)
}

func (s *postgresStore) readPosition(ctx context.Context) (Position, bool, error) {
	p, ok, err := readState(ctx, s.reader, s.schema.Load().Fingerprint())
	if e, is := errors.AsType[*pgconn.PgError](err); is && e.Code == "42P01" {
		return Position{}, false, nil // there is no such table
	}
	return p, ok, err
}

// query looks at the state row each time: without it, tables emptied by a crash would answer with zeros.
func (s *postgresStore) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	_, ok, err := s.position(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNotBuilt
	}
	rows, err := s.reader.QueryContext(ctx, text, args...)
	return rows, s.explain(err)
}

// write runs fn on the writing connection, and once more on a new one when the old turns out to be lost: to apply the same
// change twice does no harm.
func (s *postgresStore) write(ctx context.Context, fn func(*pgx.Conn) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.writer != nil && !s.writer.IsClosed() {
		if err := fn(s.writer); !s.writer.IsClosed() || ctx.Err() != nil {
			return s.explain(err)
		}
	}
	var err error
	if s.writer, err = pgx.ConnectConfig(ctx, s.address); err != nil {
		s.writer = nil
		return s.explain(err)
	}
	return s.explain(fn(s.writer))
}

func (s *postgresStore) apply(ctx context.Context, to Position, d Delta) error {
	return s.write(ctx, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return s.applyIn(ctx, tx, to, d) })
	})
}

func (s *postgresStore) applyIn(ctx context.Context, tx pgx.Tx, to Position, d Delta) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockChange); err != nil {
		return err
	}
	from, ok, err := s.readPosition(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return errNotBuilt
	}
	schema := *s.schema.Load()
	if err := errors.Join(checkMove(from, to, d), d.check(schema)); err != nil {
		return err
	}
	for _, statement := range d.deletes(schema) {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	err = d.inserts(schema, func(t Table, rows [][]any) error {
		buffer := newCopyBuffer(t)
		for _, row := range rows {
			if err := t.encode(buffer.row, row); err != nil {
				return err
			}
			buffer.add(buffer.row)
		}
		return buffer.write(ctx, tx.Conn(), liveSchema)
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, advanceState, to.TxNo, d.size())
	return err
}

// compact makes the room of deleted rows free and tells the planner what has changed, sooner than autovacuum would.
func (s *postgresStore) compact(ctx context.Context, force bool) error {
	if _, ok, err := s.position(ctx); err != nil || !ok {
		return err
	}
	var changed, total int64
	err := s.reader.QueryRowContext(ctx, `SELECT changed_rows, (SELECT CAST(coalesce(sum(reltuples), 0) AS BIGINT) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = to_regnamespace($1)) FROM `+stateTable, liveSchema).Scan(&changed, &total)
	if err != nil || !force && !rewriteDue(changed, total) {
		return s.explain(err)
	}
	conn, err := pgx.ConnectConfig(ctx, s.address)
	if err != nil {
		return s.explain(err)
	}
	defer conn.Close(context.Background())
	for _, t := range s.schema.Load().Tables {
		if _, err := conn.Exec(ctx, "VACUUM (ANALYZE) "+t.Name); err != nil {
			return s.explain(err)
		}
	}
	_, err = conn.Exec(ctx, settleState, changed)
	return s.explain(err)
}

// explain gives PostgreSQL's errors the kind and the words that a user can act on.
func (s *postgresStore) explain(err error) error {
	if err == nil {
		return nil
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, broken := errors.AsType[*net.OpError](err)
	if refused || broken || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Unavailable, "the %s cannot be reached: %w", s.place, err)
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok:
		return err
	case e.Code == "42501":
		return fault.New(fault.Unavailable, "the %s lets this user not keep analytical tables: GRANT CREATE ON DATABASE %s TO the user, or make it own the schema %s (%w)",
			s.place, s.address.Database, liveSchema, err)
	case e.Code == "53100":
		return fault.New(fault.Unavailable, "the disk of the %s is full: free some space and try again (%w)", s.place, err)
	case e.Code[:2] == "53" || e.Code[:2] == "57" && e.Code != "57014":
		return fault.New(fault.Unavailable, "the %s is busy or shutting down: try again (%w)", s.place, err)
	}
	return fmt.Errorf("%s: %w", s.place, err)
}
