package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// TestFailedStatementSpoilsTheTransaction holds SQLite to what PostgreSQL does.
func TestFailedStatementSpoilsTheTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		ctx, id := t.Context(), value.NewID()
		again := map[string]func(tx *db.Tx) error{
			"exec": func(tx *db.Tx) error { return insertThing(ctx, tx, id, "again") },
			"query row": func(tx *db.Tx) error {
				var got value.ID
				return tx.QueryRow(ctx, `INSERT INTO thing (id) VALUES ($1) RETURNING id`, id).Scan(&got)
			},
		}
		for name, fail := range again {
			err := d.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error {
				if err := insertThing(ctx, tx, id, "first"); err != nil {
					return err
				}
				if fail(tx) == nil {
					t.Errorf("%s: a second row with the same key did not fail", name)
				}
				return nil // as if it did not matter
			})
			expectFault(t, err, fault.Conflict, "such a record already")
		}
		if n := count(t, d, `SELECT count(*) FROM thing`); n != 0 {
			t.Errorf("%d rows were kept", n)
		}
	})
}

// TestStatementsMayRepeatInAnyNumber runs more different texts, each several times, than a transaction keeps prepared.
func TestStatementsMayRepeatInAnyNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		write(t, d, func(tx *db.Tx) error {
			for i := range 900 {
				if err := insertThing(t.Context(), tx, value.NewID(), fmt.Sprint(i%300)); err != nil {
					return err
				}
				var n int
				query := fmt.Sprintf(`SELECT count(*) + %d FROM thing WHERE name = $1`, i%300)
				if err := tx.QueryRow(t.Context(), query, fmt.Sprint(i%300)).Scan(&n); err != nil || n != i%300+i/300+1 {
					return fmt.Errorf("counted %d for %d: %w", n, i, err)
				}
			}
			return nil
		})
	})
}

// TestBulkInsertPutsEveryRow tries tables so wide that few rows fit the engines' limits, and groups that do not come out even.
func TestBulkInsertPutsEveryRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for _, width := range []int{1, 18, 130, 700} {
			table, columns := fmt.Sprintf("bulk_%d", width), make([]string, width)
			for i := range columns {
				columns[i] = fmt.Sprintf("c%d", i)
			}
			write(t, d, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `CREATE TABLE `+table+` (`+strings.Join(columns, " BIGINT, ")+` BIGINT)`)
				return err
			})
			rows, sum := 0, 0
			for _, more := range []int{0, 1, 63, 64, 65, 150} {
				values := make([][]any, more)
				for i := range values {
					values[i] = make([]any, width)
					for j := range values[i] {
						values[i][j] = (rows+i)*width + j
						sum += (rows+i)*width + j
					}
				}
				write(t, d, func(tx *db.Tx) error { return db.BulkInsert(ctx, tx, table, columns, values, "") })
				rows += more
			}
			if n := count(t, d, `SELECT count(*) FROM `+table); n != rows {
				t.Errorf("%d columns: %d rows, want %d", width, n, rows)
			}
			if got := count(t, d, `SELECT sum(`+strings.Join(columns, "+")+`) FROM `+table); got != sum {
				t.Errorf("%d columns: sum %d, want %d", width, got, sum)
			}
		}
	})
}

func TestBulkInsertOnConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		var rows [][]any
		for range 100 {
			rows = append(rows, []any{value.NewID(), int64(1)})
		}
		for range 2 {
			write(t, d, func(tx *db.Tx) error {
				return db.BulkInsert(t.Context(), tx, "thing", []string{"id", "n"}, rows, `ON CONFLICT (id) DO UPDATE SET n = thing.n + excluded.n`)
			})
		}
		if n := count(t, d, `SELECT sum(n) FROM thing`); n != 200 {
			t.Errorf("sum %d, want 200", n)
		}
		err := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
			return db.BulkInsert(t.Context(), tx, "thing", []string{"id", "n"}, [][]any{{value.NewID()}}, "")
		})
		if err == nil || !strings.Contains(err.Error(), "1 values for 2 columns") {
			t.Errorf("a short row gave %v", err)
		}
	})
}

func TestRecordedTimeNeverGoesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		last := value.Always
		for range 200 {
			write(t, d, func(tx *db.Tx) error {
				if tx.At <= last {
					t.Errorf("%v after %v", tx.At, last)
				}
				last = tx.At
				return nil
			})
		}
	})
}

