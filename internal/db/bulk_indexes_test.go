package db_test

import (
	"context"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// indexesOfDeals lists the indexes of deals with their texts.
func indexesOfDeals(t *testing.T, d *db.DB) string {
	t.Helper()
	var all strings.Builder
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'crm_deals' AND sql IS NOT NULL ORDER BY name`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			all.WriteString(text + "\n")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestIndexesSetAsideComeBack(t *testing.T) {
	cfg := dbtest.SQLiteConfig(t)
	d := dbtest.Open(t, cfg)
	want := indexesOfDeals(t, d)
	migrate := func(cfg db.Config) {
		t.Helper()
		other := dbtest.Open(t, cfg)
		if _, err := other.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, finish := range []bool{true, false} {
		load := d.NewBulk()
		for range 2 { // the second time there is nothing left to do
			if err := load.SetIndexesAside(t.Context(), "crm_deals"); err != nil {
				t.Fatal(err)
			}
		}
		migrate(cfg) // of a program that starts meanwhile
		if got := indexesOfDeals(t, d); got != "" || want == "" {
			t.Errorf("during the load there are\n%s", got)
		}
		if finish {
			if err := load.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		load.Close()
		if !finish { // as if the process had been killed
			migrate(cfg)
		}
		if got := indexesOfDeals(t, d); got != want {
			t.Errorf("finished %v: afterwards there are\n%s, want\n%s", finish, got, want)
		}
		if n := count(t, d, `SELECT count(*) FROM db_waiting_indexes`); n != 0 {
			t.Errorf("%d indexes still wait", n)
		}
	}
}

// Rows that are inserted while the caller goes on are there for its next statement, and their error fails the transaction.
func TestBulkInsertBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		insert := func(tx *db.Tx, rows [][]any) error {
			short, cancel := context.WithCancel(ctx)
			defer cancel() // a context that ends with the call does not end the insert
			return db.BulkInsert(short, tx, "db_changes", []string{"tx_no", "object", "record_id"}, rows, "")
		}
		rows := make([][]any, 1000)
		for i := range rows {
			rows[i] = []any{1, "deal", value.NewID()}
		}
		err := d.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error {
			for part := range 4 {
				if err := insert(tx, rows[part*250:(part+1)*250]); err != nil {
					return err
				}
			}
			var n int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM db_changes`).Scan(&n); err != nil || n != len(rows) {
				t.Errorf("%d rows are seen, error %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM db_changes`)
			if err == nil {
				err = insert(tx, append(rows[:300:300], rows[0]))
			}
			return err
		})
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("a row twice: %v, want a conflict", err)
		}
		if n := count(t, d, `SELECT count(*) FROM db_changes`); n != len(rows) {
			t.Errorf("%d rows after a failed transaction, want those before", n)
		}
	})
}
