package columnar

import (
	"context"
	"fmt"
	"sync"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Loader fills the tables of a rebuild. Its appenders may be used at the same time, each by one goroutine; several may
// fill the same table.
type Loader struct {
	schema Schema
	open   func(Table) (sink, error)

	mu    sync.Mutex
	sinks map[*Appender]sink // not closed yet
}

// sink takes rows in bulk into one table over a connection of its own.
type sink interface {
	add(rows *Rows) error // keeps nothing of rows
	close() error
}

// loadBatch is how many rows an appender collects before it hands them on: as many as a DuckDB vector takes.
const loadBatch = 2048

// Appender adds rows to one table. They are made with the methods of Rows, and written by Flush and Close.
type Appender struct {
	Rows
	loader *Loader
	sink   sink
}

func newLoader(schema Schema, open func(Table) (sink, error)) *Loader {
	return &Loader{schema: schema, open: open, sinks: map[*Appender]sink{}}
}

// Appender opens an appender of a table. A rebuild that ends with an appender not closed has failed.
func (l *Loader) Appender(table string) (*Appender, error) {
	t, err := l.schema.table(table)
	if err != nil {
		return nil, fmt.Errorf("columnar: open appender: %w", err)
	}
	sink, err := l.open(t)
	if err != nil {
		return nil, fmt.Errorf("columnar: open appender of %s: %w", table, err)
	}
	a := &Appender{Rows: *NewRows(t), loader: l, sink: sink}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sinks[a] = sink
	return a, nil
}

// run calls fill and closes whatever appender it left open.
func (l *Loader) run(ctx context.Context, fill func(context.Context, *Loader) (Position, error)) (Position, error) {
	to, err := fill(ctx, l)
	for a, sink := range l.sinks {
		sink.close() // what it may have failed to write is thrown away
		if err == nil {
			err = fmt.Errorf("an appender of %s was not closed", a.table.Name)
		}
	}
	if err == nil && to.Store.IsZero() {
		err = fault.New(fault.Internal, "the position does not say which database it is of")
	}
	to.Build = value.NewID()
	return to, err
}

// Append adds a row: one value for each column, of the Go type that goes with the column's type, or nil. row may be used
// again afterwards.
func (a *Appender) Append(row []any) error {
	if err := a.Rows.add(row); err != nil {
		return fmt.Errorf("columnar: append: %w", err)
	}
	return a.Flush()
}

// Flush writes the collected rows if they are many enough to be worth it. Call it after a few rows.
func (a *Appender) Flush() error {
	if a.n < loadBatch && a.err == nil {
		return nil
	}
	return a.write()
}

func (a *Appender) write() error {
	err := a.err
	if err == nil && a.n > 0 {
		err = a.sink.add(&a.Rows)
	}
	a.Reset()
	if err != nil {
		return fmt.Errorf("columnar: append to %s: %w", a.table.Name, err)
	}
	return nil
}

// Close writes what is left and closes the appender. Closing it again does nothing.
func (a *Appender) Close() error {
	a.loader.mu.Lock()
	_, open := a.loader.sinks[a]
	delete(a.loader.sinks, a)
	a.loader.mu.Unlock()
	if !open {
		return nil
	}
	err := a.write()
	if closing := a.sink.close(); closing != nil && err == nil {
		err = fmt.Errorf("columnar: close appender of %s: %w", a.table.Name, closing)
	}
	return err
}
