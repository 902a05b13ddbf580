package db

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// Loading many rows into a table costs SQLite most of its time in the table's indexes: each row lands on another page of
// each of them. Made anew afterwards, they cost a fraction. What is set aside stands in db_waiting_indexes, so that
// nothing is missing for good when the loading process is killed: the next Migrate makes it.

// While indexes are made, little memory sorts them faster than much, since it stays in the processor's caches, and a
// second thread sorts while the first one reads.
const (
	sortingCacheKiB = 1024
	sortingThreads  = 1
)

// bulkCheckpointPages is after how many pages of the write-ahead log SQLite copies them into the database during a bulk
// load: 64 MiB, so that a page that many transactions change is copied once.
const bulkCheckpointPages = 16384

// Bulk is a load of many rows under way.
type Bulk struct {
	db      *DB
	lock    *os.File
	started bool
	filled  []string // tables that PostgreSQL should count
}

// NewBulk prepares a load of many rows. Nothing changes until SetIndexesAside is called.
func (d *DB) NewBulk() *Bulk { return &Bulk{db: d} }

// SetIndexesAside drops the indexes of a table, other than those of its keys, until Finish. It does nothing with
// PostgreSQL, where it would block whoever reads the table, and while another process loads.
func (b *Bulk) SetIndexesAside(ctx context.Context, table string) error {
	if b.db.dialect.Name != SQLite {
		return nil
	}
	if !b.started && !b.start(ctx) {
		return nil
	}
	err := b.db.Write(ctx, TxInfo{}, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO db_waiting_indexes (name, statement) SELECT name, sql FROM sqlite_master
			WHERE type = 'index' AND tbl_name = $1 AND sql LIKE 'CREATE INDEX %' ON CONFLICT (name) DO NOTHING`, table)
		if err != nil {
			return err
		}
		names, err := tx.waitingIndexes(ctx)
		if err != nil {
			return err
		}
		for name := range names {
			if _, err := tx.Exec(ctx, `DROP INDEX IF EXISTS `+name); err != nil { // sql: an index of the schema
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("db: set indexes of %s aside: %w", table, err)
	}
	return nil
}

// Filled notes tables that got many rows. PostgreSQL counts them at Finish: until then it plans as if they were empty, and
// it would come to it by itself only a minute later.
func (b *Bulk) Filled(tables ...string) {
	if b.db.dialect.Name == Postgres {
		b.filled = append(b.filled, tables...)
	}
}

// start makes the writer's connection copy its log less often, unless another process loads.
func (b *Bulk) start(ctx context.Context) bool {
	if b.lock = b.db.lockBulk(); b.lock == nil {
		return false
	}
	b.started = true
	b.db.tune(ctx, "wal_autocheckpoint", bulkCheckpointPages)
	return true
}

// Finish makes the indexes that were set aside. Without it, the next Migrate does.
func (b *Bulk) Finish(ctx context.Context) error {
	if err := b.count(ctx); err != nil {
		return err
	}
	if !b.started {
		return nil
	}
	b.db.tune(ctx, "cache_size", -sortingCacheKiB)
	b.db.tune(ctx, "threads", sortingThreads)
	defer b.db.tune(context.WithoutCancel(ctx), "cache_size", -sqliteCacheKiB)
	return b.db.makeWaitingIndexes(ctx)
}

// count lets PostgreSQL count the tables that were filled.
func (b *Bulk) count(ctx context.Context) error {
	if len(b.filled) == 0 {
		return nil
	}
	err := b.db.Write(ctx, TxInfo{}, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `ANALYZE `+strings.Join(b.filled, ", ")) // sql: tables of the schema
		return err
	})
	if err != nil {
		return fmt.Errorf("db: count %s: %w", strings.Join(b.filled, ", "), err)
	}
	b.filled = nil
	return nil
}

// Close ends the load, whether it was finished or not.
func (b *Bulk) Close() {
	if !b.started {
		return
	}
	b.started = false
	b.db.tune(context.Background(), "wal_autocheckpoint", sqliteCheckpointPages)
	b.lock.Close() // also unlocks
}

// lockBulk marks this process as the one that loads; nil when another one does.
func (d *DB) lockBulk() *os.File {
	f, err := os.OpenFile(d.file+"-bulk", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil
	}
	if !lockFile(f, false) {
		f.Close()
		return nil
	}
	return f
}

// recoverIndexes makes the indexes that a load left behind when it was killed. While one is under way, they are its own.
func (d *DB) recoverIndexes(ctx context.Context) error {
	if d.dialect.Name == SQLite {
		lock := d.lockBulk()
		if lock == nil {
			return nil
		}
		defer lock.Close()
	}
	return d.makeWaitingIndexes(ctx)
}

// makeWaitingIndexes makes the indexes that were set aside, one in each transaction.
func (d *DB) makeWaitingIndexes(ctx context.Context) error {
	var waiting map[string]string
	err := d.Read(ctx, func(tx *Tx) (err error) {
		waiting, err = tx.waitingIndexes(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("db: list waiting indexes: %w", err)
	}
	for name, statement := range waiting {
		err := d.Write(ctx, TxInfo{}, func(tx *Tx) error {
			// sql: the text of an index of the schema
			if _, err := tx.Exec(ctx, strings.Replace(statement, "CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `DELETE FROM db_waiting_indexes WHERE name = $1`, name)
			return err
		})
		if err != nil {
			return fmt.Errorf("db: make index %s: %w", name, err)
		}
	}
	return nil
}

// waitingIndexes gives the statements that make the indexes which were set aside, by name.
func (tx *Tx) waitingIndexes(ctx context.Context) (map[string]string, error) {
	rows, err := tx.Query(ctx, `SELECT name, statement FROM db_waiting_indexes`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	waiting := map[string]string{}
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, err
		}
		waiting[name] = statement
	}
	return waiting, rows.Err()
}
