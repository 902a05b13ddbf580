package columnar

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Position says how far the tables have followed the database that feeds them.
type Position struct {
	Store value.ID // incarnation of that database
	TxNo  int64    // every transaction with a lower number is in the tables
	Build value.ID // the rebuild that made the tables; Rebuild mints it
}

// Config says where the tables live.
type Config struct {
	Dir         string // folder of the DuckDB file; made when missing. Unused with PostgreSQL
	PostgresURL string // "" = DuckDB; postgres://… = the schema "analytics" of that database
	MemoryMiB   int    // most that DuckDB may use before it spills to the disk; 0 = 1024
	Threads     int    // of DuckDB; 0 = as many as the machine has
	Log         *slog.Logger
}

// Store is an open projection. It is safe for concurrent use.
type Store struct {
	engine engine

	mu     sync.Mutex
	schema Schema // of the next rebuild
}

// engine is where tables live.
type engine interface {
	position(ctx context.Context) (Position, bool, error)
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
	rebuild(ctx context.Context, schema Schema, fill func(context.Context, *Loader) (Position, error)) error
	apply(ctx context.Context, to Position, d Delta) error
	compact(ctx context.Context, force bool) error
	close() error
}

// Open opens the projection. One that is missing, damaged or of another schema or engine version is no error: it is
// replaced by an empty one, and Position reports that there is none. When another process has the DuckDB file open, the
// error is fault.Unavailable and names that process.
func Open(ctx context.Context, cfg Config, schema Schema) (*Store, error) {
	if err := schema.check(); err != nil {
		return nil, fmt.Errorf("columnar: check schema: %w", err)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	open := openDuckDB
	if cfg.PostgresURL != "" {
		open = openPostgres
	}
	e, err := open(ctx, cfg, schema)
	if err != nil {
		return nil, fmt.Errorf("columnar: open: %w", err)
	}
	return &Store{engine: e, schema: schema}, nil
}

// Close waits for what is going on and closes the tables. Rows being read stay readable until they are closed.
func (s *Store) Close() error {
	if err := s.engine.close(); err != nil {
		return fmt.Errorf("columnar: close: %w", err)
	}
	return nil
}

// Position reports how far the tables have followed, and false when they must be rebuilt first.
func (s *Store) Position(ctx context.Context) (Position, bool, error) {
	p, ok, err := s.engine.position(ctx)
	if err != nil {
		return Position{}, false, fmt.Errorf("columnar: read position: %w", err)
	}
	return p, ok, nil
}

// Query runs one SELECT with $1 placeholders. Tables that are not built yet are fault.Unavailable, not empty. A sum of
// integers needs a CAST to BIGINT around it: else DuckDB makes it wider than a Go integer, and PostgreSQL a NUMERIC.
func (s *Store) Query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	rows, err := s.engine.query(ctx, text, args)
	if err != nil {
		return nil, fmt.Errorf("columnar: query: %w", err)
	}
	return rows, nil
}

// Reshape sets the schema of the rebuilds from now on. Until one has ended well, the present tables stay as they are, and
// what Apply changes in them goes by their own schema.
func (s *Store) Reshape(schema Schema) error {
	if err := schema.check(); err != nil {
		return fmt.Errorf("columnar: check schema: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.schema = schema
	return nil
}

// Rebuild fills all tables anew and then puts them in the place of the old ones, which answer queries until that moment
// and stay when fill fails or the process dies. fill returns the position that the rows stand for.
func (s *Store) Rebuild(ctx context.Context, fill func(context.Context, *Loader) (Position, error)) error {
	s.mu.Lock()
	schema := s.schema
	s.mu.Unlock()
	if err := s.engine.rebuild(ctx, schema, fill); err != nil {
		return fmt.Errorf("columnar: rebuild: %w", err)
	}
	return nil
}

// Apply changes the tables and moves the position in one transaction. Its position must be one of the same database and
// not before the present one; the error is Conflict if it is not, or if the tables are not at d.From.
func (s *Store) Apply(ctx context.Context, to Position, d Delta) error {
	if err := s.engine.apply(ctx, to, d); err != nil {
		return fmt.Errorf("columnar: apply: %w", err)
	}
	return nil
}

// Compact restores the speed of queries after many calls of Apply. It does little when little has changed, so call it
// every minute or so. Queries and Apply go on meanwhile.
func (s *Store) Compact(ctx context.Context) error {
	if err := s.engine.compact(ctx, false); err != nil {
		return fmt.Errorf("columnar: compact: %w", err)
	}
	return nil
}

const (
	rewriteShare   = 0.04   // of all rows, changed by Apply since the last time
	rewriteMinimum = 20_000 // rows; below, a scan takes no time anyway
)

// rewriteDue reports whether so many rows have changed that it is worth the work of compacting the tables.
func rewriteDue(changed, total int64) bool {
	return changed >= rewriteMinimum && float64(changed) >= rewriteShare*float64(total)
}

var errNotBuilt = fault.New(fault.Unavailable, "the analytical tables are being built: try again in a moment")

// checkMove refuses a position that does not follow the present one, and a delta that was made at another.
func checkMove(from, to Position, d Delta) error {
	if d.From != (Position{}) && d.From != from {
		return fault.New(fault.Conflict, "the tables were changed or rebuilt by somebody else since transaction %d", d.From.TxNo)
	}
	if from.Store != to.Store {
		return fault.New(fault.Conflict, "the tables follow database %s, not %s: rebuild them", from.Store, to.Store)
	}
	if to.TxNo < from.TxNo {
		return fault.New(fault.Conflict, "the tables are at transaction %d already, beyond %d", from.TxNo, to.TxNo)
	}
	return nil
}
