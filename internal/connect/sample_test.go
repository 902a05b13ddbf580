package connect_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/db"
)

// sample is a small company in files, with most of what files can do: references in both directions, a closed past, line
// items, a lead that became a deal whose lead it is, deals without dates.
var sample = map[string]string{
	"accounts.csv": `
id,name,parent,industry
A1,Acme,A2,Steel
A2,Acme Group,,Steel
A3,Ångström,A1,Tools
`,
	"contacts.csv": `
id,first,last,email,account
C1,Rose,Gonzalez,rose@acme.example,Acme
C2,Sean,Forbes,sean@acme.example,ACME  group
`,
	"leads.csv": `
id,first,last,company,status,deal
L1,Bertha,Boxer,Acme,Converted,D1
L2,Phyllis,Cotton,Abbott,Open,
`,
	"deals.csv": `
id,name,account,owner,contact,stage,amount,created,close
D1,First,Acme,Anna Snelling,rose@acme.example,Closed Won,100.50,2024-01-15,2024-03-01
D2,Second,Acme Group,Anna Snelling,Sean Forbes,Proposal,200,2024-02-15,2024-06-01
D3,Third,A3,Boris Faz,,Closed Lost,300,2024-01-20,2024-01-10
D4,Fourth,Akme,Boris Faz,,Prospecting,,,
`,
	"items.csv": `
id,deal,product,quantity,price,total
I1,D1,Hammer,2,10,20
I2,D1,Anvil,1,80.50,80.50
`,
}

// sampleMapping says how the sample's files are to be read.
func sampleMapping() *mapping.Mapping {
	return &mapping.Mapping{Source: "crm", Tables: []mapping.Table{
		table("accounts", "account", "id", "@id", "name", "name", "parent", "parent", "industry", "industry"),
		table("contacts", "contact", "id", "@id", "first", "first_name", "last", "last_name", "email", "email", "account", "account"),
		table("leads", "lead", "id", "@id", "first", "first_name", "last", "last_name", "company", "company", "status", "status", "deal", "deal"),
		table("deals", "deal", "id", "@id", "name", "name", "account", "account", "owner", "owner+", "contact", "contact", "stage", "stage",
			"amount", "amount", "created", "@created", "close", "close", "modified", "@modified", "outcome", "@outcome", "pipeline", "@pipeline"),
		table("items", "line_item", "id", "@id", "deal", "deal", "product", "product+", "quantity", "quantity", "price", "price", "total", "total"),
		table("people", "person", "id", "@id", "name", "name", "email", "email", "team", "team+", "manager", "@manager", "office", "@office"),
	}}
}

// table maps columns to targets, in pairs; "+" behind a target lets the column make records.
func table(name, object string, pairs ...string) mapping.Table {
	t := mapping.Table{Name: name, Object: object, Shape: mapping.Records}
	for pair := range slices.Chunk(pairs, 2) {
		target, create := strings.CutSuffix(pair[1], "+")
		t.Columns = append(t.Columns, mapping.Column{Header: pair[0], Target: target, Create: create})
	}
	return t
}

// sampled are the options for a folder of files in the sample's form, which may lack columns.
func sampled(t testing.TB, folder string) connect.ImportOptions {
	t.Helper()
	m := sampleMapping()
	for i := range m.Tables {
		content, err := os.ReadFile(filepath.Join(folder, m.Tables[i].Name+".csv"))
		if err != nil {
			continue // the mapping may know more tables than there are
		}
		header, _, _ := strings.Cut(string(content), "\n")
		m.Tables[i].Columns = slices.DeleteFunc(m.Tables[i].Columns, func(c mapping.Column) bool {
			return !slices.Contains(strings.Split(header, ","), c.Header)
		})
	}
	return connect.ImportOptions{Mapping: m}
}

// folder makes a folder with the given files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := strings.TrimLeft(files[name], "\n")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// importedSample imports files in the sample's form.
func importedSample(t testing.TB, d *db.DB, files map[string]string) connect.Report {
	t.Helper()
	path := folder(t, files)
	return imported(t, d, sampled(t, path), path)
}
