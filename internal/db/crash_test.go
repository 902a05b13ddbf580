package db_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// writeUntilKilledIn names the environment variable with the folder in which this test binary, started once more, writes
// until it is killed.
const writeUntilKilledIn = "ZVENO_TEST_WRITE_UNTIL_KILLED_IN"

// crashes is how often each engine is killed.
const crashes = 20

// writeUntilKilled prints the ID of each record after its transaction was acknowledged.
func writeUntilKilled(dir string) {
	d, err := db.Open(context.Background(), db.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for range 4 {
		go func() {
			for {
				id, err := writeOne(d)
				if err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				fmt.Println(id)
			}
		}()
	}
	select {}
}

func writeOne(d *db.DB) (value.ID, error) {
	id, ctx := value.NewID(), context.Background()
	return id, d.Write(ctx, db.TxInfo{Source: "test"}, func(tx *db.Tx) error {
		tx.Changed("deal", id)
		columns := []string{"id", "version", "created_at", "valid_from", "tx_no", "deleted", "folded"}
		return db.BulkInsert(ctx, tx, "crm_deals", columns, [][]any{{id, 1, 0, 0, tx.No, false, ""}}, "")
	})
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	cfg := dbtest.SQLiteConfig(t)
	var acknowledged []value.ID
	for range crashes {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), writeUntilKilledIn+"="+cfg.Dir)
		output, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Minute, func() { child.Process.Kill() })
		lines := bufio.NewScanner(output)
		for n := 0; lines.Scan(); n++ {
			id, err := value.ParseID(lines.Text())
			if err != nil && n > 0 && len(lines.Text()) < 36 {
				break // cut off by the kill
			} else if err != nil {
				t.Fatalf("the writing process says: %s", lines.Text())
			}
			if acknowledged = append(acknowledged, id); n == 150 {
				child.Process.Kill()
			}
		}
		kill.Stop()
		child.Wait() // killed
		expectSound(t, cfg, acknowledged)
	}
}

// expectSound opens the store of a killed process, and checks that it is whole and has all that was acknowledged.
func expectSound(t *testing.T, cfg db.Config, acknowledged []value.ID) {
	t.Helper()
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	expectAll(t, d, acknowledged)
	var check string
	err = d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), `PRAGMA integrity_check`).Scan(&check) })
	if err != nil || check != "ok" {
		t.Errorf("integrity check: %s, error %v", check, err)
	}
}

func TestKilledServerLosesNothingAcknowledged(t *testing.T) {
	cluster := dbtest.NewCluster(t)
	d := dbtest.Open(t, db.Config{URL: cluster.URL("postgres"), Log: slog.New(slog.DiscardHandler)})
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var acknowledged []value.ID
	seen, position := map[value.ID]bool{}, int64(0)
	for round := range crashes {
		var writing sync.WaitGroup
		for range 4 {
			writing.Go(func() {
				for {
					id, err := writeOne(d)
					if err != nil {
						expectFault(t, err, fault.Unavailable, "PostgreSQL")
						return
					}
					mu.Lock()
					acknowledged = append(acknowledged, id)
					mu.Unlock()
				}
			})
		}
		for enough := false; !enough; { // a follower that goes on where it was before the crash
			mu.Lock()
			enough = len(acknowledged) > 100*(round+1)
			mu.Unlock()
			changes, next, err := d.ChangesSince(t.Context(), position, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				seen[c.Record] = true
			}
			position = next
		}
		if err := cluster.Crash(); err != nil {
			t.Fatal(err)
		}
		writing.Wait()
		if err := cluster.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := writeOne(d); err != nil {
			t.Errorf("after the server was started anew: %v", err)
		}
		expectAll(t, d, acknowledged)
	}
	changes, _ := changesSince(t, d, position, 1000)
	for _, c := range changes {
		seen[c.Record] = true
	}
	for _, id := range acknowledged {
		if !seen[id] {
			t.Errorf("the follower missed %v", id)
		}
	}
}

// expectAll checks that every record has its row, its change and its transaction.
func expectAll(t *testing.T, d *db.DB, ids []value.ID) {
	t.Helper()
	if len(ids) < crashes {
		t.Fatalf("only %d writes were acknowledged", len(ids))
	}
	kept := map[value.ID]bool{}
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT d.id FROM crm_deals d JOIN db_changes c ON c.tx_no = d.tx_no AND c.record_id = d.id
			JOIN db_txs x ON x.tx_no = d.tx_no`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id value.ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			kept[id] = true
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if !kept[id] {
			t.Errorf("%v was acknowledged and is lost", id)
		}
	}
	if n := count(t, d, `SELECT count(*) FROM crm_deals`); n != len(kept) {
		t.Errorf("%d rows, of which %d with their change and transaction", n, len(kept))
	}
}
