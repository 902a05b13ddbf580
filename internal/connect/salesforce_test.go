package connect_test

import (
	"os"
	"path/filepath"
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

// The past that OpportunityHistory tells becomes back-dated versions. What is required here was read off the files by hand.
func TestSalesforce(t *testing.T) {
	files := shared(t, "crm", "salesforce_dev_org")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, connect.ImportOptions{}, files)
		for _, table := range report.Tables {
			if table.Rejected > 0 || table.Read == 0 {
				t.Errorf("%+v", table)
			}
		}
		requireSalesforce(t, d)
		requireSound(t, d)
		if n := count(t, d, `SELECT count(*) FROM crm_leads WHERE deal_id IS NOT NULL`); n != 5 {
			t.Errorf("%d leads became deals", n)
		}
	})
}

func requireSalesforce(t *testing.T, d *db.DB) {
	t.Helper()
	requireChain(t, d, "deal", "006bm00000LKgOnAAL", // thrice in the history; won, then lost after all
		"2026-02-24T02:18:00Z derived false deleted false: name=Farmers Coop. of Florida- account=|Farmers Coop. of Florida|001bm00001ZM1LyAAL stage=|Prospecting probability=0.1 forecast_category=pipeline close=20543 source=Web map[]",
		"2026-02-24T02:20:00Z derived false deleted false: name=Farmers Coop. of Florida- account=|Farmers Coop. of Florida|001bm00001ZM1LyAAL stage=|Closed Won probability=1 forecast_category=closed close=20507 source=Web map[]",
		"2026-03-07T20:59:00Z derived false deleted false: name=Farmers Coop. of Florida- account=|Farmers Coop. of Florida|001bm00001ZM1LyAAL stage=|Closed Lost probability=0 forecast_category=omitted close=20507 source=Web map[]")
	requireChain(t, d, "deal", "006bm00000LKJNNAA5", // once in the history, with another close date than the present one
		"2026-02-23T20:55:00Z derived false deleted false: name=Dickenson Mobile Generators account=|Dickenson plc|001bm00001ZL8UCAA1 stage=|Qualification amount=1500000 currency=USD probability=0.1 forecast_category=pipeline close=18654 source=Purchased List map[]",
		"recording derived false deleted false: name=Dickenson Mobile Generators account=|Dickenson plc|001bm00001ZL8UCAA1 stage=|Qualification amount=1500000 currency=USD probability=0.1 forecast_category=pipeline close=19756 source=Purchased List map[]")
}

// The history may also come later than the deals: then it takes the place of what was derived without it.
func TestHistoryAfterDeals(t *testing.T) {
	files := shared(t, "crm", "salesforce_dev_org")
	deals := t.TempDir()
	for _, name := range []string{"Account.csv", "Contact.csv", "Lead.csv", "Opportunity.csv"} {
		content, err := os.ReadFile(filepath.Join(files, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(deals, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		imported(t, d, connect.ImportOptions{}, deals)
		if n := count(t, d, `SELECT count(*) FROM crm_deal_versions WHERE recorded_to = 1152921504606846976`); n != 37 {
			t.Errorf("%d versions before the history", n)
		}
		imported(t, d, connect.ImportOptions{}, filepath.Join(files, "OpportunityHistory.csv"))
		requireSalesforce(t, d)
		before := dump(t, d)
		imported(t, d, connect.ImportOptions{}, files)
		if after := dump(t, d); after != before {
			t.Errorf("importing all again changes something: %s", firstDifference(before, after))
		}
	})
}

// A table of changes gives one value in each row: what held before the first change of a field held from the beginning.
func TestFieldHistory(t *testing.T) {
	files := folder(t, map[string]string{"deals.csv": `
id,name,owner,stage,amount,created,close
D1,First,Anna,Closed Won,300,2024-01-15,2024-03-01
D2,Second,Anna,Proposal,50,2024-01-15,2024-06-01
`, "history.csv": `
deal,when,field,old,new,who
D1,2024-02-01T10:00:00Z,StageName,Prospecting,Proposal,Anna
D1,2024-02-10T10:00:00Z,Amount,100,300,Boris
D1,2024-02-20T10:00:00Z,StageName,Proposal,Closed Won,Anna
D1,2024-02-05T10:00:00Z,Owner,Boris,Anna,Boris
D1,2024-02-06T10:00:00Z,Colour,red,blue,Boris
D2,2024-02-06T10:00:00Z,Amount,a lot,50,Boris
D9,2024-02-06T10:00:00Z,Amount,10,50,Boris
`})
	o := sampled(t, files)
	history := table("history", "deal", "deal", "@record", "when", "@at", "field", "@field", "old", "@old", "new", "@new", "who", "@author")
	history.Shape = mapping.Changes
	history.Fields = map[string]string{"StageName": "stage", "Amount": "amount", "Owner": "owner"}
	o.Mapping.Tables = append(o.Mapping.Tables, history)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, o, files)
		const always = " currency=USD close=19783 map[]"
		requireChain(t, d, "deal", "D1",
			"2024-01-15T00:00:00Z derived false deleted false: name=First owner=|Boris|~boris stage=|Prospecting amount=10000"+always,
			"2024-02-01T10:00:00Z derived false deleted false: name=First owner=|Boris|~boris stage=|Proposal amount=10000"+always,
			"2024-02-05T10:00:00Z derived false deleted false: name=First owner=|Anna|~anna stage=|Proposal amount=10000"+always,
			"2024-02-10T10:00:00Z derived false deleted false: name=First owner=|Anna|~anna stage=|Proposal amount=30000"+always,
			"2024-02-20T10:00:00Z derived false deleted false: name=First owner=|Anna|~anna stage=|Closed Won amount=30000"+always)
		if sum := report.Totals(); sum.Read != 9 || sum.Rejected != 1 {
			t.Errorf("%+v %+v", sum, report.Rejections)
		}
		requireSound(t, d)
		before := dump(t, d)
		imported(t, d, o, files)
		if after := dump(t, d); after != before {
			t.Errorf("importing again changes something: %s", firstDifference(before, after))
		}
	})
}
