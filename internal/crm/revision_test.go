package crm_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func revisions(t testing.TB, d *db.DB, object string, id value.ID) (found []crm.Revision) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		found, err = crm.History(t.Context(), tx, crm.ObjectNamed(object), id)
		return err
	})
	return found
}

func TestHistoryTellsWhatChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna, boris := makeRecord(t, d, "person", map[string]any{"name": "Анна"}), makeRecord(t, d, "person", map[string]any{"name": "Boris"})
		if _, err := define(t, d, crm.CustomField{Object: "account", Field: crm.Field{Name: "tier", Kind: crm.Text}}); err != nil {
			t.Fatal(err)
		}
		id := value.NewID()
		by := db.TxInfo{Actor: value.Actor{Person: boris, Name: "Boris"}, Source: "web", Reason: "handover"}
		for i, c := range []crm.Change{
			{ID: id, New: true, At: 100, Set: map[string]any{"name": "Acme", "owner": anna}, Author: anna},
			{ID: id, At: 300, Set: map[string]any{"owner": boris}, Custom: map[string]any{"tier": "A"}},
			{ID: id, At: 200, Set: map[string]any{"city": "Oslo"}, Derived: true},
			{ID: id, At: 200, Set: map[string]any{"city": "Bergen"}},
		} {
			err := d.Write(t.Context(), db.TxInfo{Actor: by.Actor, Source: by.Source, Reason: by.Reason, At: value.Instant(1000 * (i + 1))}, func(tx *db.Tx) error {
				_, err := crm.Apply(t.Context(), tx, object(t, "account"), []crm.Change{c})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, r := range revisions(t, d, "account", id) {
			line := fmt.Sprintf("%d known %d believed %v created %v derived %v by %s for %s, author %q:", r.From, r.Recorded, r.Retracted == value.Forever, r.Created, r.Derived, r.Actor, r.Reason, r.AuthorName)
			for _, f := range r.Fields {
				if f.Kind == crm.Reference {
					f.Old, f.New = f.OldName, f.NewName
				}
				line += fmt.Sprintf(" %s %v→%v", f.Name, f.Old, f.New)
			}
			got = append(got, line)
		}
		want := []string{
			`300 known 2000 believed true created false derived false by Boris for handover, author "": owner Анна→Boris tier <nil>→A`,
			`200 known 4000 believed true created false derived false by Boris for handover, author "": city <nil>→Bergen`,
			`200 known 3000 believed false created false derived true by Boris for handover, author "": city <nil>→Oslo`,
			`100 known 1000 believed true created true derived false by Boris for handover, author "Анна": name <nil>→Acme owner →Анна`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("history:\n%q\nwant\n%q", got, want)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := crm.History(t.Context(), tx, object(t, "account"), value.NewID())
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("the history of nothing: %v", err)
		}
	})
}

func TestStageTimeline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stages, id, deleted, restored := makeProcess(t, d), value.NewID(), true, false
		_, err := try(t, d, "deal", crm.Change{ID: id, New: true, At: 10, Set: map[string]any{"name": "A", "stage": stages["open"]}},
			crm.Change{ID: id, At: 20, Set: map[string]any{"name": "B"}}, crm.Change{ID: id, At: 30, Set: map[string]any{"stage": stages["late"]}},
			crm.Change{ID: id, At: 40, Deleted: &deleted}, crm.Change{ID: id, At: 50, Deleted: &restored})
		if err != nil {
			t.Fatal(err)
		}
		read(t, d, func(tx *db.Tx) error {
			got, err := crm.StageTimeline(t.Context(), tx, id)
			want := []crm.StageStay{{stages["open"], "open", 10, 30}, {stages["late"], "Negotiation", 30, 40}, {stages["late"], "Negotiation", 50, value.Forever}}
			if !slices.Equal(got, want) {
				t.Errorf("stays %v, want %v", got, want)
			}
			return err
		})
	})
}

func undo(d *db.DB, object string, id value.ID, no, expect int64) (r crm.Record, err error) {
	ctx := context.Background()
	err = d.Write(ctx, db.TxInfo{Source: "test"}, func(tx *db.Tx) error {
		r, err = crm.UndoChange(ctx, tx, crm.ObjectNamed(object), id, no, expect)
		return err
	})
	return r, err
}

