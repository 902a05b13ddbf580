package connect_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
)

// chainOf is what the picture shows of one record, without what is the same in all its versions' beginnings.
func chainOf(t testing.TB, d *db.DB, object, label string) []string {
	t.Helper()
	var found []string
	for line := range strings.SplitSeq(picture(t, d), "\n") {
		if rest, ok := strings.CutPrefix(line, object+" |"); ok && strings.HasSuffix(strings.SplitN(rest, " since ", 2)[0], label) {
			found = append(found, strings.SplitN(rest, " since ", 2)[1])
		}
	}
	slices.Sort(found)
	return found
}

func requireChain(t testing.TB, d *db.DB, object, label string, want ...string) {
	t.Helper()
	got := chainOf(t, d, object, label)
	for i := range max(len(got), len(want)) {
		g, w := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s %s, version %d:\n got %s\nwant %s", object, label, i+1, g, w)
		}
	}
}

func TestSampleRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := importedSample(t, d, sample)
		requireChain(t, d, "deal", "D1",
			"2024-01-15T00:00:00Z derived true deleted false: name=First account=|Acme|A1 contact=|C1 owner=|Anna Snelling|~anna snelling stage=|Prospecting amount=10050 currency=USD close=19783 product=|Anvil|~anvil map[]",
			"2024-03-01T00:00:00Z derived false deleted false: name=First account=|Acme|A1 contact=|C1 owner=|Anna Snelling|~anna snelling stage=|Closed Won amount=10050 currency=USD close=19783 product=|Anvil|~anvil map[]")
		requireChain(t, d, "deal", "D2",
			"2024-02-15T00:00:00Z derived false deleted false: name=Second account=|Acme Group|A2 contact=|C2 owner=|Anna Snelling|~anna snelling stage=|Proposal amount=20000 currency=USD close=19875 map[]")
		requireChain(t, d, "deal", "D3", // closed before it was created
			"2024-01-20T00:00:00Z derived false deleted false: name=Third account=|Ångström|A3 owner=|Boris Faz|~boris faz stage=|Closed Lost amount=30000 currency=USD close=19732 map[]")
		requireChain(t, d, "deal", "D4", // without any date
			"recording derived false deleted false: name=Fourth owner=|Boris Faz|~boris faz stage=|Prospecting map[]")
		requireChain(t, d, "lead", "L1",
			"always derived false deleted false: first_name=Bertha last_name=Boxer company=Acme status=Converted deal=|First|D1 map[]")
		requireChain(t, d, "account", "A1", "always derived false deleted false: name=Acme industry=Steel parent=|Acme Group|A2 map[]")
		if len(report.Unresolved) != 1 || report.Unresolved[0].Value != "Akme" || !slices.Contains(report.Unresolved[0].Suggested, "Acme") {
			t.Errorf("unresolved: %+v", report.Unresolved)
		}
		for _, code := range []string{"close_early", "undated", "main_product", "currency"} {
			if !slices.ContainsFunc(report.Notes, func(n connect.Note) bool { return n.Code == code && n.Text != "" }) {
				t.Errorf("no note %s in %+v", code, report.Notes)
			}
		}
	})
}

func TestAliasJoinsWhatWasSuggested(t *testing.T) {
	folder := shared(t, "crm", "maven_crm_sales")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := imported(t, d, connect.ImportOptions{}, folder)
		if u := first.Unresolved; len(u) != 1 || u[0].Value != "GTXPro" || u[0].Rows != 1480 || !slices.Equal(u[0].Suggested, []string{"GTX Pro"}) {
			t.Fatalf("unresolved: %+v", u)
		}
		answered := *first.Mapping
		for i := range answered.Tables {
			for j := range answered.Tables[i].Columns {
				if c := &answered.Tables[i].Columns[j]; c.Target == "product" {
					c.Values = map[string]string{"GTXPro": "GTX Pro"}
				}
			}
		}
		second := imported(t, d, connect.ImportOptions{Mapping: &answered}, folder)
		if sum := second.Totals(); sum.Updated != 1480 || len(second.Unresolved) > 0 {
			t.Errorf("with the answer: %+v, unresolved %+v", sum, second.Unresolved)
		}
		if n := count(t, d, `SELECT count(*) FROM crm_deals WHERE product_id IS NULL`); n != 0 {
			t.Errorf("%d deals have no product", n)
		}
	})
}

