package connect_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// brittle is a context that ends when it has been asked about its end a number of times, which every statement does: so
// an import can be broken off at any point, and at the same one again.
type brittle struct {
	context.Context
	left   *atomic.Int64
	cancel context.CancelFunc
}

func newBrittle(ctx context.Context, asked int64) (brittle, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	b := brittle{ctx, &atomic.Int64{}, cancel}
	b.left.Store(asked)
	return b, cancel
}

func (b brittle) Done() <-chan struct{} {
	if b.left.Add(-1) <= 0 {
		b.cancel()
	}
	return b.Context.Done()
}

// Broken off anywhere, any number of times, the same import again ends in the same records; and undone then, it leaves
// nothing.
func TestInterruptedImportGoesOn(t *testing.T) {
	files := folder(t, sample)
	t.Run(db.SQLite, func(t *testing.T) {
		want, steps := uninterrupted(t, dbtest.SQLite(t), files)
		rapid.Check(t, func(r *rapid.T) {
			breaks := rapid.SliceOfN(rapid.Int64Range(1, steps), 1, 3).Draw(r, "steps before each break")
			interrupted(t, r, dbtest.SQLiteConfig(t), files, want, breaks)
		})
	})
	t.Run(db.Postgres, func(t *testing.T) {
		want, steps := uninterrupted(t, dbtest.Postgres(t), files)
		for i := range int64(6) {
			interrupted(t, t, dbtest.PostgresConfig(t), files, want, []int64{steps * (2*i + 1) / 12, steps * (11 - 2*i) / 12})
		}
	})
}

// uninterrupted imports the sample without a break and gives what it made, and how many steps it took.
func uninterrupted(t *testing.T, d *db.DB, files string) (want string, steps int64) {
	const enough = 1 << 40
	ctx, cancel := newBrittle(t.Context(), enough)
	defer cancel()
	if _, err := connect.Import(ctx, d, []string{files}, inPieces(t, files)); err != nil {
		t.Fatal(err)
	}
	return picture(t, d), enough - ctx.left.Load()
}

// inPieces are the options under which the sample is imported two rows at a time.
func inPieces(t *testing.T, files string) connect.ImportOptions {
	return connect.InChunks(sampled(t, files), 2)
}

func interrupted(t *testing.T, r rapid.TB, cfg db.Config, files, want string, breaks []int64) {
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		r.Fatal(err)
	}
	defer d.Close()
	for _, steps := range breaks {
		breakOff(t, r, d, files, steps)
	}
	unfinished := count(t, d, `SELECT count(*) FROM connect_imports WHERE state IN ('running', 'stopped')`)
	report := imported(t, d, inPieces(t, files), files)
	if got := picture(t, d); got != want {
		r.Fatalf("after the interruption: %s", firstDifference(want, got))
	}
	if report.Resumed != (unfinished > 0) {
		r.Fatalf("resumed is %v, with %d unfinished imports", report.Resumed, unfinished)
	}
	if count(t, d, `SELECT count(*) FROM connect_imports`) > 1 {
		return // the first run was not broken off, and the last one had nothing to do
	}
	if _, err := connect.Undo(t.Context(), d, report.ID, value.Actor{Name: "tester"}); err != nil {
		r.Fatal(err)
	}
	if left := withoutDeleted(picture(t, d)); left != "" {
		r.Fatalf("the undo left %s", left)
	}
}

// breakOff begins an import that ends too early, or just not.
func breakOff(t *testing.T, r rapid.TB, d *db.DB, files string, steps int64) {
	ctx, cancel := newBrittle(t.Context(), steps)
	defer cancel()
	_, err := connect.Import(ctx, d, []string{files}, inPieces(t, files))
	if err != nil && !errors.Is(err, context.Canceled) {
		r.Fatalf("broken off after %d steps: %v", steps, err)
	}
}
