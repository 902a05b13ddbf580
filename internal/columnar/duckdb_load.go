package columnar

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// duckLoad fills a new file through DuckDB's C interface, which takes whole columns: through the driver, which takes boxed
// values, loading costs three times as much. The instance is its own and ends with the load.
type duckLoad struct {
	path     string
	instance mapping.Database
	conn     mapping.Connection
}

// loadDuckDB makes the file at path with everything that fill appends. On an error the caller removes it.
func loadDuckDB(ctx context.Context, cfg Config, schema Schema, path string, fill func(context.Context, *Loader) (Position, error)) (Position, error) {
	l, err := startLoad(cfg, path)
	if err != nil {
		return Position{}, explainDuckDB(err, path)
	}
	defer l.close()
	for _, statement := range loadStatements(path, schema) {
		if err := l.exec(ctx, statement); err != nil {
			return Position{}, explainDuckDB(err, path)
		}
	}
	to, err := newLoader(schema, func(t Table) (sink, error) { return l.openSink(ctx, t) }).run(ctx, fill)
	if err != nil {
		return Position{}, err // explained where it is DuckDB's
	}
	state := fmt.Sprintf("INSERT INTO %s VALUES (%s, %s, %d, %s, 0)", stateTable, quoteText(schema.Fingerprint()), quoteText(to.Store.String()),
		to.TxNo, quoteText(to.Build.String()))
	err = l.exec(ctx, "CHECKPOINT "+catalog)
	if err == nil {
		err = l.exec(ctx, state) // last: it makes the file complete
	}
	return to, explainDuckDB(err, path)
}

func loadStatements(path string, schema Schema) []string {
	statements := attachStatements(path)
	for _, t := range schema.Tables {
		statements = append(statements, t.ddl("CREATE TABLE"))
	}
	return append(statements, stateDDL)
}

func startLoad(cfg Config, path string) (*duckLoad, error) {
	var config mapping.Config
	if mapping.CreateConfig(&config) == mapping.StateError {
		return nil, errors.New("DuckDB cannot be configured")
	}
	defer mapping.DestroyConfig(&config)
	for name, value := range duckSettings(cfg, path+tempSuffix) {
		if mapping.SetConfig(config, name, value) == mapping.StateError {
			return nil, fmt.Errorf("DuckDB does not take the setting %s = %s", name, value)
		}
	}
	l := &duckLoad{path: path}
	var problem string
	if mapping.OpenExt(":memory:", &l.instance, config, &problem) == mapping.StateError {
		return nil, errors.New(problem)
	}
	if mapping.Connect(l.instance, &l.conn) == mapping.StateError {
		mapping.Close(&l.instance)
		return nil, errors.New("DuckDB takes no connection")
	}
	return l, nil
}

// close also writes what is in the log into the file.
func (l *duckLoad) close() {
	mapping.Disconnect(&l.conn)
	mapping.Close(&l.instance)
}

func (l *duckLoad) exec(ctx context.Context, statement string) error {
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		mapping.Interrupt(l.conn)
		close(interrupted)
	})
	defer func() {
		if !stop() {
			<-interrupted
		}
	}()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var result mapping.Result
	defer mapping.DestroyResult(&result)
	if mapping.Query(l.conn, statement, &result) == mapping.StateError {
		return errors.Join(errors.New(mapping.ResultError(&result)), ctx.Err())
	}
	return nil
}

// quoteText writes a text literal.
func quoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// duckSink appends chunks of columns over a connection of its own.
type duckSink struct {
	ctx      context.Context
	path     string // for messages
	conn     mapping.Connection
	appender mapping.Appender
	chunk    mapping.DataChunk
}

func (l *duckLoad) openSink(ctx context.Context, t Table) (*duckSink, error) {
	s := &duckSink{ctx: ctx, path: l.path}
	if mapping.Connect(l.instance, &s.conn) == mapping.StateError {
		return nil, explainDuckDB(errors.New("DuckDB takes no connection"), l.path)
	}
	if mapping.AppenderCreateExt(s.conn, catalog, "main", t.Name, &s.appender) == mapping.StateError {
		err := errors.New(mapping.AppenderError(s.appender))
		s.destroy()
		return nil, explainDuckDB(err, l.path)
	}
	types := make([]mapping.LogicalType, len(t.Columns))
	for i, c := range t.Columns {
		types[i] = mapping.CreateLogicalType(duckTypes[c.Type])
	}
	s.chunk = mapping.CreateDataChunk(types)
	for i := range types {
		mapping.DestroyLogicalType(&types[i])
	}
	return s, nil
}

// duckTypes are the types of columns, by Type.
var duckTypes = [...]mapping.Type{mapping.TypeSmallInt, mapping.TypeInteger, mapping.TypeBigInt, mapping.TypeDouble,
	mapping.TypeVarchar, mapping.TypeBoolean}

func (s *duckSink) add(rows *Rows) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	size := int(mapping.VectorSize())
	for from := 0; from < rows.n; from += size {
		to := min(from+size, rows.n)
		mapping.DataChunkReset(s.chunk)
		for i := range rows.columns {
			fillVector(mapping.DataChunkGetVector(s.chunk, mapping.IdxT(i)), &rows.columns[i], from, to)
		}
		mapping.DataChunkSetSize(s.chunk, mapping.IdxT(to-from))
		if mapping.AppendDataChunk(s.appender, s.chunk) == mapping.StateError {
			return s.failed()
		}
	}
	return nil
}

// fillVector copies the cells of some rows into a vector.
func fillVector(vector mapping.Vector, c *cells, from, to int) {
	data := mapping.VectorGetData(vector)
	switch c.kind {
	case Small:
		copyInto(data, c.smalls[from:to])
	case Int:
		copyInto(data, c.ints[from:to])
	case Big:
		copyInto(data, c.bigs[from:to])
	case Double:
		copyInto(data, c.doubles[from:to])
	case Bool:
		copyInto(data, c.bools[from:to])
	case Text:
		for i, text := range c.texts[from:to] {
			mapping.VectorAssignStringElementLen(vector, mapping.IdxT(i), []byte(text))
		}
	}
	first, _ := slices.BinarySearch(c.nulls, from)
	end, _ := slices.BinarySearch(c.nulls, to)
	if first == end {
		return
	}
	mapping.VectorEnsureValidityWritable(vector)
	mask := mapping.VectorGetValidity(vector)
	for _, row := range c.nulls[first:end] {
		*(*uint64)(unsafe.Add(mask, (row-from)/64*8)) &^= 1 << ((row - from) % 64)
	}
}

// copyInto writes values into a vector's memory, which has room for as many as a vector takes.
func copyInto[T any](data unsafe.Pointer, values []T) {
	copy(unsafe.Slice((*T)(data), len(values)), values)
}

func (s *duckSink) close() error {
	defer s.destroy()
	if mapping.AppenderClose(s.appender) == mapping.StateError {
		return s.failed()
	}
	return nil
}

func (s *duckSink) failed() error {
	return explainDuckDB(errors.New(mapping.AppenderError(s.appender)), s.path)
}

func (s *duckSink) destroy() {
	mapping.DestroyDataChunk(&s.chunk)
	mapping.AppenderDestroy(&s.appender)
	mapping.Disconnect(&s.conn)
}