func TestRejectedRowsDoNotStopTheRest(t *testing.T) {
	files := folder(t, map[string]string{"deals.csv": `
id,name,account,owner,stage,amount,created,close
D1,First,,Anna,Proposal,100,2024-01-15,2024-03-01
D2,,,Anna,Proposal,100,2024-01-15,2024-03-01
D3,Third,,Anna,Proposal,lots,2024-01-15,2024-03-01
D4,Fourth,,Anna,Proposal,100,2024-13-45,2024-03-01
D5,Fifth,,Anna,,100,2024-01-15,2024-03-01
,Sixth,,Anna,Proposal,100,2024-01-15,2024-03-01
D7,Seventh,,Anna,Proposal,100,2024-01-15,2024-03-01,too,many,cells
D8,Eighth,,Anna,Proposal,100,2024-01-15,2024-03-01
`, "items.csv": `
id,deal,product,quantity,price,total
I1,D1,Hammer,2,10,20
I2,D99,Hammer,2,10,20
`})
	want := []connect.Rejection{
		{Line: 4, Column: "amount", Value: "lots"},
		{Line: 5, Column: "created", Value: "2024-13-45"},
		{Line: 7, Column: "id"},
		{Line: 8},
		{Line: 6, Column: "stage"},
		{Line: 3, Column: "deal", Value: "D99"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var list bytes.Buffer
		o := sampled(t, files)
		o.Rejects = &list
		report := imported(t, d, o, files)
		if sum := report.Totals(); sum.Read != 10 || sum.Created != 4 || sum.Rejected != 6 {
			t.Errorf("%+v", sum)
		}
		for i, r := range report.Rejections {
			if i >= len(want) || r.Line != want[i].Line || r.Column != want[i].Column || r.Value != want[i].Value || r.Reason == "" || !strings.HasSuffix(r.File, ".csv") {
				t.Errorf("rejection %d: %+v", i, r)
			}
		}
		rows, err := csv.NewReader(&list).ReadAll()
		if err != nil || len(rows) != 7 {
			t.Errorf("list of rejected rows: %v, %v", rows, err)
		}
		if n := count(t, d, `SELECT count(*) FROM crm_deals`); n != 3 { // D2 is called after its ID
			t.Errorf("%d deals", n)
		}
	})
}

func TestRepeatedRows(t *testing.T) {
	files := folder(t, map[string]string{"deals.csv": `
id,name,account,owner,stage,amount,created,close
D1,One,,Anna,Proposal,100,2024-01-15,2024-03-01
D2,Two,,Anna,Proposal,200,2024-01-15,2024-03-01
D1,One again,,Anna,Proposal,150,2024-01-15,2024-03-01
D3,Three,,Anna,Proposal,300,2024-01-15,2024-03-01
D3,Three,,Anna,Proposal,300,2024-01-15,2024-03-01
D1,One at last,,Anna,Proposal,175,2024-01-15,2024-03-01
`})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, rows := range []int{2, 100} { // over several transactions and within one
			o := connect.InChunks(sampled(t, files), rows)
			o.Source = fmt.Sprint("chunks of ", rows)
			report := imported(t, d, o, files)
			if n := count(t, d, `SELECT count(*) FROM crm_deals WHERE name = 'One at last' AND amount_minor = 17500`); n == 0 {
				t.Errorf("the last row does not count: %s", picture(t, d))
			}
			if !slices.ContainsFunc(report.Notes, func(n connect.Note) bool { return n.Code == "repeated" }) {
				t.Errorf("no note of repeated rows: %+v", report.Notes)
			}
			before := dump(t, d)
			for range 2 {
				again := imported(t, d, o, files)
				if sum := again.Totals(); sum.Unchanged != 6 {
					t.Errorf("again: %+v", sum)
				}
			}
			if after := dump(t, d); after != before {
				t.Errorf("importing again changes something: %s", firstDifference(before, after))
			}
		}
	})
}

