package db_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writeUntilKilledIn); dir != "" {
		writeUntilKilled(dir)
	}
	dbtest.Main(m)
}

// thing is a table for tests, with every column type that the schema uses.
const thing = `CREATE TABLE thing (id UUID NOT NULL PRIMARY KEY, parent_id UUID, name TEXT, n BIGINT, ok BOOLEAN, x DOUBLE PRECISION)`

func createThing(t *testing.T, d *db.DB) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), thing)
		return err
	})
}

func write(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), db.TxInfo{Source: "test"}, fn); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), query, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func insertThing(ctx context.Context, tx *db.Tx, id value.ID, name string) error {
	_, err := tx.Exec(ctx, `INSERT INTO thing (id, name) VALUES ($1, $2)`, id, name)
	return err
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		ctx, id, parent := t.Context(), value.NewID(), value.NewID()
		write(t, d, func(tx *db.Tx) error {
			return db.BulkInsert(ctx, tx, "thing", []string{"id", "parent_id", "name", "n", "ok", "x"}, [][]any{
				{id, parent, "Ромашка", value.Forever, true, 0.1},
				{parent, value.ID{}, nil, value.Day(-1), false, nil},
				{value.NewID(), nil, "", nil, nil, 1e300},
			}, "")
		})
		err := d.Read(ctx, func(tx *db.Tx) error {
			var gotID, gotParent value.ID
			var name string
			var n value.Instant
			var ok bool
			var x float64
			row := tx.QueryRow(ctx, `SELECT id, parent_id, name, n, ok, x FROM thing WHERE id = $1 AND parent_id = $2`, id, parent)
			if err := row.Scan(&gotID, &gotParent, &name, &n, &ok, &x); err != nil {
				return err
			}
			if gotID != id || gotParent != parent || name != "Ромашка" || n != value.Forever || !ok || x != 0.1 {
				t.Errorf("read %v %v %q %v %v %v", gotID, gotParent, name, n, ok, x)
			}
			return tx.QueryRow(ctx, `SELECT parent_id FROM thing WHERE id = $1`, parent).Scan(&gotParent)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, `SELECT count(*) FROM thing WHERE parent_id IS NULL`); n != 2 {
			t.Errorf("%d rows without a parent, want 2: a zero ID must be stored as NULL", n)
		}
	})
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	boom := errors.New("boom")
	cases := map[string]func(ctx context.Context, cancel func()) error{
		"error":  func(context.Context, func()) error { return boom },
		"panic":  func(context.Context, func()) error { panic(boom) },
		"cancel": func(ctx context.Context, cancel func()) error { cancel(); return nil },
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		for name, fail := range cases {
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				err := writePanicking(ctx, d, func(tx *db.Tx) error {
					tx.Changed("thing", value.NewID())
					if err := insertThing(ctx, tx, value.NewID(), name); err != nil {
						return err
					}
					return fail(ctx, cancel)
				})
				if err == nil || name != "cancel" && !errors.Is(err, boom) {
					t.Errorf("got error %v", err)
				}
				if n := count(t, d, `SELECT (SELECT count(*) FROM thing) + (SELECT count(*) FROM db_txs) + (SELECT count(*) FROM db_changes)`); n != 0 {
					t.Errorf("%d rows were left behind", n)
				}
			})
		}
		write(t, d, func(tx *db.Tx) error { return insertThing(t.Context(), tx, value.NewID(), "after") })
	})
}

// writePanicking turns a panic of Write into an error.
func writePanicking(ctx context.Context, d *db.DB, fn func(*db.Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	return d.Write(ctx, db.TxInfo{}, fn)
}

func TestReadCannotWriteAndSeesOneState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		ctx := t.Context()
		err := d.Read(ctx, func(tx *db.Tx) error { return insertThing(ctx, tx, value.NewID(), "no") })
		if err == nil {
			t.Error("a Read could insert")
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM thing`).Scan(&before); err != nil {
				return err
			}
			write(t, d, func(tx *db.Tx) error { return insertThing(ctx, tx, value.NewID(), "meanwhile") })
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM thing`).Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("a Read saw %d, then %d rows", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, `SELECT count(*) FROM thing`); n != 1 {
			t.Errorf("%d rows afterwards, want 1", n)
		}
	})
}

func TestUniqueViolationIsAConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThing(t, d)
		id := value.NewID()
		insert := func(tx *db.Tx) error { return insertThing(t.Context(), tx, id, "one") }
		write(t, d, insert)
		if err := d.Write(t.Context(), db.TxInfo{}, insert); fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v", err)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT id FROM thing WHERE name = $1`, "two").Scan(&id)
		})
		if !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("got %v, want sql.ErrNoRows", err)
		}
	})
}
