package demo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/demo"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// now is the end of the story in the tests.
var now = value.NewDay(2024, time.March, 10).Start(time.UTC)

func TestLoad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		done, total := 0, 0
		stats, err := demo.Load(t.Context(), d, demo.Options{Deals: 500, Now: now}, func(n, of int) { done, total = n, of })
		if err != nil {
			t.Fatal(err)
		}
		if done != total || done == 0 {
			t.Errorf("progress ended at %d of %d", done, total)
		}
		for _, o := range crm.Objects {
			table := o.Table
			for _, check := range []struct {
				what, query string
				want        int
			}{
				{"records", `SELECT count(*) FROM ` + table.Current, stats.Records[o.Name]},
				{"versions", `SELECT count(*) FROM ` + table.Versions, stats.Versions[o.Name]},
				{"gaps or overlaps", `SELECT count(*) FROM (SELECT valid_to,
					LEAD(valid_from, 1, 1152921504606846976) OVER (PARTITION BY id ORDER BY valid_from) AS next
					FROM ` + table.Versions + ` WHERE recorded_to = 1152921504606846976) AS chain WHERE next <> valid_to`, 0},
				{"current rows that are not the last version", `SELECT count(*) FROM ` + table.Current + ` AS c LEFT JOIN ` + table.Versions + ` AS v
					ON v.id = c.id AND v.valid_from = c.valid_from AND v.valid_to = 1152921504606846976 AND v.recorded_to = 1152921504606846976
					WHERE v.id IS NULL OR v.deleted <> c.deleted OR v.tx_no <> c.tx_no`, 0},
				{"current rows without the newest number", `SELECT count(*) FROM ` + table.Current + ` AS c
					WHERE version <> (SELECT max(no) FROM ` + table.Versions + ` AS v WHERE v.id = c.id)`, 0},
			} {
				if got := count(t, d, check.query); got != check.want {
					t.Errorf("%s: %d %s, want %d", o.Plural, got, check.what, check.want)
				}
			}
			if report := verify(t, d, o); report.Violations() > 0 {
				t.Errorf("%s: %+v", o.Plural, report)
			}
			if stats.Records[o.Name] == 0 {
				t.Errorf("no %s", o.Plural)
			}
		}
		settings := identity.Settings{}
		read(t, d, func(tx *db.Tx) (err error) {
			settings, err = identity.LoadSettings(t.Context(), tx)
			return err
		})
		if settings.Company == "" || settings.Currency != "USD" {
			t.Errorf("settings %+v", settings)
		}
		if _, err := demo.Load(t.Context(), d, demo.Options{Deals: 10, Now: now}, nil); fault.KindOf(err) != fault.Conflict {
			t.Errorf("loading a second time: %v", err)
		}
	})
}

func verify(t *testing.T, d *db.DB, o *crm.Object) (report history.Report) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		report, err = history.Verify(t.Context(), tx, o.Table)
		return err
	})
	return report
}

func count(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error { return tx.QueryRow(t.Context(), query).Scan(&n) })
	return n
}

func read(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestLoadRefuses(t *testing.T) {
	d := dbtest.SQLite(t)
	for what, o := range map[string]demo.Options{
		"too few deals": {Deals: -1}, "too many years": {Years: 1000}, "the future": {Now: value.InstantOf(time.Now().Add(time.Hour))},
	} {
		if _, err := demo.Load(t.Context(), d, o, nil); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want Invalid", what, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := demo.Load(ctx, d, demo.Options{Deals: 15_000, Now: now, Light: true}, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// BenchmarkLoad loads many deals into a SQLite file.
func BenchmarkLoad(b *testing.B) {
	for _, c := range []struct {
		name    string
		options demo.Options
	}{
		{"light", demo.Options{Deals: 60_000, Now: now, Light: true}},
		{"whole", demo.Options{Deals: 12_000, Now: now}},
	} {
		b.Run(c.name, func(b *testing.B) {
			versions := 0
			for range b.N {
				d := dbtest.SQLite(b)
				stats, err := demo.Load(b.Context(), d, c.options, nil)
				if err != nil {
					b.Fatal(err)
				}
				for _, n := range stats.Versions {
					versions += n
				}
			}
			b.ReportMetric(float64(versions)/b.Elapsed().Seconds(), "versions/s")
		})
	}
}
