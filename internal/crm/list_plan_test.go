package crm

import (
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// TestLongListsWalkAlongAnIndex makes sure that no engine sorts or collects a list that it can walk along, whatever
// filters and scope it has.
func TestLongListsWalkAlongAnIndex(t *testing.T) {
	owner := Filter{Field: "owner", Op: OpIs, Values: []string{value.NewID().String()}}
	walks := []struct{ object, sort, index string }{
		{"deal", SortName, "crm_deals_by_name"}, {"deal", "amount", "crm_deals_by_amount"}, {"deal", "close", "crm_deals_by_close"},
		{"deal", SortCreated, "crm_deals_by_created"}, {"deal", SortChanged, "crm_deals_by_changed"},
		{"account", SortName, "crm_accounts_by_name"}, {"account", SortCreated, "crm_accounts_by_created"}, {"account", SortChanged, "crm_accounts_by_changed"},
		{"contact", SortName, "crm_contacts_by_name"}, {"contact", SortCreated, "crm_contacts_by_created"}, {"contact", SortChanged, "crm_contacts_by_changed"},
		{"lead", SortName, "crm_leads_by_name"}, {"lead", SortCreated, "crm_leads_by_created"}, {"lead", SortChanged, "crm_leads_by_changed"},
		{"activity", "at", "crm_activities_by_at"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, w := range walks {
			for _, scope := range []identity.Scope{{All: true}, {Person: value.NewID(), Teams: []value.ID{value.NewID()}}} {
				for _, descending := range []bool{false, true} {
					q := ListQuery{Object: ObjectNamed(w.object), Sort: w.sort, Descending: descending, Where: []Filter{owner}}
					for _, plan := range plans(t, d, scope, q, nil) {
						if !strings.Contains(plan, w.index) || strings.Contains(plan, "B-TREE FOR ORDER BY") || strings.Contains(plan, "Sort") {
							t.Errorf("%s by %s, descending %v:\n%s", w.object, w.sort, descending, plan)
						}
					}
				}
			}
		}
	})
}

// TestOwnersWalkApart makes sure that the deals of each owner in scope are found along an index of their own, and that
// nothing is sorted but what was found so.
func TestOwnersWalkApart(t *testing.T) {
	owners := []value.ID{value.NewID(), value.NewID(), value.NewID()}
	other := Filter{Field: "stage", Op: OpIs, Values: []string{value.NewID().String()}}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for sort, index := range map[string]string{SortName: "crm_deals_by_owner_name", "amount": "crm_deals_by_owner_amount", "close": "crm_deals_by_owner_close"} {
			for _, descending := range []bool{false, true} {
				q := ListQuery{Object: ObjectNamed("deal"), Sort: sort, Descending: descending, Where: []Filter{other}}
				for _, plan := range plans(t, d, identity.Scope{Person: owners[0]}, q, owners) {
					sorts := strings.Count(plan, "B-TREE FOR ORDER BY") + strings.Count(plan, "Sort Key")
					if strings.Count(plan, index) != len(owners) || sorts > 2 {
						t.Errorf("by %s, descending %v, %d sorts:\n%s", sort, descending, sorts, plan)
					}
				}
			}
		}
	})
}

// plans gives what the engine intends to do for each segment of a list, at its beginning and in its midst; owners walk
// apart, if there are any.
func plans(t *testing.T, d *db.DB, scope identity.Scope, q ListQuery, owners []value.ID) (plans []string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		explain := "EXPLAIN QUERY PLAN "
		if tx.Dialect().Name == db.Postgres {
			explain = "EXPLAIN "
			if err := withoutTableScans(t, tx); err != nil {
				return err
			}
		}
		l, err := newListing(t.Context(), tx, scope, q)
		if err != nil {
			return err
		}
		k, err := sortKeyOf(q, nil)
		if err != nil {
			return err
		}
		l.walk, l.walked, l.owners = true, k.column, owners
		var key any = int64(5)
		if k.column == "folded" {
			key = "a"
		}
		for _, at := range []position{{}, {backward: true}, {id: value.NewID(), key: key}} {
			for _, empty := range []bool{false, true} {
				if empty && k.never {
					continue
				}
				var args arguments
				plan, err := explained(t, tx, explain+l.segmentSQL(k, at, empty, 51, &args), args)
				if err != nil {
					return err
				}
				plans = append(plans, plan)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

// withoutTableScans makes PostgreSQL plan for an empty table as it would for a long one.
func withoutTableScans(t *testing.T, tx *db.Tx) error {
	for _, setting := range []string{"enable_seqscan", "enable_bitmapscan"} {
		var now string
		if err := tx.QueryRow(t.Context(), `SELECT set_config($1, 'off', TRUE)`, setting).Scan(&now); err != nil {
			return err
		}
	}
	return nil
}

// explained reads a plan. sql: statements of this package
func explained(t *testing.T, tx *db.Tx, statement string, args []any) (string, error) {
	rows, err := tx.Query(t.Context(), statement, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var plan strings.Builder
	cells := make([]any, len(columns))
	var line string
	for i := range cells {
		cells[i] = new(any)
	}
	cells[len(cells)-1] = &line
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return "", err
		}
		plan.WriteString(line + "\n")
	}
	return plan.String(), rows.Err()
}