// Whatever a file holds, an import ends with a report in which every row has one fate.
func TestDirtyFolder(t *testing.T) {
	folder := shared(t, "import_dirty")
	set, err := tabular.Open(t.Context(), []string{folder}, tabular.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	m := &mapping.Mapping{Source: "dirty"}
	for _, found := range set.Tables {
		mapped := mapping.Table{Name: found.Name, Object: "account", Shape: mapping.Records}
		for i, target := range []string{"name", "employees", "description"} {
			if i < len(found.Header) {
				mapped.Columns = append(mapped.Columns, mapping.Column{Header: found.Header[i], Target: target})
			}
		}
		m.Tables = append(m.Tables, mapped)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, connect.ImportOptions{Mapping: m}, folder)
		for _, r := range report.Tables {
			if r.Read != r.Created+r.Updated+r.Unchanged+r.Rejected {
				t.Errorf("rows without a fate: %+v", r)
			}
		}
		sum := report.Totals()
		if sum.Created == 0 || sum.Rejected == 0 || len(report.Rejections) == 0 {
			t.Errorf("%+v", sum)
		}
		for _, r := range report.Rejections {
			if r.File == "" || r.Line == 0 || r.Reason == "" {
				t.Errorf("rejection without place or reason: %+v", r)
			}
		}
	})
}

func TestOutcomeBesideTheStage(t *testing.T) {
	files := folder(t, map[string]string{"deals.csv": `
id,name,stage,amount,created,close,outcome,pipeline
D1,First,Demo,100,2024-01-15,2024-03-01,won,New business
D2,Second,Demo,200,2024-01-15,2024-03-01,open,New business
D3,Third,Proposal,300,2024-01-15,2024-03-01,lost,New business
D4,Fourth,Renewal,400,2024-01-15,2024-03-01,open,Renewals
`})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		imported(t, d, sampled(t, files), files)
		requireChain(t, d, "deal", "D1",
			"2024-01-15T00:00:00Z derived true deleted false: name=First stage=|Demo amount=10000 currency=USD close=19783 map[]",
			"2024-03-01T00:00:00Z derived false deleted false: name=First stage=|Won amount=10000 currency=USD close=19783 map[]")
		requireChain(t, d, "deal", "D3",
			"2024-01-15T00:00:00Z derived true deleted false: name=Third stage=|Proposal amount=30000 currency=USD close=19783 map[]",
			"2024-03-01T00:00:00Z derived false deleted false: name=Third stage=|Lost amount=30000 currency=USD close=19783 map[]")
		if n := count(t, d, `SELECT count(*) FROM crm_stages`); n != 5 {
			t.Errorf("%d stages: %s", n, picture(t, d))
		}
		if n := count(t, d, `SELECT count(*) FROM crm_pipelines`); n != 2 {
			t.Errorf("%d pipelines", n)
		}
	})
}

func TestManagersAmongThePeople(t *testing.T) {
	files := folder(t, map[string]string{"people.csv": `
id,name,email,team,manager,office
P1,Anna Snelling,anna@z.example,,Dustin Brinkmann,Central
P2,Dustin Brinkmann,dustin@z.example,,Rocco Neubert,Central
P3,Carl Lin,carl@z.example,Partners,,
P4,Boris Faz,boris@z.example,,,East
`})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, sampled(t, files), files)
		if n := count(t, d, `SELECT count(*) FROM identity_people`); n != 5 {
			t.Errorf("%d people: %+v", n, report.Made)
		}
		requireChain(t, d, "person", "P1", "always derived false deleted false: name=Anna Snelling email=anna@z.example team=|Dustin Brinkmann|~dustin brinkmann\x1fcentral map[]")
		requireChain(t, d, "person", "P2", "always derived false deleted false: name=Dustin Brinkmann email=dustin@z.example team=|Rocco Neubert|~rocco neubert\x1fcentral map[]")
		requireChain(t, d, "person", "P3", "always derived false deleted false: name=Carl Lin email=carl@z.example team=|Partners|~partners map[]")
		requireChain(t, d, "person", "P4", "always derived false deleted false: name=Boris Faz email=boris@z.example team=|East|~east map[]")
		requireChain(t, d, "team", "~dustin brinkmann\x1fcentral", "always derived false deleted false: name=Dustin Brinkmann parent=|Central|~central region=Central manager=|Dustin Brinkmann|P2 map[]")
	})
}

