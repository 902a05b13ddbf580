package db_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// BenchmarkDurableWrites has 8 writers change one record each time, with a new version and a change, on the real disk.
func BenchmarkDurableWrites(b *testing.B) {
	b.Run(db.SQLite, func(b *testing.B) { benchmarkWrites(b, dbtest.SQLite(b)) })
	b.Run(db.Postgres, func(b *testing.B) {
		d := dbtest.Open(b, db.Config{URL: dbtest.NewCluster(b).URL("postgres")})
		if _, err := d.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		benchmarkWrites(b, d)
	})
}

func benchmarkWrites(b *testing.B, d *db.DB) {
	const writers, records = 8, 1000
	ids := make([]value.ID, records)
	err := d.Write(b.Context(), db.TxInfo{}, func(tx *db.Tx) error {
		for _, table := range []string{
			`CREATE TABLE thing (id UUID NOT NULL PRIMARY KEY, version BIGINT, name TEXT)`,
			`CREATE TABLE thing_versions (id UUID NOT NULL, no BIGINT, name TEXT, tx_no BIGINT, PRIMARY KEY (id, no))`,
		} {
			if _, err := tx.Exec(b.Context(), table); err != nil {
				return err
			}
		}
		for i := range ids {
			ids[i] = value.NewID()
			if _, err := tx.Exec(b.Context(), `INSERT INTO thing VALUES ($1, 0, '')`, ids[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			for i := w; i < b.N; i += writers {
				start := time.Now()
				if err := moveThing(b.Context(), d, ids[i%records]); err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(start))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func moveThing(ctx context.Context, d *db.DB, id value.ID) error {
	return d.Write(ctx, db.TxInfo{Source: "user"}, func(tx *db.Tx) error {
		var version int64
		if err := tx.QueryRow(ctx, `SELECT version FROM thing WHERE id = $1 `+tx.Dialect().ForUpdate, id).Scan(&version); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE thing SET version = $1, name = 'moved' WHERE id = $2`, version+1, id); err != nil {
			return err
		}
		tx.Changed("thing", id)
		_, err := tx.Exec(ctx, `INSERT INTO thing_versions (id, no, name, tx_no) VALUES ($1, $2, 'moved', $3)`, id, version+1, tx.No)
		return err
	})
}

// BenchmarkBulkInsert inserts rows of 20 columns in transactions of 5,000.
func BenchmarkBulkInsert(b *testing.B) {
	b.Run(db.SQLite, func(b *testing.B) { benchmarkBulk(b, dbtest.SQLite(b)) })
	b.Run(db.Postgres, func(b *testing.B) { benchmarkBulk(b, dbtest.Postgres(b)) })
}

func benchmarkBulk(b *testing.B, d *db.DB) {
	insertVersions(b, d)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// insertVersions writes b.N rows in transactions of 5,000.
func insertVersions(b *testing.B, d *db.DB) {
	const size = 5000
	columns := []string{"id", "no", "valid_from", "valid_to", "recorded_from", "recorded_to", "tx_no", "author_id", "derived", "deleted",
		"name", "account_id", "owner_id", "stage_id", "amount_minor", "currency", "probability", "close_day"}
	owner := value.NewID()
	for done := 0; done < b.N; done += size {
		rows := make([][]any, min(size, b.N-done))
		for i := range rows {
			rows[i] = []any{value.NewID(), 1, value.Instant(i), value.Forever, value.Instant(i), value.Forever, 1, owner, false, false,
				"A deal of some size", owner, owner, owner, i * 1000, "USD", 0.5, value.Day(i)}
		}
		err := d.Write(b.Context(), db.TxInfo{}, func(tx *db.Tx) error {
			for _, row := range rows {
				tx.Changed("deal", row[0].(value.ID))
			}
			return db.BulkInsert(b.Context(), tx, "crm_deal_versions", columns, rows, "")
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBackup backs up b.N versions with as many changes, and restores them on both engines.
func BenchmarkBackup(b *testing.B) {
	engines := map[string]func(testing.TB) *db.DB{db.SQLite: dbtest.SQLite, db.Postgres: dbtest.Postgres}
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			insertVersions(b, d)
			file := filepath.Join(b.TempDir(), "backup.zveno")
			step := func(name string, fn func() error) {
				start := time.Now()
				if err := fn(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), name+"-rows/s")
			}
			b.ResetTimer()
			step("backup", func() error { return d.Backup(b.Context(), file) })
			step("to-sqlite", func() error { return db.Restore(b.Context(), db.Config{Dir: b.TempDir()}, file) })
			cfg := dbtest.EmptyPostgresConfig(b)
			step("to-postgres", func() error { return db.Restore(b.Context(), cfg, file) })
		})
	}
}
