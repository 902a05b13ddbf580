package mapping

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
)

// A mapping with one column or two, for the cases of TestLoadSaysWhatIsWrong.
func withColumns(object, shape string, columns ...string) string {
	return `{"source": "files", "tables": [{"name": "deals", "object": "` + object + `", "shape": "` + shape + `", "columns": [` + strings.Join(columns, ",") + `]}]}`
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"empty", ``, "line 1: the file is empty or ends too early"},
		{"cut off", `{"source": "files",` + "\n", "ends too early"},
		{"no JSON", "{\n\"source\": files}", "line 2: invalid character"},
		{"unknown key", `{"source": "files", "tabels": []}`, `unknown field "tabels"`},
		{"wrong type", `{"source": "files", "tables": [{"name": 7}]}`, `"tables.name" is a number where a string is expected`},
		{"more behind", `{"source": "files", "tables": []} {}`, "something behind the mapping"},
		{"no source", `{"tables": []}`, "source: is missing"},
		{"no table name", `{"source": "files", "tables": [{"object": "deal", "columns": []}]}`, "table 1: has no name"},
		{"object", withColumns("deel", "records"), `table "deals", object: "deel" is no object (did you mean "deal"?); there are team, person`},
		{"shape", withColumns("deal", "record"), `table "deals", shape: "record" is not one of records, snapshots, changes`},
		{"field", withColumns("deal", "records", `{"header": "Betrag", "target": "amout"}`), `column "Betrag": "amout" is not a target in records of deals (did you mean "amount"?)`},
		{"special of another object", withColumns("deal", "records", `{"header": "Chef", "target": "@manager"}`), `"@manager" is not a target in records of deals`},
		{"special of another shape", withColumns("deal", "records", `{"header": "Wann", "target": "@at"}`), `"@at" is not a target in records of deals`},
		{"custom name", withColumns("deal", "records", `{"header": "X", "target": "custom.My Field"}`), `such as "custom.my_field"`},
		{"target twice", withColumns("deal", "records", `{"header": "A", "target": "name"}`, `{"header": "B", "target": "name"}`), `column "B": gives "name", which column "A" already gives`},
		{"header twice", withColumns("deal", "records", `{"header": "A", "target": "name"}`, `{"header": "A", "target": ""}`), `column "A": is mapped twice`},
		{"format", withColumns("deal", "records", `{"header": "A", "target": "close", "format": "dym"}`), `format "dym": "dym" is not for a day column; allowed: ymd, dmy, mdy`},
		{"format twice", withColumns("deal", "records", `{"header": "A", "target": "close", "format": "dmy mdy"}`), `"mdy" comes on top of "dmy"`},
		{"create", withColumns("deal", "records", `{"header": "A", "target": "amount", "create": true}`), `create is for references; amount is of the kind money`},
		{"kind", withColumns("deal", "records", `{"header": "A", "target": "custom.a", "kind": "blob"}`), `kind "blob" is not one of`},
		{"choice", withColumns("deal", "records", `{"header": "A", "target": "forecast_category", "values": {"C": "comit"}}`), `value "C" means "comit", which is not one of pipeline, best_case, commit, closed, omitted (did you mean "commit"?)`},
		{"snapshots without record", withColumns("deal", "snapshots", `{"header": "A", "target": "stage"}`), "none gives @record"},
		{"changes without fields", withColumns("deal", "changes", `{"header": "A", "target": "@new"}`), "fields: are missing"},
		{"set", `{"source": "files", "tables": [{"name": "x", "object": "activity", "columns": [], "set": {"kind": "cal"}}]}`, `set "kind": "cal" is not one of call, email, meeting, task`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(strings.NewReader(c.text))
			if err == nil {
				t.Fatalf("loaded")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("says %q, want %q in it", err, c.want)
			}
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("is of the kind %s", fault.KindOf(err))
			}
		})
	}
}

func TestLoadRefusesHugeFiles(t *testing.T) {
	_, err := Load(strings.NewReader(strings.Repeat(" ", maxFileBytes+1)))
	if err == nil || !strings.Contains(err.Error(), "larger than 8 MB") {
		t.Errorf("says %v", err)
	}
}

