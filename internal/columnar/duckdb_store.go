package columnar

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
)

// duckStore keeps the tables in a DuckDB file. A rebuild makes the next file beside it and then changes over.
type duckStore struct {
	cfg     Config
	release func() // the folder

	compacting sync.Mutex     // held by the one who compacts; taken before writing
	writing    sync.Mutex     // held by the one who changes tables; taken before mu
	touched    *touched       // guarded by writing; nil unless a table is being rewritten
	retiring   sync.WaitGroup // files that a rebuild replaced, until they are removed

	mu      sync.Mutex // guards what follows
	file    *duckFile
	follows Position
	ok      bool // follows is set, and the file is sound and open
	closed  bool
}

func openDuckDB(ctx context.Context, cfg Config, schema Schema) (engine, error) {
	release, err := claimDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &duckStore{cfg: cfg, release: sync.OnceFunc(release)}
	if s.file, err = openNewest(ctx, cfg, schema); err != nil {
		s.release()
		return nil, err
	}
	if s.follows, s.ok, err = s.file.position(ctx); err != nil {
		return nil, errors.Join(explainDuckDB(err, s.file.path), s.close())
	}
	return s, nil
}

func (s *duckStore) close() error {
	s.writing.Lock()
	s.mu.Lock()
	s.ok, s.closed = false, true
	s.mu.Unlock()
	s.writing.Unlock()
	s.retiring.Wait()
	defer s.release()
	return s.file.close()
}

func (s *duckStore) position(context.Context) (Position, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.follows, s.ok, nil
}

var errClosed = errors.New("the store is closed")

// current is the file that answers queries; release must be called when the query has started.
func (s *duckStore) current() (file *duckFile, release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, nil, errClosed
	case !s.ok:
		return nil, nil, errNotBuilt
	}
	file = s.file
	file.users.Add(1)
	return file, file.users.Done, nil
}

func (s *duckStore) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	file, release, err := s.current()
	if err != nil {
		return nil, err
	}
	defer release()
	rows, err := file.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, s.explain(file, err)
	}
	return rows, nil
}

// explain also notices that a file is damaged; Position then asks for a rebuild.
func (s *duckStore) explain(file *duckFile, err error) error {
	if err != nil && isDamage(err) {
		s.mu.Lock()
		if s.file == file && s.ok {
			s.ok = false
			s.cfg.Log.Error("the analytical tables are damaged and must be rebuilt", "file", file.path, "error", err)
		}
		s.mu.Unlock()
	}
	return explainDuckDB(err, file.path)
}

func (s *duckStore) rebuild(ctx context.Context, schema Schema, fill func(context.Context, *Loader) (Position, error)) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return errClosed
	}
	path, err := pathAfter(s.cfg, s.file.path)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx) // ends what appenders that fill forgot are doing
	defer cancel()
	to, err := loadDuckDB(ctx, s.cfg, schema, path, fill)
	if err != nil {
		return errors.Join(err, removeDuckDB(path))
	}
	next, err := attachDuckDB(ctx, s.cfg, schema, path)
	if err != nil {
		return errors.Join(explainDuckDB(err, path), removeDuckDB(path))
	}
	s.changeOver(next, to)
	return nil
}

// changeOver lets next answer queries from now on, and removes the old file when nobody uses it any more.
func (s *duckStore) changeOver(next *duckFile, to Position) {
	s.mu.Lock()
	old := s.file
	s.file, s.follows, s.ok = next, to, true
	s.mu.Unlock()
	s.retiring.Go(func() {
		if err := errors.Join(old.close(), old.remove()); err != nil {
			s.cfg.Log.Warn("cannot remove the replaced analytical tables; the next start tries again", "file", old.path, "error", err)
		}
	})
}

func (s *duckStore) apply(ctx context.Context, to Position, d Delta) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	from, ok, _ := s.position(ctx)
	if !ok {
		return errNotBuilt
	}
	if err := errors.Join(checkMove(from, to, d), d.check(s.file.schema)); err != nil {
		return err
	}
	if err := s.file.apply(ctx, to, d); err != nil {
		return s.explain(s.file, err)
	}
	if s.touched != nil {
		s.touched.add(d)
	}
	s.mu.Lock()
	s.follows.TxNo = to.TxNo
	s.mu.Unlock()
	return nil
}

// apply writes a delta in one transaction.
func (f *duckFile) apply(ctx context.Context, to Position, d Delta) error {
	conn, err := f.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, statement := range d.deletes(f.schema) {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	err = d.inserts(f.schema, func(t Table, rows [][]any) error { return insertRows(ctx, conn, t, rows) })
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, advanceState, to.TxNo, d.size()); err != nil {
		return err
	}
	return tx.Commit()
}

// insertRows appends rows within the transaction that conn is in.
func insertRows(ctx context.Context, conn *sql.Conn, t Table, rows [][]any) error {
	appender, err := openAppender(conn, t)
	if err != nil {
		return err
	}
	encoded := make([]driver.Value, len(t.Columns))
	for _, row := range rows {
		if err = t.encode(encoded, row); err == nil {
			err = appender.AppendRow(encoded...)
		}
		if err != nil {
			break
		}
	}
	return errors.Join(err, appender.CloseWithCancel(ctx))
}
