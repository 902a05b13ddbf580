package projection_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// company is a database with one pipeline.
type company struct {
	d     *db.DB
	stage value.ID
}

func newCompany(t *testing.T, d *db.DB) company {
	t.Helper()
	pipeline := make1(t, d, "pipeline", map[string]any{"name": "Sales"})
	return company{d, make1(t, d, "stage", map[string]any{"pipeline": pipeline, "name": "Open", "position": int64(0), "outcome": "open", "qualified": true})}
}

// make1 makes a record.
func make1(t *testing.T, d *db.DB, object string, set map[string]any) value.ID {
	t.Helper()
	id := value.NewID()
	err := d.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
		_, err := crm.Apply(t.Context(), tx, crm.ObjectNamed(object), []crm.Change{{ID: id, New: true, Set: set}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (c company) deal(t *testing.T, source string, owner value.ID) {
	t.Helper()
	make1(t, c.d, "deal", map[string]any{"name": "Deal from " + source, "stage": c.stage, "source": source, "owner": owner, "currency": "USD", "amount": int64(100)})
}

func openProjection(t *testing.T, d *db.DB, cfg columnar.Config) *projection.Projection {
	t.Helper()
	cfg.Log = dbtest.Log(t)
	p, err := projection.Open(t.Context(), d, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func refresh(t *testing.T, p *projection.Projection) {
	t.Helper()
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// names lists what the deals' keys of a column lead to.
func names(t *testing.T, p *projection.Projection, query string) []string {
	t.Helper()
	rows, err := p.Store().Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		found = append(found, name)
	}
	return found
}

const (
	sourcesOfDeals = `SELECT w.text FROM deal_version v JOIN word w ON w.key = v.source_key ORDER BY w.text`
	ownersOfDeals  = `SELECT p.name FROM deal_version v JOIN person p ON p.key = v.owner_key ORDER BY p.name`
)

// TestTwoProcessesShareTables lets two projections feed the same tables by turns and at once; each gives out keys.
func TestTwoProcessesShareTables(t *testing.T) {
	d := dbtest.SQLite(t)
	c := newCompany(t, d)
	cfg := columnar.Config{PostgresURL: dbtest.EmptyPostgresConfig(t).URL}
	both := []*projection.Projection{openProjection(t, d, cfg), openProjection(t, d, cfg)}
	refresh(t, both[0])
	var sources, owners []string
	for i := range 12 {
		source, owner := fmt.Sprintf("Source %02d", i), fmt.Sprintf("Owner %02d", i)
		sources, owners = append(sources, source), append(owners, owner)
		c.deal(t, source, make1(t, d, "person", map[string]any{"name": owner}))
		if i%5 == 4 {
			together(t, both)
		} else {
			refresh(t, both[i%2])
		}
	}
	if got := names(t, both[0], sourcesOfDeals); !slices.Equal(got, sources) {
		t.Errorf("sources %q, want %q", got, sources)
	}
	if got := names(t, both[1], ownersOfDeals); !slices.Equal(got, owners) {
		t.Errorf("owners %q, want %q", got, owners)
	}
	for _, p := range both {
		mustVerify(t, p)
	}
}

// together refreshes at the same time; a refresh that came second goes on with the next.
func together(t *testing.T, all []*projection.Projection) {
	t.Helper()
	done := make(chan error)
	for _, p := range all {
		go func() { done <- p.Refresh(context.WithoutCancel(t.Context())) }()
	}
	for range all {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func mustVerify(t *testing.T, p *projection.Projection) {
	t.Helper()
	refresh(t, p)
	comparisons, err := p.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range comparisons {
		if c.Violations > 0 {
			t.Errorf("%s differs from the record", c.Name)
		}
	}
}

// TestChangeBetweenOpenAndRefresh changes what rows depend on after the tables were found to be good.
func TestChangeBetweenOpenAndRefresh(t *testing.T) {
	d := dbtest.SQLite(t)
	c := newCompany(t, d)
	rate := func(perUnit float64, day int) {
		make1(t, d, "rate", map[string]any{"currency": "EUR", "day": value.NewDay(2020, 1, day), "rate": perUnit})
	}
	rate(1.25, 1)
	make1(t, d, "deal", map[string]any{"name": "In euros", "stage": c.stage, "currency": "EUR", "amount": int64(100)})
	cfg := columnar.Config{Dir: t.TempDir()}
	p := openProjection(t, d, cfg)
	refresh(t, p)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p = openProjection(t, d, cfg)
	rate(2, 2)
	refresh(t, p)
	if got := names(t, p, `SELECT CAST(amount AS VARCHAR) FROM deal_entry`); !slices.Equal(got, []string{"200"}) {
		t.Errorf("the entry's amount is %q, want 200 by the new rate", got)
	}
}

// TestRestoredDealIsTheSameDeal deletes a deal for two days: it was created once, and the days do not count in its cycle.
func TestRestoredDealIsTheSameDeal(t *testing.T) {
	d := dbtest.SQLite(t)
	c := newCompany(t, d)
	var pipeline value.ID
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		stages, err := crm.ListStages(t.Context(), tx)
		pipeline = stages[0].Pipeline
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wonStage := make1(t, d, "stage", map[string]any{"pipeline": pipeline, "name": "Won", "position": int64(1), "outcome": "won"})
	day := func(n int) value.Instant { return value.NewDay(2026, 3, n).Start(time.UTC) }
	deal, yes, no := value.NewID(), true, false
	for _, change := range []crm.Change{
		{New: true, At: day(1), Set: map[string]any{"name": "Deal", "stage": c.stage, "currency": "USD", "amount": int64(100)}},
		{At: day(10), Deleted: &yes},
		{At: day(12), Deleted: &no},
		{At: day(20), Set: map[string]any{"stage": wonStage}},
	} {
		change.ID = deal
		err := d.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
			_, err := crm.Apply(t.Context(), tx, crm.ObjectNamed("deal"), []crm.Change{change})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	p := openProjection(t, d, columnar.Config{Dir: t.TempDir()})
	refresh(t, p)
	entries := fmt.Sprintf(`SELECT DISTINCT CAST(entry_day AS VARCHAR) FROM deal_entry WHERE entered_at = %d`, day(1))
	if got, want := names(t, p, entries), []string{strconv.Itoa(int(value.NewDay(2026, 3, 1)))}; !slices.Equal(got, want) {
		t.Errorf("entered on %q, want %q", got, want)
	}
	inForce := `SELECT CAST(count(*) AS VARCHAR) FROM deal_entry WHERE valid_from <= %[1]d AND %[1]d < valid_to`
	for n, want := range map[int]string{5: "1", 11: "0", 15: "1", 25: "1"} {
		if got := names(t, p, fmt.Sprintf(inForce, day(n))); got[0] != want {
			t.Errorf("on day %d %s entries hold, want %s", n, got[0], want)
		}
	}
	if got, want := names(t, p, `SELECT CAST(cycle_s / 86400 AS VARCHAR) FROM deal_closed`), []string{"17.0"}; !slices.Equal(got, want) {
		t.Errorf("cycle of %q days, want %q", got, want)
	}
	stays := `SELECT DISTINCT visit || ' ' || (exited_at - entered_at) / 86400000000 FROM deal_stay WHERE exited_at < ` + strconv.FormatInt(int64(value.Forever), 10)
	if got, want := names(t, p, stays), []string{"1 19.0"}; !slices.Equal(got, want) {
		t.Errorf("stays %q, want %q", got, want)
	}
}
