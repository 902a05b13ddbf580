package db_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// changesSince follows the feed from position to its end in portions of limit.
func changesSince(t *testing.T, d *db.DB, position int64, limit int) (changes []db.Change, next int64) {
	t.Helper()
	for {
		more, next, err := d.ChangesSince(t.Context(), position, limit)
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, more...)
		if next == position || len(more) == 0 {
			return changes, next
		}
		position = next
	}
}

func TestTransactionsAndChangesAreRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, anna, job, a, b := t.Context(), value.NewID(), value.NewID(), value.NewID(), value.NewID()
		info := db.TxInfo{Actor: value.Actor{Person: anna, Name: "Anna"}, Source: "import", Reason: "first load", Origin: job, At: 42}
		var no int64
		err := d.Write(ctx, info, func(tx *db.Tx) error {
			no = tx.No
			tx.Changed("deal", b)
			tx.Changed("deal", a)
			tx.Changed("account", b)
			tx.Changed("deal", b)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error { return nil }) // changes nothing, so leaves no trace
		changes, next := changesSince(t, d, 0, 10)
		want := []db.Change{{no, "account", b}, {no, "deal", a}, {no, "deal", b}}
		if len(changes) != 3 || changes[0] != want[0] || changes[1] != want[1] || changes[2] != want[2] {
			t.Errorf("changes %v, want %v", changes, want)
		}
		if position, err := d.Position(ctx); err != nil || position != next || next != no+1 {
			t.Errorf("position %d, next %d, error %v; want %d", position, next, err, no+1)
		}
		n := count(t, d, `SELECT count(*) FROM db_txs WHERE tx_no = $1 AND at = 42 AND actor_id = $2 AND actor_name = 'Anna'
			AND source = 'import' AND reason = 'first load' AND origin_id = $3`, no, anna, job)
		if total := count(t, d, `SELECT count(*) FROM db_txs`); n != 1 || total != 1 {
			t.Errorf("%d of %d transaction rows are as expected, want 1 of 1", n, total)
		}
	})
}

// TestFeedLosesNothing has followers read while writers, some of them slow or failing, commit out of the order of their
// numbers. Everything that committed must reach each follower exactly once, and in order.
func TestFeedLosesNothing(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		const writers, followers, runFor = 6, 3, 2 * time.Second
		var committed sync.Map // value.ID of each record → its transaction's number
		var stopped atomic.Bool
		var writing, following sync.WaitGroup
		handles := []*db.DB{dbtest.Open(t, cfg), dbtest.Open(t, cfg)} // as two processes would
		for w := range writers {
			writing.Go(func() {
				for random := rand.New(rand.NewPCG(1, uint64(w))); !stopped.Load(); {
					writeSome(t, handles[w%2], random, &committed)
				}
			})
		}
		seen := make([]map[value.ID]int64, followers)
		for f := range followers {
			following.Go(func() { seen[f] = follow(t, handles[f%2], 1+f*7, &stopped) })
		}
		time.Sleep(runFor)
		stopped.Store(true)
		writing.Wait()
		following.Wait()
		total := 0
		committed.Range(func(id, no any) bool {
			total++
			for f := range seen {
				if seen[f][id.(value.ID)] != no.(int64) {
					t.Errorf("follower %d saw %v in transaction %d, but it was %d", f, id, seen[f][id.(value.ID)], no)
				}
			}
			return true
		})
		for f := range seen {
			if len(seen[f]) != total {
				t.Errorf("follower %d saw %d changes, want %d", f, len(seen[f]), total)
			}
		}
		t.Logf("%d changes", total)
	})
}

var errAbandoned = errors.New("abandoned")

// writeSome runs one transaction of a few records, which may be slow and may fail, and notes them if it committed.
func writeSome(t *testing.T, d *db.DB, random *rand.Rand, committed *sync.Map) {
	var ids []value.ID
	var no int64
	err := d.Write(context.Background(), db.TxInfo{Source: "test"}, func(tx *db.Tx) error {
		no = tx.No
		for range 1 + random.IntN(5) {
			ids = append(ids, value.NewID())
			tx.Changed("deal", ids[len(ids)-1])
		}
		if tx.Dialect().Name == db.Postgres {
			time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		}
		if random.IntN(5) == 0 {
			return errAbandoned
		}
		return nil
	})
	switch {
	case err == nil:
		for _, id := range ids {
			committed.Store(id, no)
		}
	case !errors.Is(err, errAbandoned):
		t.Error(err)
	}
}

