package db_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
)

// empty runs fn on a database without tables, once per engine.
func empty(t *testing.T, fn func(t *testing.T, cfg db.Config)) {
	t.Run(db.SQLite, func(t *testing.T) {
		fn(t, db.Config{Dir: filepath.Join(t.TempDir(), "a folder, 100% new?"), Log: dbtest.Log(t)})
	})
	t.Run(db.Postgres, func(t *testing.T) { fn(t, dbtest.EmptyPostgresConfig(t)) })
}

func TestSeveralProcessesMayMigrate(t *testing.T) {
	empty(t, func(t *testing.T, cfg db.Config) {
		const processes = 4
		var handles []*db.DB
		for range processes {
			handles = append(handles, dbtest.Open(t, cfg))
		}
		if current, known, err := handles[0].SchemaVersion(t.Context()); current != 0 || known == 0 || err != nil {
			t.Errorf("schema version %d of %d, error %v", current, known, err)
		}
		var all sync.WaitGroup
		var total, busy atomic.Int64
		for _, d := range handles {
			all.Go(func() {
				applied, err := d.Migrate(t.Context())
				if err != nil {
					t.Error(err)
				}
				total.Add(int64(applied))
				if applied > 0 {
					busy.Add(1)
				}
			})
		}
		all.Wait()
		current, known, err := handles[0].SchemaVersion(t.Context())
		if current != known || total.Load() != known || busy.Load() != 1 || err != nil {
			t.Errorf("schema version %d of %d, %d migrations by %d processes, error %v", current, known, total.Load(), busy.Load(), err)
		}
		if first, second := incarnation(t, handles[0]), incarnation(t, handles[1]); first != second || first.IsZero() {
			t.Errorf("incarnations %v and %v", first, second)
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d := dbtest.Open(t, cfg)
		write(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, $1)`, true)
			return err
		})
		_, err := db.Open(t.Context(), cfg)
		expectFault(t, err, fault.Invalid, "newer Zveno", "99999")
	})
}

// TestOffsetFollowsAForeignDump is what happens when PostgreSQL's own tools move the tables to a server that has counted
// fewer transactions.
func TestOffsetFollowsAForeignDump(t *testing.T) {
	cfg := dbtest.PostgresConfig(t)
	d := dbtest.Open(t, cfg)
	const far = 1 << 40
	write(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO db_txs (tx_no, at, actor_name, source, reason) VALUES ($1, 0, '', '', '')`, int64(far))
		return err
	})
	before := incarnation(t, d)
	again := dbtest.Open(t, cfg)
	var numbers []int64
	for _, handle := range []*db.DB{again, d} {
		write(t, handle, func(tx *db.Tx) error { numbers = append(numbers, tx.No); return nil })
	}
	if numbers[0] <= far || numbers[1] <= numbers[0] || numbers[1] > far+100 {
		t.Errorf("transactions are numbered %v, want them above %d", numbers, int64(far))
	}
	if incarnation(t, d) == before {
		t.Error("the history was replaced, but its incarnation stayed")
	}
	after := incarnation(t, d)
	dbtest.Open(t, cfg)
	if incarnation(t, d) != after {
		t.Error("opening again changed the incarnation")
	}
}

func openForeign(t *testing.T, file string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}
