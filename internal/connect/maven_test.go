package connect_test

import (
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

func TestMaven(t *testing.T) {
	folder := shared(t, "crm", "maven_crm_sales")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, connect.ImportOptions{}, folder)
		for what, want := range map[string]int64{
			`SELECT count(*) FROM crm_deals`:                                                                             8800,
			`SELECT count(*) FROM crm_accounts`:                                                                          85,
			`SELECT count(*) FROM crm_products`:                                                                          7,
			`SELECT count(*) FROM identity_people`:                                                                       41,
			`SELECT count(*) FROM identity_teams`:                                                                        9,
			`SELECT count(*) FROM crm_accounts WHERE parent_id IS NOT NULL`:                                              15,
			`SELECT count(*) FROM crm_deals d JOIN crm_stages s ON s.id = d.stage_id WHERE s.outcome = 'won'`:            4238,
			`SELECT sum(d.amount_minor) FROM crm_deals d JOIN crm_stages s ON s.id = d.stage_id WHERE s.outcome = 'won'`: 1_000_553_400,
			`SELECT count(*) FROM crm_deals d JOIN crm_stages s ON s.id = d.stage_id WHERE s.outcome = 'lost'`:           2473,
			`SELECT count(*) FROM crm_deals WHERE product_id IS NULL`:                                                    1480,
		} {
			if got := count(t, d, what); got != want {
				t.Errorf("%s: %d, want %d", what, got, want)
			}
		}
		for _, table := range report.Tables {
			t.Logf("%+v", table)
		}
		t.Logf("%+v %+v %+v %+v %+v %v", report.Made, report.Unresolved, report.Notes, report.Rejections, report.LeftOut, report.RowsPerS)
	})
}
