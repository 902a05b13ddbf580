package crm_test

import (
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestEveryObjectStoresAndLoadsEveryField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		made := map[string]value.ID{}
		// Two rounds: in the second, every object has a record that references can point to.
		for range 2 {
			for _, o := range crm.Objects {
				set := map[string]any{}
				for i, f := range o.Fields {
					if v := sampleValue(f, i, made); v != nil {
						set[f.Name] = v
					}
				}
				if len(set) < len(o.Fields) && o.Name != "person" && o.Name != "team" && slices.ContainsFunc(o.Fields, func(f crm.Field) bool {
					return f.Required && set[f.Name] == nil
				}) {
					t.Fatalf("%s comes too early in this test", o.Name)
				}
				id := makeRecord(t, d, o.Name, set)
				made[o.Name] = id
				got := mustLoad(t, d, o.Name, id)
				for name, want := range set {
					if got.Values[name] != want {
						t.Errorf("%s.%s = %v (%T), want %v (%T)", o.Name, name, got.Values[name], got.Values[name], want, want)
					}
				}
				if len(got.Values) != len(set) || got.Version != 1 || got.Created != got.Since {
					t.Errorf("%s came back as %+v", o.Name, got)
				}
			}
		}
	})
}

// sampleValue is some value for a field; nil when it refers to an object that has no record yet.
func sampleValue(f crm.Field, i int, made map[string]value.ID) any {
	if f.Name == "currency" {
		return "EUR"
	}
	switch f.Kind {
	case crm.Text:
		return "Текст " + f.Name
	case crm.Choice:
		return f.Choices[0]
	case crm.Number:
		return 0.25
	case crm.Day:
		return value.Day(i - 10)
	case crm.Instant:
		return value.Instant(i - 10)
	case crm.Bool:
		return i%2 == 0
	case crm.Reference:
		if id := made[f.Ref]; !id.IsZero() {
			return id
		}
		return nil
	default:
		return int64(i)
	}
}

func TestApplyNamesRecordAndField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		good, bad := value.NewID(), value.NewID()
		_, err := try(t, d, "account", crm.Change{ID: good, New: true, Set: map[string]any{"name": "A"}},
			crm.Change{ID: bad, New: true, Set: map[string]any{"name": "", "employees": "x"}})
		if !slices.Equal(wrongFields(err), []string{"employees", "name"}) || !strings.Contains(err.Error(), "account "+bad.String()) {
			t.Errorf("got %v", err)
		}
		if _, err := load(t, d, "account", good, history.Now()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the neighbour was stored: %v", err)
		}
	})
}

func TestReferencesMustExist(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		nowhere := value.NewID()
		_, err := try(t, d, "contact", crm.Change{ID: value.NewID(), New: true, Set: map[string]any{"last_name": "B", "account": nowhere}})
		if fault.KindOf(err) != fault.Invalid || !slices.Equal(wrongFields(err), []string{"account"}) || !strings.Contains(err.Error(), nowhere.String()) {
			t.Errorf("a reference to nothing: %v", err)
		}
		// A record of another kind is no account.
		campaign := makeRecord(t, d, "campaign", map[string]any{"name": "C"})
		if _, err := try(t, d, "contact", crm.Change{ID: value.NewID(), New: true, Set: map[string]any{"last_name": "B", "account": campaign}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a reference to another kind: %v", err)
		}
		// The two accounts of one call refer to each other.
		parent, child := value.NewID(), value.NewID()
		_, err = try(t, d, "account", crm.Change{ID: child, New: true, Set: map[string]any{"name": "child", "parent": parent}},
			crm.Change{ID: parent, New: true, Set: map[string]any{"name": "parent", "parent": child}})
		if err != nil {
			t.Errorf("references within a call: %v", err)
		}
		if _, err := try(t, d, "account", crm.Change{ID: child, Set: map[string]any{"parent": value.ID{}}}); err != nil {
			t.Errorf("a cleared reference: %v", err)
		}
		if got := mustLoad(t, d, "account", child); got.Values["parent"] != nil {
			t.Errorf("the reference is still %v", got.Values["parent"])
		}
	})
}

func TestManyReferencesAreCheckedInGroups(t *testing.T) {
	d := dbtest.SQLite(t)
	var accounts, contacts []crm.Change
	for range 950 {
		account := value.NewID()
		accounts = append(accounts, crm.Change{ID: account, New: true, Set: map[string]any{"name": "A"}})
		contacts = append(contacts, crm.Change{ID: value.NewID(), New: true, Set: map[string]any{"last_name": "B", "account": account}})
	}
	if _, err := try(t, d, "account", accounts...); err != nil {
		t.Fatal(err)
	}
	if _, err := try(t, d, "contact", contacts...); err != nil {
		t.Fatal(err)
	}
	contacts = append(contacts[:1:1], crm.Change{ID: value.NewID(), New: true, Set: map[string]any{"last_name": "B", "account": value.NewID()}})
	contacts[0].New = false
	if _, err := try(t, d, "contact", contacts...); fault.KindOf(err) != fault.Invalid {
		t.Errorf("one of many is missing: %v", err)
	}
}

func TestOnlyNewRecordsComeIntoBeing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		if _, err := try(t, d, "account", crm.Change{ID: id, Set: map[string]any{"city": "Perm"}}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a change of nothing: %v, want NotFound", err)
		}
		if _, err := load(t, d, "account", id, history.Now()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("it was stored: %v", err)
		}
		outcomes, err := try(t, d, "account", crm.Change{ID: id, New: true, At: 10, Set: map[string]any{"name": "A"}},
			crm.Change{ID: id, At: 20, Set: map[string]any{"city": "Perm"}})
		if err != nil || len(outcomes) != 1 || !outcomes[0].Created {
			t.Errorf("a new record with a past: %+v, %v", outcomes, err)
		}
	})
}

func TestAmountsNeedACurrency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stages := makeProcess(t, d)
		deal := makeRecord(t, d, "deal", map[string]any{"name": "D", "stage": stages[crm.OutcomeOpen]})
		change := func(set map[string]any) error {
			_, err := try(t, d, "deal", crm.Change{ID: deal, Set: set})
			return err
		}
		if err := change(map[string]any{"amount": int64(5)}); !slices.Equal(wrongFields(err), []string{"currency"}) {
			t.Errorf("an amount without a currency: %v", err)
		}
		if err := change(map[string]any{"amount": int64(5), "currency": "USD"}); err != nil {
			t.Error(err)
		}
		if err := change(map[string]any{"amount": int64(6)}); err != nil {
			t.Errorf("an amount in the known currency: %v", err)
		}
		if err := change(map[string]any{"currency": nil}); !slices.Equal(wrongFields(err), []string{"currency"}) {
			t.Errorf("a currency taken away: %v", err)
		}
		if err := change(map[string]any{"currency": nil, "amount": nil}); err != nil {
			t.Errorf("both taken away: %v", err)
		}
		_, err := try(t, d, "deal", crm.Change{ID: value.NewID(), New: true, Set: map[string]any{"name": "E", "stage": stages[crm.OutcomeOpen], "amount": int64(1)}})
		if !slices.Equal(wrongFields(err), []string{"currency"}) {
			t.Errorf("a new deal with an amount: %v", err)
		}
	})
}
