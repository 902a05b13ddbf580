package history

import (
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// BenchmarkApplyLive changes one of 1,000 records, each with 8 versions to begin with, as it happens: one change, one
// transaction.
func BenchmarkApplyLive(b *testing.B) {
	eachBenchmark(b, func(b *testing.B, d *db.DB) {
		const records = 1000
		ids := make([]value.ID, records)
		var changes []Change
		for i := range ids {
			ids[i] = value.NewID()
			for n := range 8 {
				changes = append(changes, set(ids[i], value.Instant(n+1), amountColumn, int64(n)))
			}
		}
		apply(b, d, 10, changes...)
		i := 0
		for b.Loop() {
			i++
			err := d.Write(b.Context(), db.TxInfo{Source: "user"}, func(tx *db.Tx) error {
				_, err := Apply(b.Context(), tx, things, []Change{set(ids[i%records], 0, amountColumn, int64(100+i))})
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkApplyNew records 1,000 new records with 2 versions each in one transaction, as imports do.
func BenchmarkApplyNew(b *testing.B) {
	eachBenchmark(b, func(b *testing.B, d *db.DB) {
		const records = 1000
		b.ReportAllocs()
		for b.Loop() {
			changes := make([]Change, 0, 2*records)
			for i := range records {
				opening := Change{ID: value.NewID(), New: true, At: 10, Set: []Cell{
					{nameColumn, "A deal of some size"}, {ownerColumn, value.SeededID(1, 1, 1)}, {amountColumn, int64(i)}, {activeColumn, true}, {cityColumn, "Ёлкино"},
				}}
				changes = append(changes, opening, set(opening.ID, 20, amountColumn, int64(-i)))
			}
			err := d.Write(b.Context(), db.TxInfo{Source: "import"}, func(tx *db.Tx) error {
				_, err := Apply(b.Context(), tx, things, changes)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

func eachBenchmark(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	b.Run(db.SQLite, func(b *testing.B) {
		d := dbtest.SQLite(b)
		createThings(b, d)
		fn(b, d)
	})
	b.Run(db.Postgres, func(b *testing.B) {
		d := dbtest.Postgres(b)
		createThings(b, d)
		fn(b, d)
	})
}
