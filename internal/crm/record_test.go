package crm_test

import (
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestLoadRecordAsOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		_, err := try(t, d, "account", crm.Change{ID: id, New: true, At: 100, Set: map[string]any{"name": "Old"}},
			crm.Change{ID: id, At: 200, Set: map[string]any{"name": "New"}})
		if err != nil {
			t.Fatal(err)
		}
		for at, want := range map[value.Instant]any{100: "Old", 199: "Old", 200: "New", value.Forever - 1: "New"} {
			r, err := load(t, d, "account", id, history.At(at))
			if err != nil || r.Values["name"] != want || r.Version != 2 || r.Created != 100 {
				t.Errorf("as of %d: %+v, %v, want %v", at, r, err, want)
			}
		}
		for _, asOf := range []history.AsOf{history.At(99), {Valid: 300, Known: 300}} {
			if r, err := load(t, d, "account", id, asOf); fault.KindOf(err) != fault.NotFound {
				t.Errorf("as of %+v: %+v, %v, want NotFound", asOf, r, err)
			}
		}
	})
}

func TestDeleteAndRestore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accounts := object(t, "account")
		id := makeRecord(t, d, "account", map[string]any{"name": "A"})
		before := mustLoad(t, d, "account", id)
		remove := func(id value.ID, expect int64) error {
			return d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error { return crm.DeleteRecord(t.Context(), tx, accounts, id, expect) })
		}
		restore := func(id value.ID) (r crm.Record, err error) {
			err = d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
				r, err = crm.RestoreRecord(t.Context(), tx, accounts, id)
				return err
			})
			return r, err
		}
		if err := remove(id, before.Version+1); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another version expected: %v, want Conflict", err)
		}
		if err := remove(id, before.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := load(t, d, "account", id, history.Now()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("deleted, but %v", err)
		}
		if r, err := load(t, d, "account", id, history.At(before.Since)); err != nil || r.Values["name"] != "A" {
			t.Errorf("its past: %+v, %v", r, err)
		}
		if err := remove(id, 0); fault.KindOf(err) != fault.NotFound {
			t.Errorf("deleting again: %v, want NotFound", err)
		}
		for range 2 {
			if r, err := restore(id); err != nil || r.Values["name"] != "A" || r.Version != 3 {
				t.Errorf("restored as %+v, %v", r, err)
			}
		}
		if _, err := restore(value.NewID()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("restoring nothing: %v, want NotFound", err)
		}
	})
}
