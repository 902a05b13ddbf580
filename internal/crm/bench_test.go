package crm_test

import (
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// BenchmarkApplyDeals records 1,000 new deals with two versions each in one transaction, with and without custom values.
func BenchmarkApplyDeals(b *testing.B) {
	for _, custom := range []bool{false, true} {
		name := map[bool]string{false: "plain", true: "custom"}[custom]
		b.Run(name+"/"+db.SQLite, func(b *testing.B) { benchmarkDeals(b, dbtest.SQLite(b), custom) })
		b.Run(name+"/"+db.Postgres, func(b *testing.B) { benchmarkDeals(b, dbtest.Postgres(b), custom) })
	}
}

func benchmarkDeals(b *testing.B, d *db.DB, custom bool) {
	const deals = 1000
	for _, f := range []crm.Field{{Name: "size", Kind: crm.Text}, {Name: "margin", Kind: crm.Number}} {
		if _, err := define(b, d, crm.CustomField{Object: "deal", Field: f}); err != nil {
			b.Fatal(err)
		}
	}
	stages := makeProcess(b, d)
	account := makeRecord(b, d, "account", map[string]any{"name": "A"})
	owner := makeRecord(b, d, "person", map[string]any{"name": "B"})
	b.ReportAllocs()
	for b.Loop() {
		changes := make([]crm.Change, 0, 2*deals)
		for range deals {
			opening := crm.Change{ID: value.NewID(), New: true, At: 10, Set: map[string]any{
				"name": "A deal of some size", "stage": stages["open"], "account": account, "owner": owner, "amount": int64(100), "currency": "USD",
				"close": value.Day(100), "source": "Web",
			}}
			if custom {
				opening.Custom = map[string]any{"size": "Большой", "margin": 0.25}
			}
			closing := crm.Change{ID: opening.ID, At: 20, Set: map[string]any{"stage": stages["won"], "close": value.Day(90)}}
			changes = append(changes, opening, closing)
		}
		if _, err := try(b, d, "deal", changes...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(deals*b.N)/b.Elapsed().Seconds(), "deals/s")
}