// follow reads the feed until the writers have stopped and nothing is left.
func follow(t *testing.T, d *db.DB, limit int, stopped *atomic.Bool) map[value.ID]int64 {
	seen, position, last := map[value.ID]int64{}, int64(0), int64(0)
	for quiet := 0; quiet < 20; {
		changes, next, err := d.ChangesSince(context.Background(), position, limit)
		if err != nil || next < position {
			t.Errorf("next %d after %d, error %v", next, position, err)
			return seen
		}
		for _, c := range changes {
			if _, twice := seen[c.Record]; twice || c.TxNo < last || c.TxNo < position || c.TxNo >= next {
				t.Errorf("change %v after transaction %d, between %d and %d; seen before: %v", c, last, position, next, twice)
			}
			seen[c.Record], last = c.TxNo, c.TxNo
		}
		position = next
		time.Sleep(time.Millisecond)
		if stopped.Load() && len(changes) == 0 {
			quiet++
			time.Sleep(10 * time.Millisecond)
		}
	}
	return seen
}

// TestSlowTransactionIsNotSkipped is the case that a feed ordered by numbers gets wrong.
func TestSlowTransactionIsNotSkipped(t *testing.T) {
	d := dbtest.Postgres(t)
	slow, fast := value.NewID(), value.NewID()
	var position int64
	write(t, d, func(tx *db.Tx) error {
		tx.Changed("deal", slow)
		write(t, d, func(tx *db.Tx) error { tx.Changed("deal", fast); return nil })
		var changes []db.Change
		if changes, position = changesSince(t, d, 0, 10); len(changes) != 0 {
			t.Errorf("saw %v while an earlier transaction was running", changes)
		}
		return nil
	})
	if changes, _ := changesSince(t, d, position, 10); len(changes) != 2 || changes[0].Record != slow || changes[1].Record != fast {
		t.Errorf("saw %v", changes)
	}
}

func TestTrimmedFeedSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var numbers []int64
		for range 3 {
			write(t, d, func(tx *db.Tx) error {
				numbers = append(numbers, tx.No)
				tx.Changed("deal", value.NewID())
				return nil
			})
		}
		if n, err := d.TrimChanges(t.Context(), numbers[1]); err != nil || n != 1 {
			t.Fatalf("trimmed %d, error %v", n, err)
		}
		if changes, _ := changesSince(t, d, numbers[1], 10); len(changes) != 2 {
			t.Errorf("%d changes are left, want 2", len(changes))
		}
		for _, position := range []int64{0, numbers[0], numbers[2] + 2} {
			if _, _, err := d.ChangesSince(t.Context(), position, 10); !errors.Is(err, db.ErrPositionLost) {
				t.Errorf("from %d: error %v, want ErrPositionLost", position, err)
			}
		}
		if _, err := d.TrimChanges(t.Context(), 1<<60); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error { tx.Changed("deal", value.NewID()); return nil })
		if changes, _ := changesSince(t, d, numbers[2]+1, 10); len(changes) != 1 {
			t.Errorf("%d changes after trimming all, want 1", len(changes))
		}
	})
}

// TestPortionsAddUp reads the same feed in portions of any size, from any position.
func TestPortionsAddUp(t *testing.T) {
	d := dbtest.SQLite(t)
	for i := range 30 {
		write(t, d, func(tx *db.Tx) error {
			for range 1 + i%7 {
				tx.Changed([]string{"deal", "account"}[i%2], value.NewID())
			}
			return nil
		})
	}
	all, _ := changesSince(t, d, 0, 1000)
	rapid.Check(t, func(r *rapid.T) {
		from := rapid.Int64Range(0, 31).Draw(r, "from")
		got, _ := changesSince(t, d, from, rapid.IntRange(1, 40).Draw(r, "limit"))
		start := 0
		for start < len(all) && all[start].TxNo < from {
			start++
		}
		if len(got) != len(all)-start {
			r.Fatalf("%d changes, want %d", len(got), len(all)-start)
		}
		for i := range got {
			if got[i] != all[start+i] {
				r.Fatalf("change %d is %v, want %v", i, got[i], all[start+i])
			}
		}
	})
}

func TestWatchSignalsWithoutBlocking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		signal, cancel := d.Watch()
		write(t, d, func(*db.Tx) error { return nil })
		write(t, d, func(*db.Tx) error { return nil })
		select {
		case <-signal:
		default:
			t.Error("no signal after a commit")
		}
		select {
		case <-signal:
			t.Error("two signals though nobody took the first")
		default:
		}
		cancel()
		write(t, d, func(*db.Tx) error { return nil })
		select {
		case <-signal:
			t.Error("a signal after cancel")
		default:
		}
	})
}