// What Propose proposes can be saved and loaded, and means the same.
func TestProposalsSurviveTheFile(t *testing.T) {
	for _, folder := range []string{"salesforce_export", "hubspot", "words_ru", "amocrm", "pipedrive"} {
		for _, custom := range []bool{false, true} {
			p := propose(t, describeAll(t, "testdata/samples/"+folder), Wish{CustomFields: custom})
			if err := Check(p.Mapping); err != nil {
				t.Errorf("%s: %v", folder, err)
			}
			if got := throughFile(t, p.Mapping); !reflect.DeepEqual(got, p.Mapping) {
				t.Errorf("%s: loaded differs:\n%+v\n%+v", folder, got, p.Mapping)
			}
		}
	}
}

func throughFile(t interface{ Fatal(...any) }, m Mapping) Mapping {
	var file bytes.Buffer
	if err := Save(&file, m); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(&file)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// The file is for people: one line for each column.
func TestSaveIsReadable(t *testing.T) {
	m := Mapping{Source: "files", Tables: []Table{{
		Name: "calls", Object: "activity", Shape: Records, Set: map[string]string{"kind": "call"},
		Columns: []Column{{Header: "Тема <1>", Target: "subject"}, {Header: "Time", Target: "at", Format: "dmy"}},
	}}}
	var file bytes.Buffer
	if err := Save(&file, m); err != nil {
		t.Fatal(err)
	}
	want := `{
  "source": "files",
  "tables": [
    {
      "name": "calls",
      "object": "activity",
      "shape": "records",
      "set": {"kind":"call"},
      "columns": [
        {"header":"Тема <1>","target":"subject"},
        {"header":"Time","target":"at","format":"dmy"}
      ]
    }
  ]
}
`
	if file.String() != want {
		t.Errorf("saved\n%s", file.String())
	}
}

// Every correct mapping is the same after saving and loading.
func TestSaveLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Mapping{Source: rapid.StringMatching(`[a-z]{1,9}`).Draw(t, "source")}
		for range rapid.IntRange(1, 3).Draw(t, "tables") {
			m.Tables = append(m.Tables, drawTable(t))
		}
		if got := throughFile(t, m); !reflect.DeepEqual(got, m) {
			t.Fatalf("loaded differs:\n%+v\n%+v", got, m)
		}
	})
}

func drawTable(t *rapid.T) Table {
	o := rapid.SampledFrom(crm.Objects).Draw(t, "object")
	table := Table{Name: rapid.StringN(1, 20, -1).Draw(t, "name"), Object: o.Name, Shape: Records, Columns: []Column{}}
	for i, name := range targetsOf(o, Records) {
		if !rapid.Bool().Draw(t, "mapped") {
			continue
		}
		info, _ := targetNamed(o, Records, name)
		c := Column{Header: strings.ToValidUTF8(rapid.StringN(1, 10, -1).Draw(t, "header"), "") + string(rune('a'+i%26)) + strings.Repeat("x", i), Target: name}
		if info.kind == crm.Money {
			c.Format = rapid.SampledFrom([]string{"", "point", "comma EUR", "USD million"}).Draw(t, "format")
		}
		c.Create = info.kind == crm.Reference && rapid.Bool().Draw(t, "create")
		table.Columns = append(table.Columns, c)
	}
	return table
}

func FuzzLoad(f *testing.F) {
	f.Add(withColumns("deal", "records", `{"header": "A", "target": "amount", "format": "comma EUR", "values": {"a": "b"}}`))
	f.Add(withColumns("deal", "changes", `{"header": "A", "target": "@new"}`))
	f.Add(`{"source": "x", "tables": [{"name": "*", "object": "person", "set": {"active": "true"}, "fields": {"a": "b"}, "columns": [{"header": "é", "target": "custom.имя", "kind": "money"}]}]}`)
	f.Add("{\"source\": \"\\ud800\", \"tables\": null}")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Load(strings.NewReader(text))
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%v is of the kind %s", err, fault.KindOf(err))
			}
			return
		}
		again := throughFile(t, m)
		if err := Check(again); err != nil {
			t.Fatalf("saved and loaded it is wrong: %v", err)
		}
		if _, err := Match(m, []Described{{Name: "deals", Header: []string{"A", "B"}}}); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	})
}
