package crm_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// brokenChecks names the checks with violations, as "object: invariant", with the records that they name.
func brokenChecks(reports []history.Report) map[string][]value.ID {
	broken := map[string][]value.ID{}
	for _, r := range reports {
		for _, c := range r.Checks {
			if c.Violations > 0 {
				broken[r.Object+": "+c.Name] = c.Examples
			}
		}
	}
	return broken
}

func TestVerifyFindsEachCorruption(t *testing.T) {
	const (
		state  = "account: a record says what its last version says"
		custom = "account: custom values fit the definitions of their fields"
		found  = "account: custom values are found as they are"
	)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accountFields(t, d)
		campaign := makeRecord(t, d, "campaign", map[string]any{"name": "C"})
		parent := makeRecord(t, d, "account", map[string]any{"name": "P"})
		id := makeRecord(t, d, "account", map[string]any{"name": "A", "parent": parent, "annual_revenue": int64(5), "currency": "USD"})
		if _, err := try(t, d, "account", crm.Change{ID: id, Custom: map[string]any{"my_text": "Ёж", "my_reference": campaign, "my_day": value.Day(3)}}); err != nil {
			t.Fatal(err)
		}
		none := verifyAfter(t, d, ``, id)
		if broken := brokenChecks(none); len(broken) > 0 || len(none) != len(crm.Objects) {
			t.Fatalf("nothing is broken, but of %d reports: %v", len(none), broken)
		}
		for statement, want := range map[string][]string{
			`UPDATE crm_accounts SET parent_id = id WHERE id = $1`:                                                                           {state},
			`DELETE FROM crm_accounts WHERE id = (SELECT parent_id FROM crm_accounts WHERE id = $1)`:                                         {"account: references lead to records", "account: versions belong to a record"},
			`UPDATE crm_account_versions SET currency = NULL WHERE id = $1 AND no = 1`:                                                       {"account: amounts have a currency"},
			`UPDATE crm_field_values SET text_folded = 'ёж' WHERE record_id = $1 AND number IS NULL`:                                         {found},
			`UPDATE crm_field_values SET number = 4 WHERE record_id = $1 AND number IS NOT NULL`:                                             {found},
			`DELETE FROM crm_field_values WHERE record_id = $1`:                                                                              {found},
			`UPDATE crm_field_values SET record_id = (SELECT parent_id FROM crm_accounts WHERE id = $1)`:                                     {found},
			`DELETE FROM crm_fields WHERE name = 'my_text' AND EXISTS (SELECT 1 FROM crm_accounts WHERE id = $1)`:                            {custom},
			`UPDATE crm_fields SET kind = 'number' WHERE name = 'my_text' AND EXISTS (SELECT 1 FROM crm_accounts WHERE id = $1)`:             {custom},
			`UPDATE crm_fields SET ref_object = 'contact' WHERE name = 'my_reference' AND EXISTS (SELECT 1 FROM crm_accounts WHERE id = $1)`: {custom},
		} {
			broken := brokenChecks(verifyAfter(t, d, statement, id))
			if got := slices.Sorted(maps.Keys(broken)); !slices.Equal(got, want) {
				t.Errorf("%s: broken are %q, want %q", statement, got, want)
			}
			for name, examples := range broken {
				if !slices.Contains(examples, id) && !slices.Contains(examples, parent) {
					t.Errorf("%s: %s names %v", statement, name, examples)
				}
			}
		}
	})
}

// verifyAfter verifies after a corrupting statement, which it then takes back.
func verifyAfter(t *testing.T, d *db.DB, statement string, id value.ID) (reports []history.Report) {
	t.Helper()
	undone := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) (err error) {
		if statement != "" {
			if n, err := tx.Exec(t.Context(), statement, id); err != nil || n == 0 {
				t.Fatalf("%s: %d rows, %v", statement, n, err)
			}
		}
		if reports, err = crm.Verify(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		return context.Canceled
	})
	if undone == nil {
		t.Fatal("the corruption was kept")
	}
	return reports
}
