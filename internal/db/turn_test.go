package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// TestBusyProcessLetsOthersWrite has one handle write without a pause, as an import does, and counts how often it goes
// before another that waits, as a server does.
func TestBusyProcessLetsOthersWrite(t *testing.T) {
	cfg := dbtest.SQLiteConfig(t)
	importer, server := dbtest.Open(t, cfg), dbtest.Open(t, cfg)
	var done atomic.Bool
	var turns atomic.Int64
	var importing sync.WaitGroup
	for range 2 {
		importing.Go(func() {
			for !done.Load() {
				write(t, importer, func(tx *db.Tx) error {
					turns.Add(1)
					time.Sleep(2 * time.Millisecond)
					return nil
				})
			}
		})
	}
	const writes = 30
	var passed int64
	for range writes {
		time.Sleep(3 * time.Millisecond)
		before := turns.Load()
		write(t, server, func(*db.Tx) error {
			passed += turns.Load() - before
			return nil
		})
	}
	done.Store(true)
	importing.Wait()
	t.Logf("%d writes let %d others pass, of %d", writes, passed, turns.Load())
	if passed > 5*writes {
		t.Errorf("%d writes had to let %d others pass", writes, passed)
	}
}

func TestWaitingForATurnCanBeCancelled(t *testing.T) {
	cfg := dbtest.SQLiteConfig(t)
	holder, waiter := dbtest.Open(t, cfg), dbtest.Open(t, cfg)
	for name, d := range map[string]*db.DB{"same process": holder, "other process": waiter} {
		t.Run(name, func(t *testing.T) {
			write(t, holder, func(*db.Tx) error {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				err := d.Write(ctx, db.TxInfo{}, func(*db.Tx) error { t.Error("two writers at once"); return nil })
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				return nil
			})
			write(t, d, func(*db.Tx) error { return nil })
			write(t, holder, func(*db.Tx) error { return nil })
		})
	}
}

// TestWritersExcludeEachOther has two handles increment a counter by reading and writing it.
func TestWritersExcludeEachOther(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		handles := []*db.DB{dbtest.Open(t, cfg), dbtest.Open(t, cfg)}
		createThing(t, handles[0])
		id, ctx := value.NewID(), t.Context()
		write(t, handles[0], func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ($1, 0)`, id)
			return err
		})
		const writers, rounds = 6, 25
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for range rounds {
					write(t, handles[w%2], func(tx *db.Tx) error {
						var n int64
						if err := tx.QueryRow(ctx, `SELECT n FROM thing WHERE id = $1 `+tx.Dialect().ForUpdate, id).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, `UPDATE thing SET n = $1 WHERE id = $2`, n+1, id)
						return err
					})
				}
			})
		}
		all.Wait()
		if n := count(t, handles[0], `SELECT n FROM thing`); n != writers*rounds {
			t.Errorf("counted to %d, want %d", n, writers*rounds)
		}
	})
}
