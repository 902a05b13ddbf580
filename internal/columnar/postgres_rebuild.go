package columnar

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zveno.dev/zveno/internal/fault"
)

// rebuild fills newSchema, over connections of its own, and renames it to liveSchema at the end.
func (s *postgresStore) rebuild(ctx context.Context, schema Schema, fill func(context.Context, *Loader) (Position, error)) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	conn, err := pgx.ConnectConfig(ctx, s.address)
	if err != nil {
		return s.explain(err)
	}
	defer conn.Close(context.Background())
	var locked bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lockRebuild).Scan(&locked); err != nil {
		return s.explain(err)
	}
	if !locked {
		return fault.New(fault.Unavailable, "another process is rebuilding the analytical tables of the %s: wait until it is done", s.place)
	}
	// Closing the connection would release the lock too, but only once the server has noticed.
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lockRebuild)
	if err := s.fillNew(ctx, conn, schema, fill); err != nil { // explained where it is this database's
		s.drop(context.WithoutCancel(ctx), conn, newSchema)
		return err
	}
	return s.explain(s.changeOver(ctx, conn, schema))
}

func (s *postgresStore) fillNew(ctx context.Context, conn *pgx.Conn, schema Schema, fill func(context.Context, *Loader) (Position, error)) error {
	ddl := []string{dropSchema(newSchema), "CREATE SCHEMA " + newSchema, "SET search_path = " + newSchema}
	for _, t := range schema.Tables {
		ddl = append(ddl, t.ddl("CREATE UNLOGGED TABLE"))
	}
	if err := execAll(ctx, conn, append(ddl, "CREATE UNLOGGED"+stateDDL[len("CREATE"):])); err != nil {
		return s.explain(err)
	}
	to, err := newLoader(schema, func(t Table) (sink, error) { return s.openSink(ctx, t) }).run(ctx, fill)
	if err != nil {
		return err
	}
	err = execAll(ctx, conn, finishing(schema))
	if err == nil {
		_, err = conn.Exec(ctx, insertState, schema.Fingerprint(), to.Store.String(), to.TxNo, to.Build.String())
	}
	return s.explain(err)
}

// finishing are the statements that make full tables fast: indexes, and what the planner must know.
func finishing(schema Schema) []string {
	var statements []string
	for _, t := range schema.Tables {
		columns := t.Indexes
		if t.Key != "" {
			columns = append([]string{t.Key}, columns...)
		}
		for _, c := range columns {
			statements = append(statements, "CREATE INDEX ON "+t.Name+" ("+c+")")
		}
		statements = append(statements, "VACUUM (ANALYZE) "+t.Name)
	}
	return statements
}

// changeOver renames the schemas, then drops the old tables, waiting for the queries that still read them.
func (s *postgresStore) changeOver(ctx context.Context, conn *pgx.Conn, schema Schema) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockChange); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, dropSchema(oldSchema)+"; CREATE SCHEMA IF NOT EXISTS "+liveSchema+
			"; ALTER SCHEMA "+liveSchema+" RENAME TO "+oldSchema+"; ALTER SCHEMA "+newSchema+" RENAME TO "+liveSchema)
		return err
	})
	if err != nil {
		return err
	}
	s.schema.Store(&schema)
	s.drop(ctx, conn, oldSchema)
	return nil
}

// drop drops a schema that no query needs any more. The next rebuild does it if this fails, as after a lost connection.
func (s *postgresStore) drop(ctx context.Context, conn *pgx.Conn, schema string) {
	if _, err := conn.Exec(ctx, dropSchema(schema)); err != nil {
		s.cfg.Log.Warn("cannot drop analytical tables now; the next rebuild does", "schema", schema, "error", err)
	}
}

func dropSchema(name string) string { return "DROP SCHEMA IF EXISTS " + name + " CASCADE" }

func execAll(ctx context.Context, conn *pgx.Conn, statements []string) error {
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}

// copySink appends rows by COPY over a connection of its own.
type copySink struct {
	ctx     context.Context
	conn    *pgx.Conn
	buffer  *copyBuffer
	explain func(error) error
}

func (s *postgresStore) openSink(ctx context.Context, t Table) (*copySink, error) {
	conn, err := pgx.ConnectConfig(ctx, s.address)
	if err != nil {
		return nil, s.explain(err)
	}
	return &copySink{ctx: ctx, conn: conn, explain: s.explain, buffer: newCopyBuffer(t)}, nil
}

// copyBatch is how many rows one COPY takes: a few megabytes.
const copyBatch = 16_384

func (s *copySink) add(rows *Rows) error {
	values, err := rows.Values()
	if err != nil {
		return err
	}
	for _, row := range values {
		s.buffer.values = append(s.buffer.values, row...)
	}
	if s.buffer.len() < copyBatch {
		return nil
	}
	return s.explain(s.buffer.write(s.ctx, s.conn, newSchema))
}

func (s *copySink) close() error {
	defer s.conn.Close(context.Background())
	return s.explain(s.buffer.write(s.ctx, s.conn, newSchema))
}

// copyBuffer collects rows of one table. It is also the pgx.CopyFromSource that hands them over.
type copyBuffer struct {
	table  Table
	row    []driver.Value // of the caller's use
	values []any          // row after row
	next   int            // first value of the row that Values gives next
}

func newCopyBuffer(t Table) *copyBuffer {
	return &copyBuffer{table: t, row: make([]driver.Value, len(t.Columns))}
}

func (b *copyBuffer) add(row []driver.Value) {
	for _, v := range row {
		b.values = append(b.values, v)
	}
}

func (b *copyBuffer) len() int { return len(b.values) / len(b.row) }

// write copies the collected rows into the table and forgets them.
func (b *copyBuffer) write(ctx context.Context, conn *pgx.Conn, schema string) error {
	if len(b.values) == 0 {
		return nil
	}
	_, err := conn.CopyFrom(ctx, pgx.Identifier{schema, b.table.Name}, b.table.columnNames(), b)
	clear(b.values)
	b.values, b.next = b.values[:0], 0
	return err
}

// Next is part of pgx.CopyFromSource.
func (b *copyBuffer) Next() bool { return b.next < len(b.values) }

// Values is part of pgx.CopyFromSource.
func (b *copyBuffer) Values() ([]any, error) {
	b.next += len(b.row)
	return b.values[b.next-len(b.row) : b.next], nil
}

// Err is part of pgx.CopyFromSource.
func (b *copyBuffer) Err() error { return nil }
