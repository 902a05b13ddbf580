package connect_test

import (
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

// A mapping translates before it is asked whether a cell is empty: words may mean that there is nothing, and a dash may
// mean something.
func TestTranslationComesBeforeEmptiness(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		files := map[string]string{"deals.csv": `
id,name,stage,closed,source,owner
D1,First,Proposal,не закрыта,-,nobody
D2,Second,Closed Won,2024-03-01,Web,Anna Snelling
`}
		m := table("deals", "deal", "id", "@id", "name", "name", "stage", "stage+", "closed", "@closed_at", "source", "source", "owner", "owner+")
		m.Columns[3].Values = map[string]string{"Не закрыта": ""}
		m.Columns[4].Values = map[string]string{"-": "Cold call"}
		m.Columns[5].Values = map[string]string{"nobody": ""}
		report := imported(t, d, connect.ImportOptions{Mapping: &mapping.Mapping{Source: "crm", Tables: []mapping.Table{m}}}, folder(t, files))
		if len(report.Rejections) > 0 || len(report.Unresolved) > 0 {
			t.Fatalf("rejected %+v, unresolved %+v", report.Rejections, report.Unresolved)
		}
		requireChain(t, d, "deal", "D1", "recording derived false deleted false: name=First stage=|Proposal source=Cold call map[]")
	})
}

func TestExportWithWordsForNothing(t *testing.T) {
	d := dbtest.SQLite(t)
	report := imported(t, d, connect.ImportOptions{}, "mapping/testdata/samples/amocrm")
	if len(report.Rejections) > 0 || report.Totals().Created == 0 {
		t.Errorf("%+v %+v", report.Totals(), report.Rejections)
	}
}

// What a mapping says of all rows holds where a column leaves it open, also the second time.
func TestConstantsOutliveEmptyCells(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := table("calls", "activity", "id", "@id", "subject", "subject", "kind", "kind", "at", "at")
		m.Set = map[string]string{"kind": "call"}
		o := connect.ImportOptions{Mapping: &mapping.Mapping{Source: "crm", Tables: []mapping.Table{m}}}
		const head = "\nid,subject,kind,at\n"
		for _, rows := range []string{"E1,First,,2024-03-01\nE2,Second,meeting,2024-03-02\n", "E1,First again,,2024-03-01\nE2,Second,,2024-03-02\n"} {
			report := imported(t, d, o, folder(t, map[string]string{"calls.csv": head + rows}))
			if len(report.Rejections) > 0 {
				t.Fatalf("%+v", report.Rejections)
			}
			if n := count(t, d, `SELECT count(*) FROM crm_activities WHERE kind = 'call'`); n != int64(1+strings.Count(rows, "again")) {
				t.Errorf("%d calls after %q", n, rows)
			}
		}
	})
}

// Columns that no field takes are offered as custom fields, unless they are empty.
func TestUnknownColumnsAreOffered(t *testing.T) {
	d := dbtest.SQLite(t)
	files := map[string]string{"deals.csv": `
Deal ID,Deal Name,Stage,Amount,Paint,Unused,Deal Amount
D1,First,Proposal,10,red,,11
D2,Second,Proposal,20,blue,,22
`}
	path := folder(t, files)
	offered := func(r connect.Report) (columns []string) {
		for _, offer := range r.CustomFields {
			columns = append(columns, offer.Object+" "+offer.Column)
		}
		return columns
	}
	report := imported(t, d, connect.ImportOptions{DryRun: true}, path)
	if got, want := offered(report), []string{"deal Paint", "deal Deal Amount"}; !slices.Equal(got, want) {
		t.Errorf("offered %q, want %q", got, want)
	}
	report = imported(t, d, connect.ImportOptions{CustomFields: true}, path)
	if got := offered(report); len(got) > 0 {
		t.Errorf("offered %q though all were taken", got)
	}
	if n := count(t, d, `SELECT count(*) FROM crm_field_values WHERE text_folded = 'red'`); n != 1 {
		t.Errorf("%d records with the custom value", n)
	}
}
