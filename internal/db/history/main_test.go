package history

import (
	"context"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// things is a versioned table with a column of every kind.
var things = &Table{
	Object: "thing", Current: "thing", Versions: "thing_versions",
	Columns: []Column{
		{Name: "name", Kind: Text, Search: true},
		{Name: "owner_id", Kind: ID},
		{Name: "amount_minor", Kind: Integer},
		{Name: "probability", Kind: Real},
		{Name: "active", Kind: Bool},
		{Name: "city", Kind: Text, Search: true},
	},
}

// Positions in things.
const (
	nameColumn = iota
	ownerColumn
	amountColumn
	probabilityColumn
	activeColumn
	cityColumn
)

// createThings makes the tables of things.
func createThings(t testing.TB, d *db.DB) {
	t.Helper()
	const columns = `name TEXT, owner_id UUID, amount_minor BIGINT, probability DOUBLE PRECISION, active BOOLEAN, city TEXT`
	write(t, d, db.TxInfo{}, func(tx *db.Tx) error {
		for _, statement := range []string{
			`CREATE TABLE thing (id UUID PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, valid_from BIGINT NOT NULL,
				tx_no BIGINT NOT NULL, deleted BOOLEAN NOT NULL, folded TEXT NOT NULL, custom TEXT, ` + columns + `)`,
			`CREATE TABLE thing_versions (id UUID NOT NULL, no BIGINT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL,
				recorded_from BIGINT NOT NULL, recorded_to BIGINT NOT NULL, tx_no BIGINT NOT NULL, author_id UUID, derived BOOLEAN NOT NULL,
				deleted BOOLEAN NOT NULL, custom TEXT, ` + columns + `, PRIMARY KEY (id, no))`,
			`CREATE INDEX thing_versions_tx ON thing_versions (tx_no)`,
		} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachThings runs fn on both engines, with empty tables of things.
func eachThings(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createThings(t, d)
		fn(t, d)
	})
}

// tester is what ordinary tests and those of rapid have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Context() context.Context
}

func write(t tester, d *db.DB, info db.TxInfo, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), info, fn); err != nil {
		t.Fatal(err)
	}
}

func read(t tester, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// apply records changes at an instant.
func apply(t tester, d *db.DB, at value.Instant, changes ...Change) (outcomes []Outcome) {
	t.Helper()
	write(t, d, db.TxInfo{At: at}, func(tx *db.Tx) (err error) {
		outcomes, err = Apply(t.Context(), tx, things, changes)
		return err
	})
	return outcomes
}

func loadThing(t tester, d *db.DB, id value.ID, asOf AsOf) (v Version, err error) {
	t.Helper()
	failed := d.Read(t.Context(), func(tx *db.Tx) error {
		v, err = Load(t.Context(), tx, things, id, asOf)
		return nil
	})
	if failed != nil {
		t.Fatal(failed)
	}
	return v, err
}

func chainOf(t tester, d *db.DB, id value.ID, known value.Instant) (versions []Version) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		versions, err = Chain(t.Context(), tx, things, id, known)
		return err
	})
	return versions
}

func logOf(t tester, d *db.DB, id value.ID) (log []Entry) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		log, err = Log(t.Context(), tx, things, id)
		return err
	})
	return log
}

// set is a change of one column.
func set(id value.ID, at value.Instant, column int, v any) Change {
	return Change{ID: id, At: at, Set: []Cell{{Column: column, Value: v}}}
}
