package history

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

func verify(t tester, d *db.DB) (report Report) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		report, err = Verify(t.Context(), tx, things)
		return err
	})
	return report
}

// broken names the checks with violations.
func broken(r Report) (names []string) {
	for _, c := range r.Checks {
		if c.Violations > 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// plantThings stores three records alike. Their versions are, believed: 3 (10 to 20), 4 (20 to 30), 5 (from 30), and
// recorded until 50: 1 (10 to 30), 2 (from 30).
func plantThings(t testing.TB, d *db.DB) (ids [3]value.ID) {
	t.Helper()
	for i := range ids {
		ids[i] = value.NewID()
		apply(t, d, 10, Change{ID: ids[i], At: 10, Set: []Cell{{nameColumn, fmt.Sprintf("Ёж %d", i)}, {amountColumn, int64(i)}}})
		apply(t, d, 30, set(ids[i], 30, amountColumn, int64(100)))
		apply(t, d, 50, set(ids[i], 20, activeColumn, true))
	}
	return ids
}

// corruptions breaks each invariant and no other, by SQL with the ID of one of plantThings as $1.
var corruptions = map[string][]string{
	checkValid:    {`UPDATE thing_versions SET valid_to = valid_from WHERE id = $1 AND no = 1`},
	checkRecorded: {`UPDATE thing_versions SET recorded_to = recorded_from WHERE id = $1 AND no = 1`},
	checkForeseen: {`UPDATE thing_versions SET recorded_from = 9 WHERE id = $1 AND no = 1`},
	checkChain: {
		`UPDATE thing_versions SET valid_to = 29 WHERE id = $1 AND no = 4`,
		`UPDATE thing_versions SET valid_to = 31 WHERE id = $1 AND no = 4`,
	},
	checkLast: {`UPDATE thing_versions SET valid_to = 1000 WHERE id = $1 AND no = 5`},
	checkOnce: {
		`UPDATE thing_versions SET recorded_to = 51 WHERE id = $1 AND no = 1`,
		`UPDATE thing_versions SET valid_to = 31 WHERE id = $1 AND no = 1`,
	},
	checkBelieved: {
		`DELETE FROM thing_versions WHERE id = $1`,
		`UPDATE thing_versions SET recorded_to = 60 WHERE id = $1 AND no > 2`,
	},
	checkNumber:  {`UPDATE thing SET version = 6 WHERE id = $1`},
	checkCreated: {`UPDATE thing SET created_at = 11 WHERE id = $1`},
	checkOrphan:  {`DELETE FROM thing WHERE id = $1`},
	checkState: {
		`UPDATE thing SET amount_minor = 7 WHERE id = $1`,
		`UPDATE thing SET amount_minor = NULL WHERE id = $1`,
		`UPDATE thing SET owner_id = id WHERE id = $1`,
		`UPDATE thing SET active = NULL WHERE id = $1`,
		`UPDATE thing SET deleted = TRUE WHERE id = $1`,
		`UPDATE thing SET valid_from = 29 WHERE id = $1`,
		`UPDATE thing SET custom = '{"a":1}' WHERE id = $1`,
	},
	checkRecorder: {`UPDATE thing SET tx_no = tx_no - 1 WHERE id = $1`},
	checkTx:       {`DELETE FROM db_txs WHERE tx_no = (SELECT tx_no FROM thing_versions WHERE id = $1 AND no = 2)`},
	checkFolded:   {`UPDATE thing SET folded = 'x' WHERE id = $1`},
}

func TestVerifyFindsEachCorruption(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThings(t, d)
		ids := plantThings(t, d)
		if names := broken(verify(t, d)); len(names) > 0 {
			t.Fatalf("nothing is broken, but %v", names)
		}
		for _, c := range verify(t, d).Checks {
			if c.Rows < 3 {
				t.Errorf("%q looked at %d rows only", c.Name, c.Rows)
			}
			if len(corruptions[c.Name]) == 0 {
				t.Errorf("%q is not tested", c.Name)
			}
		}
		for name, statements := range corruptions {
			for _, statement := range statements {
				var report Report
				undone := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) (err error) {
					if n, err := tx.Exec(t.Context(), statement, ids[1]); err != nil || n == 0 {
						t.Fatalf("%s: %d rows, %v", statement, n, err)
					}
					if report, err = Verify(t.Context(), tx, things); err != nil {
						t.Fatal(err)
					}
					return context.Canceled
				})
				if undone == nil {
					t.Fatal("the corruption was kept")
				}
				if !slices.Equal(broken(report), []string{name}) {
					t.Errorf("%s: broken are %q, want %q", statement, broken(report), name)
				}
				for _, c := range report.Checks {
					if c.Violations > 0 && !slices.Equal(c.Examples, []value.ID{ids[1]}) {
						t.Errorf("%s: examples %v, want %v", statement, c.Examples, ids[1])
					}
				}
			}
		}
	})
}

// TestVerifyAcceptsWhateverApplyStores guards against invariants that do not hold, and Apply against breaking one.
func TestVerifyAcceptsWhateverApplyStores(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			id := value.NewID()
			for range rapid.IntRange(1, 8).Draw(t, "transactions") {
				at := drawInstant(t, "recorded")
				apply(t, d, at, drawChanges(t, id, at)...)
			}
		})
		report := verify(t, d)
		if names := broken(report); len(names) > 0 {
			t.Errorf("broken: %+v", report)
		}
	})
}