func TestCustomFields(t *testing.T) {
	content := "Account ID,Account Name,Flavour,Seats,Renewal date\n"
	for i := range 30 {
		content += "A" + string(rune('a'+i%26)) + string(rune('0'+i/26)) + ",Company " + string(rune('a'+i%26)) + string(rune('0'+i/26)) + "," +
			[]string{"gold", "silver", "bronze"}[i%3] + "," + string(rune('1'+i%9)) + ",2024-05-0" + string(rune('1'+i%9)) + "\n"
	}
	files := folder(t, map[string]string{"accounts.csv": content})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := imported(t, d, connect.ImportOptions{}, files)
		if len(report.CustomFields) != 3 {
			t.Errorf("offered: %+v", report.CustomFields)
		}
		report = imported(t, d, connect.ImportOptions{CustomFields: true}, files)
		if sum := report.Totals(); sum.Updated != 30 {
			t.Errorf("%+v", sum)
		}
		for name, kind := range map[string]string{"flavour": "choice", "seats": "number", "renewal_date": "day"} {
			if n := count(t, d, `SELECT count(*) FROM crm_fields WHERE name = '`+name+`' AND kind = '`+kind+`'`); n != 1 {
				t.Errorf("no field %s of kind %s", name, kind)
			}
		}
		requireSound(t, d)
		if line := chainOf(t, d, "account", "Aa0"); !strings.Contains(strings.Join(line, ""), "map[flavour:gold renewal_date:2024-05-01 seats:1]") {
			t.Errorf("account Aa0: %q", line)
		}
	})
}

// The same export under the name of another source would make every record twice: the report says so.
func TestKnownElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		files := folder(t, sample)
		imported(t, d, sampled(t, files), files)
		o := sampled(t, files)
		o.Source, o.DryRun = "another crm", true
		report := imported(t, d, o, files)
		if !slices.ContainsFunc(report.Notes, func(n connect.Note) bool { return n.Code == "known_elsewhere" && strings.Contains(n.File, "(crm)") }) {
			t.Errorf("notes: %+v", report.Notes)
		}
	})
}

// A mapping that does not fit the files is refused before anything is imported.
func TestMappingThatDoesNotFit(t *testing.T) {
	d := dbtest.SQLite(t)
	files := folder(t, sample)
	for name, change := range map[string]func(*mapping.Mapping){
		"unknown object": func(m *mapping.Mapping) { m.Tables[0].Object = "planet" },
		"unknown field":  func(m *mapping.Mapping) { m.Tables[0].Columns[1].Target = "colour" },
		"no such column": func(m *mapping.Mapping) { m.Tables[0].Columns[1].Header = "nom" },
		"wrong format":   func(m *mapping.Mapping) { m.Tables[0].Columns[1].Format = "mdy" },
	} {
		o := sampled(t, files)
		change(o.Mapping)
		if _, err := connect.Import(t.Context(), d, []string{files}, o); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := connect.Import(t.Context(), d, []string{files}, connect.ImportOptions{Currency: "dollars"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("wrong currency: %v", err)
	}
	if n := count(t, d, `SELECT count(*) FROM connect_imports`); n != 0 {
		t.Errorf("%d imports were begun", n)
	}
}
