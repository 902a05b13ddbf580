package columnar

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// change is a delta that gives each of the deals three visits in stages from 10 up, marked with mark.
func change(mark int, deals ...int) Delta {
	d := Delta{Delete: map[string][]int32{}, Insert: map[string][][]any{}}
	for _, deal := range deals {
		d.Delete["visits"] = append(d.Delete["visits"], int32(deal))
		for stage := range 3 {
			row := visit(deal, 10+stage)
			row[2] = int64(mark)
			d.Insert["visits"] = append(d.Insert["visits"], row)
		}
	}
	return d
}

func TestCompactKeepsRows(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		if err := s.Compact(t.Context()); err != nil {
			t.Errorf("compact before the first rebuild: %v", err)
		}
		rebuild(t, s, 1, 1000)
		for i := range 20 {
			if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: int64(i + 2)}, change(i, i, 5*i, 999-i, 2000+i)); err != nil {
				t.Fatal(err)
			}
		}
		const all = `SELECT * FROM visits ORDER BY deal_key, stage_no`
		want := ask(t, s, all)
		for _, force := range []bool{true, false, true} {
			if err := s.engine.compact(t.Context(), force); err != nil {
				t.Fatal(err)
			}
			if got := ask(t, s, all); got != want {
				t.Fatalf("compacting changed the rows")
			}
		}
		mustPosition(t, s, 21)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, cfg, sample)
		mustPosition(t, s, 21)
		if got := ask(t, s, all); got != want {
			t.Error("the rows are others after opening again")
		}
	})
}

func TestRewriteDue(t *testing.T) {
	for _, c := range []struct {
		changed, total int64
		due            bool
	}{{0, 0, false}, {19_999, 20_000, false}, {20_000, 20_000, true}, {20_000, 1_000_000, false}, {40_000, 1_000_000, true}} {
		if rewriteDue(c.changed, c.total) != c.due {
			t.Errorf("%d of %d rows changed: want %v", c.changed, c.total, c.due)
		}
	}
}

// TestEverythingAtOnce queries without a pause while tables are changed, compacted and rebuilt. Each deal always has the
// same number of visits with one and the same mark, unless a query sees half of a change.
func TestEverythingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		const deals = 10_000
		s := open(t, cfg, sample)
		rebuild(t, s, 1, deals)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var background, readers sync.WaitGroup
		for range 3 {
			readers.Go(func() { readWhole(ctx, t, s) })
		}
		background.Go(func() {
			for range 8 {
				if err := s.engine.compact(ctx, true); err != nil {
					t.Errorf("compact: %v", err)
				}
			}
		})
		rebuilt := 0
		background.Go(func() {
			for ; rebuilt < 2; rebuilt++ {
				time.Sleep(300 * time.Millisecond)
				err := s.Rebuild(ctx, func(ctx context.Context, l *Loader) (Position, error) {
					p, _, err := s.Position(ctx)
					if err == nil {
						err = fillSample(l, deals)
					}
					return p, err
				})
				if err != nil {
					t.Errorf("rebuild: %v", err)
				}
			}
		})
		last := applyMany(ctx, t, s, deals)
		background.Wait()
		if err := s.Apply(ctx, Position{Store: feeder, TxNo: last}, change(7, 1, 2, 3)); err != nil {
			t.Error(err)
		}
		stop()
		readers.Wait()
		if got := ask(t, s, `SELECT count(*) FROM visits WHERE entered_us = 7 AND stage_no >= 10`); got != "9" {
			t.Errorf("%s visits of the last change, want 9", got)
		}
	})
}

// applyMany applies changes one after the other and gives the last position.
func applyMany(ctx context.Context, t *testing.T, s *Store, deals int) int64 {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		some := random.Perm(deals)[:20]
		if err := s.Apply(ctx, Position{Store: feeder, TxNo: int64(i + 2)}, change(1000+i, some...)); err != nil {
			t.Errorf("apply: %v", err)
		}
	}
	return 62
}

// readWhole asks until ctx ends, and reports the longest wait.
func readWhole(ctx context.Context, t *testing.T, s *Store) {
	var longest time.Duration
	count := 0
	for ; ctx.Err() == nil; count++ {
		start := time.Now()
		got, err := tryAsk(ctx, s, `SELECT count(*), count(*) FILTER (WHERE NOT (n = 2 OR n = 3 AND low = high))
			FROM (SELECT deal_key, count(*) AS n, min(entered_us) AS low, max(entered_us) AS high FROM visits GROUP BY deal_key) AS per_deal`)
		if ctx.Err() != nil {
			break
		}
		if err != nil || got != fmt.Sprintf("%d|0", 10_000) {
			t.Errorf("query: %s, %v", got, err)
			break
		}
		longest = max(longest, time.Since(start))
	}
	t.Logf("%d queries, the longest %v", count, longest)
}
