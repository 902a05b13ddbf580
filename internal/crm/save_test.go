package crm_test

import (
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func TestSaveRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna, boris := makeRecord(t, d, "person", map[string]any{"name": "Anna"}), makeRecord(t, d, "person", map[string]any{"name": "Boris"})
		stages := makeProcess(t, d)
		save := func(scope identity.Scope, in crm.RecordSave) (r crm.Record, err error) {
			err = d.Write(t.Context(), db.TxInfo{Source: "test"}, func(tx *db.Tx) error {
				r, err = crm.SaveRecord(t.Context(), tx, scope, object(t, "deal"), in)
				return err
			})
			return r, err
		}
		hers := identity.Scope{Person: anna}
		made, err := save(hers, crm.RecordSave{Set: map[string]any{"name": "A", "stage": stages["open"], "owner": anna}})
		if err != nil || made.Version != 1 || made.Values["name"] != "A" {
			t.Fatalf("made %+v, %v", made, err)
		}
		for _, c := range []struct {
			what  string
			scope identity.Scope
			in    crm.RecordSave
			kind  fault.Kind
		}{
			{"no version", hers, crm.RecordSave{ID: made.ID, Set: map[string]any{"name": "B"}}, fault.Invalid},
			{"another version", hers, crm.RecordSave{ID: made.ID, Set: map[string]any{"name": "B"}, Expect: 2}, fault.Conflict},
			{"another's", identity.Scope{Person: boris}, crm.RecordSave{ID: made.ID, Set: map[string]any{"name": "B"}, Expect: 1}, fault.NotFound},
			{"nothing", hers, crm.RecordSave{ID: value.NewID(), Set: map[string]any{"name": "B"}, Expect: 1}, fault.NotFound},
			{"a wrong field", hers, crm.RecordSave{ID: made.ID, Set: map[string]any{"nome": "B"}, Expect: 1}, fault.Invalid},
			{"no stage", hers, crm.RecordSave{ID: made.ID, Set: map[string]any{"stage": anna}, Expect: 1}, fault.Invalid},
		} {
			if _, err := save(c.scope, c.in); fault.KindOf(err) != c.kind {
				t.Errorf("%s: %v, want %s", c.what, err, c.kind)
			}
		}
		won, err := save(hers, crm.RecordSave{ID: made.ID, Expect: 1, Set: map[string]any{"name": "B", "stage": stages["won"]}})
		if err != nil || won.Values["name"] != "B" || won.Values["close"] == nil || won.Version != 2 {
			t.Errorf("closed by a form: %+v, %v", won, err)
		}
		given, err := save(hers, crm.RecordSave{ID: made.ID, Expect: 2, Set: map[string]any{"stage": stages["open"], "close": value.Day(7), "owner": boris}, Reason: "leaves"})
		if err != nil || given.Values["close"] != value.Day(7) || given.Values["owner"] != boris || revisions(t, d, "deal", made.ID)[0].Reason != "leaves" {
			t.Errorf("reopened and given away: %+v, %v", given, err)
		}
	})
}
