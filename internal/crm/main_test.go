package crm_test

import (
	"maps"
	"slices"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func object(t testing.TB, name string) *crm.Object {
	t.Helper()
	o := crm.ObjectNamed(name)
	if o == nil {
		t.Fatalf("there is no object %s", name)
	}
	return o
}

// write runs fn in a transaction that must succeed.
func write(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), db.TxInfo{Source: "test"}, fn); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// try applies changes of one object in a transaction of their own.
func try(t testing.TB, d *db.DB, object string, changes ...crm.Change) (outcomes []history.Outcome, err error) {
	t.Helper()
	err = d.Write(t.Context(), db.TxInfo{Source: "test"}, func(tx *db.Tx) (err error) {
		outcomes, err = crm.Apply(t.Context(), tx, crm.ObjectNamed(object), changes)
		return err
	})
	return outcomes, err
}

// make stores a new record and returns its ID.
func makeRecord(t testing.TB, d *db.DB, object string, set map[string]any) value.ID {
	t.Helper()
	id := value.NewID()
	if _, err := try(t, d, object, crm.Change{ID: id, New: true, Set: set}); err != nil {
		t.Fatal(err)
	}
	return id
}

func load(t testing.TB, d *db.DB, object string, id value.ID, asOf history.AsOf) (r crm.Record, err error) {
	t.Helper()
	failed := d.Read(t.Context(), func(tx *db.Tx) error {
		r, err = crm.LoadRecord(t.Context(), tx, crm.ObjectNamed(object), id, asOf)
		return nil
	})
	if failed != nil {
		t.Fatal(failed)
	}
	return r, err
}

func mustLoad(t testing.TB, d *db.DB, object string, id value.ID) crm.Record {
	t.Helper()
	r, err := load(t, d, object, id, history.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wrongFields names the fields that an error is about.
func wrongFields(err error) []string {
	names := map[string]bool{}
	for _, f := range fault.FieldsOf(err) {
		names[f.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// process is a pipeline with one stage of each outcome, by the outcome's name.
type process map[string]value.ID

func makeProcess(t testing.TB, d *db.DB) process {
	t.Helper()
	pipeline := makeRecord(t, d, "pipeline", map[string]any{"name": "New business"})
	stages := process{}
	for i, outcome := range []string{crm.OutcomeOpen, crm.OutcomeWon, crm.OutcomeLost, crm.OutcomeNoDecision} {
		stages[outcome] = makeRecord(t, d, "stage", map[string]any{"pipeline": pipeline, "name": outcome, "position": i, "outcome": outcome})
	}
	stages["late"] = makeRecord(t, d, "stage", map[string]any{"pipeline": pipeline, "name": "Negotiation", "position": 9})
	return stages
}