// TestUndoPutsBackOrNamesWhatChangedLater changes random fields of an account several times and undoes a random change.
func TestUndoPutsBackOrNamesWhatChangedLater(t *testing.T) {
	fields := []string{"name", "city", "phone", "custom"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := define(t, d, crm.CustomField{Object: "account", Field: crm.Field{Name: "custom", Kind: crm.Text}}); err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			id := makeRecord(t, d, "account", map[string]any{"name": "0", "city": "0"})
			states := []map[string]string{{"name": "0", "city": "0"}} // after each version
			for range rapid.IntRange(1, 5).Draw(rt, "changes") {
				next, set, custom := map[string]string{}, map[string]any{}, map[string]any{}
				for _, f := range fields {
					next[f] = states[len(states)-1][f]
					if rapid.Bool().Draw(rt, "changes "+f) {
						next[f] = fmt.Sprint(rapid.IntRange(0, 2).Draw(rt, f))
					}
					set[f] = next[f]
				}
				custom["custom"] = set["custom"]
				delete(set, "custom")
				outcomes, err := try(t, d, "account", crm.Change{ID: id, Set: set, Custom: custom})
				if err != nil {
					rt.Fatal(err)
				}
				if outcomes[0].Updated {
					states = append(states, next)
				}
			}
			no := rapid.IntRange(1, len(states)).Draw(rt, "undone")
			got, err := undo(d, "account", id, int64(no), int64(len(states)))
			if no == 1 {
				if fault.KindOf(err) != fault.Invalid {
					rt.Fatalf("undoing the first version: %v", err)
				}
				return
			}
			want, conflicts := naiveUndo(fields, states, no)
			if len(conflicts) > 0 {
				if fault.KindOf(err) != fault.Conflict || !slices.Equal(wrongFields(err), conflicts) {
					rt.Fatalf("undo of %d of %v: %v, want a conflict about %v", no, states, err, conflicts)
				}
				return
			}
			if err != nil {
				rt.Fatalf("undo of %d of %v: %v", no, states, err)
			}
			for _, f := range fields {
				v, _ := got.Values[f].(string)
				if f == "custom" {
					v, _ = got.Custom[f].(string)
				}
				if v != want[f] {
					rt.Errorf("undo of %d of %v: %s is %q, want %q", no, states, f, v, want[f])
				}
			}
		})
	})
}

// naiveUndo is the state after an undo, or the fields that stand against it.
func naiveUndo(fields []string, states []map[string]string, no int) (want map[string]string, conflicts []string) {
	want = map[string]string{}
	for _, f := range fields {
		before, after := states[no-2][f], states[no-1][f]
		want[f] = states[len(states)-1][f]
		if before == after {
			continue
		}
		want[f] = before
		for i := no; i < len(states); i++ {
			if states[i][f] != states[i-1][f] {
				conflicts = append(conflicts, f)
				break
			}
		}
	}
	slices.Sort(conflicts)
	return want, conflicts
}

func TestUndoOfDeletion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accounts := object(t, "account")
		id := makeRecord(t, d, "account", map[string]any{"name": "A"})
		write(t, d, func(tx *db.Tx) error { return crm.DeleteRecord(t.Context(), tx, accounts, id, 0) })
		if _, err := undo(d, "account", id, 2, 1); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another version expected: %v, want Conflict", err)
		}
		if r, err := undo(d, "account", id, 2, 2); err != nil || r.Values["name"] != "A" {
			t.Errorf("undone deletion: %+v, %v", r, err)
		}
		if r, err := undo(d, "account", id, 3, 3); err != nil || r.Version != 4 || r.Values != nil {
			t.Errorf("undone undo: %+v, %v", r, err)
		}
		if _, err := load(t, d, "account", id, history.Now()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("deleted again, but %v", err)
		}
		for _, no := range []int64{9, 0} {
			if _, err := undo(d, "account", id, no, 0); fault.KindOf(err) != fault.NotFound {
				t.Errorf("undo of version %d: %v, want NotFound", no, err)
			}
		}
	})
}
