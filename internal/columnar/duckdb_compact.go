package columnar

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// Deleted rows stay in DuckDB's row groups as gaps, and every 2,048 rows with a gap among them are read the slow way. A
// checkpoint only drops groups that have become mostly gaps; what brings the speed back is to write the table again, sorted
// by its key, which also keeps deletes by key to few row groups.

// rewrittenPrefix and the table's name is what a table is called while it is written again.
const rewrittenPrefix = "columnar_new_"

const (
	checkpointTries = 50
	checkpointPause = 100 * time.Millisecond
)

// touched collects what Apply changes in a table while it is written again.
type touched struct {
	table Table
	keys  map[int32]struct{}
	whole bool // all its rows were replaced
}

func (t *touched) add(d Delta) {
	for _, key := range d.Delete[t.table.Name] {
		t.keys[key] = struct{}{}
	}
	column := slices.Index(t.table.columnNames(), t.table.Key)
	for _, row := range d.Insert[t.table.Name] {
		t.keys[row[column].(int32)] = struct{}{}
	}
	if _, replaced := d.Replace[t.table.Name]; replaced {
		t.whole = true
	}
}

// errStopped ends a compaction whose table was replaced meanwhile, so that there is nothing left to compact.
var errStopped = errors.New("compaction stopped")

func (s *duckStore) compact(ctx context.Context, force bool) error {
	s.compacting.Lock()
	defer s.compacting.Unlock()
	file, release, err := s.current()
	if err != nil {
		return nil // not built: nothing to compact
	}
	defer release()
	changed, total, err := file.changes(ctx)
	if err == nil && (force || rewriteDue(changed, total)) {
		err = s.rewriteAll(ctx, file, changed)
	}
	if err == nil {
		err = s.checkpoint(ctx, file)
	}
	if errors.Is(err, errStopped) {
		return nil
	}
	return s.explain(file, err)
}

// changes counts the rows that Apply has changed since the last rewrite, and all rows.
func (f *duckFile) changes(ctx context.Context) (changed, total int64, err error) {
	err = f.db.QueryRowContext(ctx, `SELECT changed_rows, (SELECT CAST(sum(estimated_size) AS BIGINT) FROM duckdb_tables()
		WHERE database_name = $1) FROM `+stateTable, catalog).Scan(&changed, &total)
	return changed, total, err
}

func (s *duckStore) rewriteAll(ctx context.Context, file *duckFile, changed int64) error {
	for _, t := range file.schema.Tables {
		if t.Key == "" {
			continue
		}
		if err := s.rewrite(ctx, file, t); err != nil {
			return fmt.Errorf("rewrite %s: %w", t.Name, err)
		}
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := file.db.ExecContext(ctx, settleState, changed)
	return err
}

// checkpoint moves the log into the file. It takes its turn since DuckDB refuses beside a writer; DuckDB also refuses
// while a query runs that began before a table was dropped, so it is tried for a while, and else left to the next time.
func (s *duckStore) checkpoint(ctx context.Context, file *duckFile) error {
	for range checkpointTries {
		s.writing.Lock()
		_, err := file.db.ExecContext(ctx, "CHECKPOINT "+catalog)
		s.writing.Unlock()
		if e, ok := errors.AsType[*duckdb.Error](err); !ok || e.Type != duckdb.ErrorTypeTransaction {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(checkpointPause):
		}
	}
	return nil
}

// rewrite writes a table again: sorted into a new one, while Apply goes on with the old; then what Apply has touched is
// taken over and the new table gets the old one's name.
func (s *duckStore) rewrite(ctx context.Context, file *duckFile, t Table) error {
	tx, err := s.startRewrite(ctx, file, t)
	if err == nil {
		err = copySorted(ctx, tx, t)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	seen := s.touched
	s.touched = nil
	switch {
	case err != nil:
		return err
	case s.file != file:
		return errStopped
	case seen.whole:
		_, err := file.db.ExecContext(ctx, "DROP TABLE "+rewrittenPrefix+t.Name)
		return errors.Join(err, errStopped)
	}
	return file.takeOver(ctx, t, slices.Sorted(maps.Keys(seen.keys)))
}

// startRewrite begins to collect what Apply touches, and a transaction that sees the table as of that moment.
func (s *duckStore) startRewrite(ctx context.Context, file *duckFile, t Table) (*sql.Tx, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := file.db.ExecContext(ctx, "DROP TABLE IF EXISTS "+rewrittenPrefix+t.Name); err != nil {
		return nil, err
	}
	tx, err := file.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "SELECT 1 FROM "+t.Name+" LIMIT 1"); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	s.touched = &touched{table: t, keys: map[int32]struct{}{}}
	return tx, nil
}

func copySorted(ctx context.Context, tx *sql.Tx, t Table) error {
	_, err := tx.ExecContext(ctx, "CREATE TABLE "+rewrittenPrefix+t.Name+" AS SELECT * FROM "+t.Name+" ORDER BY "+t.Key)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// takeOver replaces a table by its rewritten form after bringing over the rows of the keys that were touched meanwhile.
// These are two transactions: DuckDB 1.5 logs changed rows under the name that a table has at commit, so that a log with
// changes and a renaming in one transaction could not be replayed.
func (f *duckFile) takeOver(ctx context.Context, t Table, keys []int32) error {
	rewritten := rewrittenPrefix + t.Name
	var bringOver []string
	for batch := range slices.Chunk(keys, deleteBatch) {
		where := " WHERE " + t.Key + " IN (" + joinKeys(batch) + ")"
		bringOver = append(bringOver, "DELETE FROM "+rewritten+where, "INSERT INTO "+rewritten+" SELECT * FROM "+t.Name+where)
	}
	if err := f.execTx(ctx, bringOver...); err != nil {
		return err
	}
	return f.execTx(ctx, "DROP TABLE "+t.Name, "ALTER TABLE "+rewritten+" RENAME TO "+t.Name)
}

// execTx runs statements in one transaction.
func (f *duckFile) execTx(ctx context.Context, statements ...string) error {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}
