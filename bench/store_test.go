package bench

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/demo"
	"zveno.dev/zveno/internal/value"
)

// storyEnd keeps the generated company the same on every day.
var storyEnd = value.NewDay(2026, time.July, 1).Start(time.UTC)

// generated opens the store of the generated company, making it first when it is not there.
func generated(b *testing.B, cfg db.Config) *db.DB {
	ctx := context.Background()
	d := dbtest.Open(b, cfg)
	if _, err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	var stored int
	err := d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT count(*) FROM crm_deals`).Scan(&stored) })
	if err != nil {
		b.Fatal(err)
	}
	if stored > 0 {
		return d
	}
	began := time.Now()
	stats, err := demo.Load(ctx, d, demo.Options{Deals: *deals, Seed: 1, Light: true, Now: storyEnd}, nil)
	if err != nil {
		b.Fatal(err)
	}
	versions := stats.Versions["deal"]
	fmt.Printf("made %d deals with %d versions in %.0f s (%.0f versions/s)\n", *deals, versions, time.Since(began).Seconds(), float64(versions)/time.Since(began).Seconds())
	return d
}

func storeDir() string { return filepath.Join(*folder, fmt.Sprintf("store-%d", *deals)) }

// BenchmarkProjection rebuilds the analytical tables, and measures how long a committed change takes to show in them.
func BenchmarkProjection(b *testing.B) {
	ctx := context.Background()
	d := generated(b, db.Config{Dir: storeDir()})
	var versions int64
	err := d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM crm_deal_versions WHERE recorded_to = $1`, value.Forever).Scan(&versions)
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := removeAnalytics(storeDir()); err != nil {
		b.Fatal(err)
	}
	p := openProjection(b, d, analyticsConfig())
	began := time.Now()
	if err := p.Refresh(ctx); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	figure("projection rebuild", "≥ 400,000 versions/s", "%.0f versions/s (%d in %.1f s)", float64(versions)/took.Seconds(), versions, took.Seconds())
	benchFreshness(b, d, p)
}

func analyticsConfig() columnar.Config { return columnar.Config{Dir: storeDir(), MemoryMiB: 4096} }

func openProjection(b *testing.B, d *db.DB, cfg columnar.Config) *projection.Projection {
	p, err := projection.Open(context.Background(), d, cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	return p
}

func removeAnalytics(dir string) error {
	files, err := fs.Glob(os.DirFS(dir), "analytics*")
	for _, name := range files {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return err
}

// benchFreshness moves deals while the projection follows, and waits until each move shows.
func benchFreshness(b *testing.B, d *db.DB, p *projection.Projection) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Follow(ctx)
	}()
	defer func() {
		stop()
		<-done
	}()
	deals, stages, err := openDeals(ctx, d, 10)
	if err != nil {
		b.Fatal(err)
	}
	var times []time.Duration
	for i, deal := range deals {
		if err := moveDeal(ctx, d, deal, stages[i%len(stages)]); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		for !shows(b, d, p) {
			time.Sleep(time.Millisecond)
		}
		times = append(times, time.Since(began))
	}
	figure("a committed change shows in metrics", "≤ 2 s", "p50 %.0f ms, worst %.0f ms", ms(percentile(times, 0.5)), ms(percentile(times, 1)))
}

// shows reports whether the projection has everything that is committed.
func shows(b *testing.B, d *db.DB, p *projection.Projection) bool {
	here, err := d.Position(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	at, built, err := p.Store().Position(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return built && at.TxNo >= here
}

// openDeals gives some open deals, and the open stages of their pipeline.
func openDeals(ctx context.Context, d *db.DB, n int) (deals, stages []value.ID, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		all, err := crm.ListStages(ctx, tx)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.Outcome == crm.OutcomeOpen && s.Pipeline == all[0].Pipeline {
				stages = append(stages, s.ID)
			}
		}
		rows, err := tx.Query(ctx, `SELECT id FROM crm_deals WHERE stage_id = $1 AND NOT deleted LIMIT $2`, stages[0], n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id value.ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			deals = append(deals, id)
		}
		return rows.Err()
	})
	return deals, stages, err
}

func moveDeal(ctx context.Context, d *db.DB, deal, stage value.ID) error {
	return d.Write(ctx, db.TxInfo{Actor: value.System("bench"), Source: "bench"}, func(tx *db.Tx) error {
		_, err := crm.Apply(ctx, tx, crm.ObjectNamed("deal"), []crm.Change{{ID: deal, At: tx.At, Set: map[string]any{"stage": stage}}})
		return err
	})
}
