package history

import (
	"sync"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestExpectFindsThatARecordMoved(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		try := func(c Change) (Outcome, error) {
			var outcomes []Outcome
			err := d.Write(t.Context(), db.TxInfo{At: 50}, func(tx *db.Tx) (err error) {
				outcomes, err = Apply(t.Context(), tx, things, []Change{c})
				return err
			})
			if err != nil {
				return Outcome{}, err
			}
			return outcomes[0], nil
		}
		expecting := func(version int64, c Change) Change {
			c.Expect = version
			return c
		}
		if _, err := try(expecting(1, set(id, 10, nameColumn, "a"))); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a record that is not there: %v, want NotFound", err)
		}
		first, err := try(set(id, 10, nameColumn, "a"))
		if err != nil {
			t.Fatal(err)
		}
		second, err := try(expecting(first.Version, set(id, 20, nameColumn, "b")))
		if err != nil || !second.Updated || second.Version <= first.Version {
			t.Fatalf("got %+v, %v", second, err)
		}
		if _, err := try(expecting(first.Version, set(id, 30, nameColumn, "c"))); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a change over a change: %v, want Conflict", err)
		}
		back, err := try(expecting(second.Version, set(id, 15, amountColumn, int64(1))))
		if err != nil || back.Version <= second.Version {
			t.Errorf("a back-dated change: %+v, %v, want a new version number", back, err)
		}
		if _, err := try(expecting(second.Version, set(id, 30, nameColumn, "c"))); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a change over a back-dated change: %v, want Conflict", err)
		}
	})
}

func TestNewOverAStoredRecordIsAConflict(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		apply(t, d, 10, set(id, 10, nameColumn, "a"))
		err := d.Write(t.Context(), db.TxInfo{At: 20}, func(tx *db.Tx) error {
			c := set(id, 20, nameColumn, "b")
			c.New = true
			_, err := Apply(t.Context(), tx, things, []Change{c})
			return err
		})
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want Conflict", err)
		}
	})
}

// TestConcurrentWritersLoseNothing has writers change one record at once, some of them long after their transaction began.
func TestConcurrentWritersLoseNothing(t *testing.T) {
	const writers, each = 8, 6
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		write(t, d, db.TxInfo{}, func(tx *db.Tx) error {
			_, err := Apply(t.Context(), tx, things, []Change{set(id, 0, amountColumn, int64(-1))})
			return err
		})
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
						_, err := Apply(t.Context(), tx, things, []Change{set(id, 0, amountColumn, int64(w*each+i))})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		seen := map[any]bool{}
		chain := chainOf(t, d, id, value.Forever-1)
		for i, v := range chain {
			seen[v.Values[amountColumn]] = true
			if i > 0 && chain[i-1].ValidTo != v.ValidFrom {
				t.Errorf("a gap between %+v and %+v", chain[i-1], v)
			}
		}
		if len(seen) != writers*each+1 || len(chain) != writers*each+1 {
			t.Errorf("%d values in %d versions, want %d", len(seen), len(chain), writers*each+1)
		}
		log := logOf(t, d, id)
		last := chain[len(chain)-1]
		if len(log) != len(chain) || last.No != log[len(log)-1].No {
			t.Errorf("%d versions are logged for %d changes as they happened; the last is %d", len(log), len(chain), last.No)
		}
	})
}

// TestConcurrentWritersWithExpectTakeTurns counts: each success saw the one before it.
func TestConcurrentWritersWithExpectTakeTurns(t *testing.T) {
	const writers, each = 6, 5
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		apply(t, d, 10, set(id, 10, amountColumn, int64(0)))
		increment := func() error {
			return d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
				var seen int64 // read first: what is read later is not older
				if err := tx.QueryRow(t.Context(), `SELECT version FROM thing WHERE id = $1`, id).Scan(&seen); err != nil {
					return err
				}
				v, err := Load(t.Context(), tx, things, id, Now())
				if err != nil {
					return err
				}
				c := set(id, 0, amountColumn, v.Values[amountColumn].(int64)+1)
				c.Expect = seen
				_, err = Apply(t.Context(), tx, things, []Change{c})
				return err
			})
		}
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for done := 0; done < each; {
					err := increment()
					switch {
					case err == nil:
						done++
					case fault.KindOf(err) != fault.Conflict:
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		last, err := loadThing(t, d, id, Now())
		if err != nil {
			t.Fatal(err)
		}
		if last.Values[amountColumn] != int64(writers*each) {
			t.Errorf("counted to %v, want %d", last.Values[amountColumn], writers*each)
		}
	})
}

// TestConcurrentGroupsDoNotBlockEachOther has transactions change the same records in opposite orders.
func TestConcurrentGroupsDoNotBlockEachOther(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		var ids []value.ID
		for range loadGroup + 100 {
			ids = append(ids, value.NewID())
		}
		var forth, back []Change
		for i := range ids {
			forth = append(forth, set(ids[i], 10, nameColumn, "a"))
			back = append(back, set(ids[len(ids)-1-i], 10, nameColumn, "b"))
		}
		apply(t, d, 10, forth...)
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for range 3 {
					changes := forth
					if w%2 == 1 {
						changes = back
					}
					mine := make([]Change, len(changes))
					for i, c := range changes {
						mine[i] = Change{ID: c.ID, Set: []Cell{{amountColumn, int64(w)}}}
					}
					err := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
						_, err := Apply(t.Context(), tx, things, mine)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}
