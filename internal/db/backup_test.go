package db_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// fill writes a few thousand rows with every type, NULLs and awkward texts.
func fill(t *testing.T, d *db.DB) {
	t.Helper()
	columns := []string{"id", "version", "created_at", "valid_from", "tx_no", "deleted", "folded", "name", "owner_id", "amount_minor", "probability"}
	texts := []any{nil, "", "Ромашка", "a\x01\"'\n\\N\t", strings.Repeat("long ", 300)}
	for range 3 {
		write(t, d, func(tx *db.Tx) error {
			var rows [][]any
			for i := range 1500 {
				id := value.NewID()
				tx.Changed("deal", id)
				rows = append(rows, []any{id, i, value.Always, value.Forever, tx.No, i%2 == 0, "", texts[i%len(texts)], value.ID{}, -i, float64(i) / 3})
			}
			return db.BulkInsert(t.Context(), tx, "crm_deals", columns, rows, "")
		})
	}
}

// content is every row of the tables that fill writes to.
func content(t *testing.T, d *db.DB) string {
	t.Helper()
	var b strings.Builder
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT d.id, version, created_at, valid_from, deleted, coalesce(name, 'NULL'), owner_id, amount_minor, probability,
			x.tx_no, x.at, x.source, c.object FROM crm_deals d JOIN db_txs x ON x.tx_no = d.tx_no
			JOIN db_changes c ON c.tx_no = d.tx_no AND c.record_id = d.id ORDER BY d.id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, owner value.ID
			var version, created, from, amount, no, at int64
			var deleted bool
			var name, source, object string
			var probability float64
			if err := rows.Scan(&id, &version, &created, &from, &deleted, &name, &owner, &amount, &probability, &no, &at, &source, &object); err != nil {
				return err
			}
			fmt.Fprintln(&b, id, version, created, from, deleted, name, owner, amount, probability, no, at, source, object)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func incarnation(t *testing.T, d *db.DB) value.ID {
	t.Helper()
	id, err := d.Incarnation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestBackupMovesBetweenEngines restores each engine's backup on both.
func TestBackupMovesBetweenEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, from *db.DB) {
		fill(t, from)
		file := filepath.Join(t.TempDir(), "backup.zveno")
		if err := from.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("backup's mode is %v, error %v; others must not read it", info.Mode(), err)
		}
		targets := map[string]func(testing.TB) db.Config{
			"to sqlite": func(t testing.TB) db.Config {
				return db.Config{Dir: filepath.Join(t.TempDir(), "new"), Log: dbtest.Log(t)}
			},
			"to postgres": dbtest.EmptyPostgresConfig,
		}
		for name, target := range targets {
			t.Run(name, func(t *testing.T) { testRestored(t, from, file, target(t)) })
		}
	})
}

func testRestored(t *testing.T, from *db.DB, file string, cfg db.Config) {
	if err := db.Restore(t.Context(), cfg, file); err != nil {
		t.Fatal(err)
	}
	to := dbtest.Open(t, cfg)
	if want, got := content(t, from), content(t, to); got != want || got == "" {
		t.Errorf("restored %d bytes of rows, which differ from the original's %d", len(got), len(want))
	}
	if incarnation(t, to) == incarnation(t, from) {
		t.Error("a restored database must begin a new history")
	}
	before, position := changesSince(t, to, 0, 1000)
	write(t, to, func(tx *db.Tx) error { tx.Changed("deal", value.NewID()); return nil })
	after, _ := changesSince(t, to, position, 1000)
	if len(before) != 4500 || len(after) != 1 || after[0].TxNo <= before[len(before)-1].TxNo {
		t.Errorf("%d changes, then %v", len(before), after)
	}
	if err := db.Restore(t.Context(), cfg, file); fault.KindOf(err) != fault.Invalid {
		t.Errorf("restoring over data gave %v", err)
	}
	if applied, err := to.Migrate(t.Context()); applied != 0 || err != nil {
		t.Errorf("%d migrations were left, error %v", applied, err)
	}
}

func TestRestoreRefusesDamagedFiles(t *testing.T) {
	d := dbtest.SQLite(t)
	fill(t, d)
	file := filepath.Join(t.TempDir(), "backup.zveno")
	if err := d.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 0xff
	cases := map[string][]byte{
		"empty": {}, "text": []byte("not a backup"), "flipped": flipped, "cut": good[:len(good)*2/3], "cut end": good[:len(good)-200],
	}
	empty(t, func(t *testing.T, cfg db.Config) {
		bad := filepath.Join(t.TempDir(), "bad.zveno")
		for name, content := range cases {
			if err := os.WriteFile(bad, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := db.Restore(t.Context(), cfg, bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if err := db.Restore(t.Context(), cfg, file); err != nil {
			t.Errorf("the good backup cannot be restored after the bad ones: %v", err)
		}
	})
}

func TestBackupThatFailsLeavesNoFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Backup(ctx, filepath.Join(dir, "backup.zveno")); err == nil {
			t.Error("a cancelled backup succeeded")
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("left %v, error %v", files, err)
		}
	})
}
