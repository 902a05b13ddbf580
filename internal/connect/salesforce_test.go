package connect_test

import (
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

func TestSalesforce(t *testing.T) {
	folder := shared(t, "crm", "salesforce_dev_org")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, connect.ImportOptions{}, folder)
		for _, table := range report.Tables {
			t.Logf("%+v", table)
		}
		t.Logf("MADE %+v UNRES %+v NOTES %+v REJ %+v LEFT %+v %v", report.Made, report.Unresolved, report.Notes, report.Rejections, report.LeftOut, report.RowsPerS)
		t.Logf("%+v", report.CustomFields)
		var id value.ID
		scan(t, d, `SELECT record_id FROM connect_links WHERE external_id = '006bm00000LKgOnAAL'`, &id)
		o := crm.ObjectNamed("deal")
		d.Read(t.Context(), func(tx *db.Tx) error {
			chain, err := history.Chain(t.Context(), tx, o.Table, id, value.Forever-1)
			for _, v := range chain {
				t.Logf("%v – %v %v %+v", v.ValidFrom, v.ValidTo, v.Derived, v.Values)
			}
			stages, _ := crm.ListStages(t.Context(), tx)
			for _, s := range stages {
				t.Logf("%+v", s)
			}
			return err
		})
	})
}