// TestBackupIsOneMoment backs up while writers move amounts between two rows, whose sum never changes.
func TestBackupIsOneMoment(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d, ctx, id := dbtest.Open(t, cfg), context.Background(), value.NewID()
		fill(t, d)
		move := func(tx *db.Tx) error {
			for _, statement := range []string{`UPDATE crm_quotas SET amount_minor = amount_minor - 1`, `UPDATE crm_rates SET day = day + 1`} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			tx.Changed("quota", value.NewID())
			return nil
		}
		write(t, d, func(tx *db.Tx) error {
			columns := []string{"id", "version", "created_at", "valid_from", "tx_no", "deleted", "folded"}
			err := db.BulkInsert(ctx, tx, "crm_quotas", append(columns, "amount_minor"), [][]any{{id, 1, 0, 0, 0, false, "", 1000}}, "")
			if err != nil {
				return err
			}
			return db.BulkInsert(ctx, tx, "crm_rates", append(columns, "day"), [][]any{{id, 1, 0, 0, 0, false, "", 0}}, "")
		})
		var done atomic.Bool
		var writing sync.WaitGroup
		writing.Go(func() {
			for !done.Load() {
				write(t, d, move)
			}
		})
		var files []string
		for i := range 5 {
			files = append(files, filepath.Join(t.TempDir(), fmt.Sprint(i)))
			if err := d.Backup(ctx, files[i]); err != nil {
				t.Error(err)
			}
		}
		done.Store(true)
		writing.Wait()
		for _, file := range files {
			restored := db.Config{Dir: filepath.Join(t.TempDir(), "restored"), Log: dbtest.Log(t)}
			if err := db.Restore(ctx, restored, file); err != nil {
				t.Fatal(err)
			}
			r := dbtest.Open(t, restored)
			moved := count(t, r, `SELECT day FROM crm_rates`)
			if sum := count(t, r, `SELECT amount_minor FROM crm_quotas`) + moved; sum != 1000 {
				t.Errorf("the backup shows a sum of %d, so not one moment", sum)
			}
			if n := count(t, r, `SELECT count(*) FROM db_changes WHERE object = 'quota'`); n != moved {
				t.Errorf("%d changes for %d moves", n, moved)
			}
		}
	})
}

// TestHotStatementsStayRight has readers and a writer share kept statements while the table changes under them.
func TestHotStatementsStayRight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		ctx := t.Context()
		var all sync.WaitGroup
		for reader := range 12 { // more than there are connections
			all.Go(func() {
				for i := range 60 {
					want := reader*1000 + i
					err := d.Read(ctx, func(tx *db.Tx) error {
						var n, texts int
						if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) + %d FROM thing WHERE n < 0`, i)).Scan(&texts); err != nil {
							return err
						}
						if err := tx.QueryRow(ctx, `SELECT $1 + 0 * count(*) FROM thing`, want).Scan(&n); err != nil || n != want || texts != i {
							return fmt.Errorf("read %d and %d, want %d and %d: %w", n, texts, want, i, err)
						}
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range 30 {
			write(t, d, func(tx *db.Tx) error { return insertThing(ctx, tx, value.NewID(), "x") })
			if i == 15 {
				write(t, d, func(tx *db.Tx) error {
					_, err := tx.Exec(ctx, `ALTER TABLE thing ADD COLUMN more BIGINT`)
					return err
				})
			}
		}
		all.Wait()
		if n := count(t, d, `SELECT count(*) FROM thing`); n != 30 {
			t.Errorf("%d rows, want 30", n)
		}
	})
}

// TestRowsKeepTheirStatement runs a kept statement again while its rows are open, which SQLite's driver does not notice.
func TestRowsKeepTheirStatement(t *testing.T) {
	d, ctx := dbtest.SQLite(t), t.Context()
	createThing(t, d)
	write(t, d, func(tx *db.Tx) error {
		for _, name := range []string{"a", "b", "c"} {
			if err := insertThing(ctx, tx, value.NewID(), name); err != nil {
				return err
			}
		}
		return nil
	})
	for range 10 { // the statement becomes hot on the way
		seen := ""
		write(t, d, func(tx *db.Tx) error {
			return eachName(ctx, tx, func(outer string) error {
				return eachName(ctx, tx, func(inner string) error {
					if seen += outer + inner + " "; len(seen) > 100 {
						return errors.New("it does not end")
					}
					var first string
					return tx.QueryRow(ctx, names).Scan(&first)
				})
			})
		})
		if seen != "aa ab ac ba bb bc ca cb cc " {
			t.Fatalf("read %s", seen)
		}
	}
}

const names = `SELECT name FROM thing ORDER BY name`

func eachName(ctx context.Context, tx *db.Tx, fn func(string) error) error {
	rows, err := tx.Query(ctx, names)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if err := fn(name); err != nil {
			return err
		}
	}
	return rows.Err()
}
