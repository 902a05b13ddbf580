package bench

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/demo"
)

const (
	writers        = 8
	writesByWriter = 250
)

// BenchmarkWrites moves deals from several goroutines, each move a durable transaction.
func BenchmarkWrites(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchWriters(b, "SQLite", db.Config{Dir: b.TempDir()}) })
	b.Run("PostgreSQL", func(b *testing.B) {
		cluster := dbtest.NewCluster(b)
		benchWriters(b, "PostgreSQL", db.Config{URL: cluster.URL("postgres")})
	})
}

func benchWriters(b *testing.B, engine string, cfg db.Config) {
	ctx := context.Background()
	d := dbtest.Open(b, cfg)
	if _, err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	if _, err := demo.Load(ctx, d, demo.Options{Deals: 5_000, Light: true, Now: storyEnd}, nil); err != nil {
		b.Fatal(err)
	}
	deals, stages, err := openDeals(ctx, d, writers*10)
	if err != nil {
		b.Fatal(err)
	}
	var mutex sync.Mutex
	var times []time.Duration
	var failed error
	var group sync.WaitGroup
	began := time.Now()
	for w := range writers {
		group.Go(func() {
			for i := range writesByWriter {
				start := time.Now()
				err := moveDeal(ctx, d, deals[(w*10+i)%len(deals)], stages[(i/10)%len(stages)])
				took := time.Since(start)
				mutex.Lock()
				times = append(times, took)
				if err != nil {
					failed = err
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if failed != nil {
		b.Fatal(failed)
	}
	rate := float64(len(times)) / time.Since(began).Seconds()
	figure(fmt.Sprintf("one deal moved, durable, %d writers, %s", writers, engine), "p99 ≤ 20 ms", "p50 %.1f ms, p99 %.1f ms, %.0f moves/s",
		ms(percentile(times, 0.5)), ms(percentile(times, 0.99)), rate)
}
