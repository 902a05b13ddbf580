package crm_test

import (
	"maps"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func TestSumsAreThoseOfTheList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := makeListWorld(t, d, 7)
		all := loadAll(t, d)
		for _, scope := range w.scopes() {
			for _, filter := range w.dealFilters() {
				q := crm.ListQuery{Object: object(t, "deal"), Sort: "created", Where: []crm.Filter{filter}}
				want := map[string]crm.CurrencySum{}
				for _, id := range naiveList(w, all, scope, q) {
					if amount, ok := all["deal"][id].Values["amount"].(int64); ok {
						currency := all["deal"][id].Values["currency"].(string)
						want[currency] = crm.CurrencySum{Sum: value.Money{Minor: want[currency].Sum.Minor + amount, Currency: currency}, Count: want[currency].Count + 1}
					}
				}
				got := map[string]crm.CurrencySum{}
				read(t, d, func(tx *db.Tx) error {
					sums, err := crm.SumRecords(t.Context(), tx, scope, q, "amount")
					for _, s := range sums {
						got[s.Sum.Currency] = s
					}
					return err
				})
				if !maps.Equal(got, want) {
					t.Errorf("%+v %+v: %v, want %v", scope, filter, got, want)
				}
			}
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := crm.SumRecords(t.Context(), tx, identity.Scope{All: true}, crm.ListQuery{Object: object(t, "deal")}, "name")
			return err
		})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("the sum of names: %v, want Invalid", err)
		}
	})
}

func TestVisibleRecordsAreThoseOfTheList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := makeListWorld(t, d, 8)
		all := loadAll(t, d)
		read(t, d, func(tx *db.Tx) error {
			for name, records := range all {
				for id, r := range records {
					for _, scope := range w.scopes() {
						got, err := crm.LoadVisible(t.Context(), tx, scope, object(t, name), id)
						switch sees := w.sees(all, scope, r); {
						case sees && (err != nil || got.ID != id):
							t.Errorf("%s %s in %+v: %v", name, id, scope, err)
						case !sees && fault.KindOf(err) != fault.NotFound:
							t.Errorf("%s %s out of %+v: %v, want NotFound", name, id, scope, err)
						}
					}
				}
			}
			return nil
		})
	})
}

func TestReferencesAreNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := makeRecord(t, d, "person", map[string]any{"name": "Анна"})
		contact := makeRecord(t, d, "contact", map[string]any{"first_name": "Li", "last_name": "Wei"})
		lead := makeRecord(t, d, "lead", map[string]any{"company": "ООО Ромашка", "email": "a@b.ru", "owner": owner})
		makeRecord(t, d, "activity", map[string]any{"kind": "call", "owner": owner, "contact": contact, "lead": lead})
		read(t, d, func(tx *db.Tx) error {
			page, err := crm.ListRecords(t.Context(), tx, identity.Scope{All: true}, crm.ListQuery{Object: object(t, "activity")})
			want := map[value.ID]string{owner: "Анна", contact: "Li Wei", lead: "ООО Ромашка"}
			if err == nil && (!maps.Equal(page.Names, want) || page.Records[0].Name() != "call") {
				t.Errorf("names %v of %q, want %v", page.Names, page.Records[0].Name(), want)
			}
			return err
		})
	})
}
