package projection_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) {
	// Each check makes a database and its analytical tables; -rapid.checks on the command line still wins.
	if err := flag.Set("rapid.checks", "15"); err != nil {
		panic(err)
	}
	dbtest.Main(m)
}

// The random worlds live in the days from start on; changes fall on multiples of step, so that they often coincide.
var start = value.NewDay(2025, time.November, 1).Start(time.UTC)

const (
	step  = value.Instant(36 * time.Hour / time.Microsecond)
	steps = 120 // half a year
)

func moment(t *rapid.T, label string) value.Instant {
	return start + step*value.Instant(rapid.IntRange(0, steps).Draw(t, label))
}

// world is a small random company in a database.
type world struct {
	d                     *db.DB
	stages, people, teams []value.ID
	deals                 []value.ID
	clock                 value.Instant
}

func newWorld(t *rapid.T, d *db.DB) *world {
	w := &world{d: d, clock: start + step*(steps+1)}
	w.must(t, "rate", crm.Change{Set: map[string]any{"currency": "EUR", "day": value.NewDay(2020, time.January, 1), "rate": 1.25}})
	w.must(t, "rate", crm.Change{Set: map[string]any{"currency": "JPY", "day": value.NewDay(2020, time.January, 1), "rate": 0.01}})
	for p := range 2 {
		pipeline := w.must(t, "pipeline", crm.Change{Set: map[string]any{"name": fmt.Sprintf("Pipeline %d", p)}})
		for i, outcome := range []string{"open", "open", "open", "won", "lost", "no_decision"} {
			w.stages = append(w.stages, w.must(t, "stage", crm.Change{Set: map[string]any{"pipeline": pipeline, "name": fmt.Sprintf("%s %d/%d", outcome, p, i),
				"position": int64(i), "outcome": outcome, "probability": float64(i) / 5, "qualified": i == 1}}))
		}
	}
	w.hierarchy(t)
	return w
}

// hierarchy makes teams and people, and moves both around.
func (w *world) hierarchy(t *rapid.T) {
	top := w.must(t, "team", crm.Change{At: start, Set: map[string]any{"name": "Company"}})
	for _, region := range []string{"North", "South"} {
		above := w.must(t, "team", crm.Change{At: start, Set: map[string]any{"name": region, "parent": top, "region": region}})
		w.teams = append(w.teams, w.must(t, "team", crm.Change{At: start, Set: map[string]any{"name": region + " 1", "parent": above}}), above)
	}
	for i := range 3 {
		w.people = append(w.people, w.must(t, "person", crm.Change{At: moment(t, "hired"), Set: map[string]any{"name": fmt.Sprintf("Person %d", i),
			"team": rapid.SampledFrom(w.teams).Draw(t, "team")}}))
	}
	for range rapid.IntRange(0, 4).Draw(t, "moves") {
		person := rapid.SampledFrom(w.people).Draw(t, "person")
		w.change(t, "person", crm.Change{ID: person, At: moment(t, "moved"), Set: map[string]any{"team": rapid.SampledFrom(w.teams).Draw(t, "team")}})
	}
	if rapid.Bool().Draw(t, "reorganised") {
		w.change(t, "team", crm.Change{ID: w.teams[0], At: moment(t, "reorganised at"), Set: map[string]any{"parent": w.teams[3]}})
	}
}

// must makes a record; without At it has been there since long before.
func (w *world) must(t *rapid.T, object string, c crm.Change) value.ID {
	c.ID, c.New = value.NewID(), true
	if c.At == 0 {
		c.At = start - step
	}
	w.change(t, object, c)
	return c.ID
}

func (w *world) change(t *rapid.T, object string, c crm.Change) {
	w.clock += value.Instant(rapid.IntRange(0, 2).Draw(t, "clock"))
	err := w.d.Write(context.Background(), db.TxInfo{Actor: value.System("test"), Source: "test", At: w.clock}, func(tx *db.Tx) error {
		_, err := crm.Apply(context.Background(), tx, crm.ObjectNamed(object), []crm.Change{c})
		return err
	})
	if err != nil {
		t.Fatalf("change %s: %v", object, err)
	}
}

// live makes deals and changes them in any order of time.
func (w *world) live(t *rapid.T, deals int) {
	for i := range deals {
		c := w.dealChange(t)
		c.Set["name"] = fmt.Sprintf("Deal %d", i)
		if c.Set["stage"] == nil {
			c.Set["stage"] = w.stages[0]
		}
		w.deals = append(w.deals, w.must(t, "deal", c))
		for range rapid.IntRange(0, 7).Draw(t, "changes") {
			w.touch(t, w.deals[i])
		}
	}
}

func (w *world) touch(t *rapid.T, deal value.ID) {
	c := w.dealChange(t)
	c.ID = deal
	w.change(t, "deal", c)
}

func (w *world) dealChange(t *rapid.T) crm.Change {
	c := crm.Change{At: moment(t, "at"), Set: map[string]any{}}
	set := func(field string, draw func() any) {
		if rapid.IntRange(0, 2).Draw(t, field+"?") > 0 {
			c.Set[field] = draw()
		}
	}
	set("stage", func() any { return rapid.SampledFrom(w.stages).Draw(t, "stage") })
	set("owner", func() any { return rapid.SampledFrom(append(w.people, value.ID{})).Draw(t, "owner") })
	set("amount", func() any { return rapid.Int64Range(0, 1_000_000).Draw(t, "amount") })
	if c.Set["amount"] != nil {
		c.Set["currency"] = rapid.SampledFrom([]string{"USD", "EUR", "JPY"}).Draw(t, "currency")
	}
	set("probability", func() any { return float64(rapid.IntRange(0, 10).Draw(t, "probability")) / 10 })
	set("close", func() any { return value.DayOf(moment(t, "close").Time()) })
	set("source", func() any { return rapid.SampledFrom([]string{"Web", "Веб", ""}).Draw(t, "source") })
	if rapid.IntRange(0, 9).Draw(t, "deleted?") == 0 {
		deleted := rapid.Bool().Draw(t, "deleted")
		c.Deleted = &deleted
	}
	return c
}

// naive reads the world's raw versions.
func (w *world) naive(t *rapid.T) *naive {
	var n *naive
	err := w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = readNaive(context.Background(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eachAnalytics runs a property over random worlds: SQLite with DuckDB, and PostgreSQL with the tables in PostgreSQL too. The
// same statements run on both.
func eachAnalytics(t *testing.T, property func(*rapid.T, *world, *projection.Projection)) {
	configs := map[string]func(testing.TB) (db.Config, columnar.Config){
		"sqlite and duckdb": func(t testing.TB) (db.Config, columnar.Config) {
			return dbtest.SQLiteConfig(t), columnar.Config{Dir: t.TempDir(), Threads: 1, Log: dbtest.Log(t)}
		},
		"postgres": func(t testing.TB) (db.Config, columnar.Config) {
			cfg := dbtest.PostgresConfig(t)
			return cfg, columnar.Config{PostgresURL: cfg.URL, Log: dbtest.Log(t)}
		},
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				records, analytics := config(t)
				d := dbtest.Open(t, records)
				defer d.Close()
				p, err := projection.Open(context.Background(), d, analytics)
				if err != nil {
					rt.Fatal(err)
				}
				defer p.Close()
				w := newWorld(rt, d)
				w.live(rt, rapid.IntRange(1, 6).Draw(rt, "deals"))
				property(rt, w, p)
			})
		})
	}
}
