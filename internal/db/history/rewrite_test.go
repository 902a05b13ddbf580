package history

import (
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// drawChange is any change of a thing in the slots before end.
func drawChange(r *rapid.T, id value.ID, end int64) Change {
	at := value.Instant(rapid.Int64Range(1, end).Draw(r, "at"))
	c := set(id, at, amountColumn, rapid.Int64Range(0, 3).Draw(r, "amount"))
	c.Derived = rapid.Bool().Draw(r, "derived")
	if rapid.Bool().Draw(r, "custom") {
		c.Custom = map[string]any{"tier": rapid.SampledFrom([]string{"gold", "silver"}).Draw(r, "tier")}
	}
	if rapid.IntRange(0, 4).Draw(r, "fate") == 0 {
		deleted := rapid.Bool().Draw(r, "deleted")
		c.Deleted = &deleted
	}
	return c
}

// saidBy is what a chain says, without numbers and recorded times.
func saidBy(chain []Version) []Version {
	said := make([]Version, len(chain))
	for i, v := range chain {
		v.No, v.TxNo, v.RecordedFrom, v.RecordedTo = 0, 0, 0, 0
		said[i] = v
	}
	return said
}

func sameChain(a, b []Version) bool {
	a, b = saidBy(a), saidBy(b)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ValidFrom != b[i].ValidFrom || a[i].ValidTo != b[i].ValidTo || !saysAs(a[i], b[i]) {
			return false
		}
	}
	return true
}

func requireValid(t tester, d *db.DB) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error {
		report, err := Verify(t.Context(), tx, things)
		if err == nil && report.Violations() > 0 {
			t.Fatal(report)
		}
		return err
	})
}

// Whatever was recorded in between, a reverted record is believed to be what it was believed to be before, and what was
// recorded in between stays known.
func TestRevert(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(r *rapid.T) {
			id, clock := value.NewID(), value.Instant(100)
			for i := range rapid.IntRange(0, 4).Draw(r, "before") {
				c := drawChange(r, id, int64(clock))
				c.New = i == 0
				apply(r, d, clock, c)
				clock += 10
			}
			before := chainOf(r, d, id, clock)
			reverting := clock + 1
			for i := range rapid.IntRange(1, 4).Draw(r, "after") {
				clock += 10
				c := drawChange(r, id, int64(clock))
				c.New = i == 0 && len(before) == 0
				apply(r, d, clock, c)
			}
			meanwhile := chainOf(r, d, id, clock)
			write(r, d, db.TxInfo{At: clock + 10}, func(tx *db.Tx) error {
				_, err := Revert(r.Context(), tx, things, []value.ID{id}, reverting)
				return err
			})
			after := chainOf(r, d, id, value.Forever-1)
			if len(before) > 0 && !sameChain(before, after) {
				r.Fatalf("believed before: %+v\nafter: %+v", before, after)
			}
			if len(before) == 0 && (len(after) != 1 || !after[0].Deleted || after[0].ValidFrom != meanwhile[0].ValidFrom) {
				r.Fatalf("a record that was unknown became %+v", after)
			}
			if still := chainOf(r, d, id, clock); !sameChain(still, meanwhile) {
				r.Fatalf("known meanwhile: %+v\nafter the revert: %+v", meanwhile, still)
			}
			requireValid(r, d)
		})
	})
}

func TestRewriteKeepsWhatStays(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		first := set(id, 10, nameColumn, "one")
		first.New = true
		apply(t, d, 100, first, set(id, 20, nameColumn, "two"), set(id, 30, nameColumn, "three"))
		write(t, d, db.TxInfo{At: 200}, func(tx *db.Tx) error {
			outcomes, err := Rewrite(t.Context(), tx, things, []value.ID{id}, func(_ value.ID, believed []Version) ([]Version, error) {
				return []Version{believed[0], believed[2]}, nil
			})
			if err == nil && (len(outcomes) != 1 || !outcomes[0].Updated) {
				t.Errorf("outcomes: %+v", outcomes)
			}
			return err
		})
		chain := chainOf(t, d, id, value.Forever-1)
		if len(chain) != 2 || chain[0].ValidTo != 30 || chain[1].Values[nameColumn] != "three" || chain[1].RecordedFrom != 100 {
			t.Errorf("%+v", chain)
		}
		write(t, d, db.TxInfo{At: 300}, func(tx *db.Tx) error {
			outcomes, err := Rewrite(t.Context(), tx, things, []value.ID{id}, func(_ value.ID, believed []Version) ([]Version, error) {
				return believed, nil
			})
			if err == nil && outcomes[0].Updated {
				t.Error("the same chain again is taken for a change")
			}
			return err
		})
		requireValid(t, d)
	})
}
