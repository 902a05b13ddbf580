package mapping

import (
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	m := Mapping{Source: "files", Tables: []Table{
		{Name: "deals_*", Object: "deal", Shape: Records, Columns: []Column{
			{Header: "Name", Target: "name"}, {Header: "Stage", Target: "stage"}, {Header: "Notes"},
		}},
		{Name: "deals_old", Object: "deal", Shape: Records, Columns: []Column{{Header: "Title", Target: "name"}}},
		{Name: "readme", Object: ""},
		{Name: "contacts", Object: "contact", Shape: Records},
	}}
	got, err := Match(m, []Described{
		{Name: "Deals_2024", Header: []string{"Extra", "stage", "NAME"}},
		{Name: "deals_old", Header: []string{"Title"}},
		{Name: "readme", Header: []string{"anything"}},
		{Name: "other", Header: []string{"a"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := got.Tables[0]
	if targets := targetList(first.Columns); targets != " stage name" || !slices.Equal(first.Extra, []string{"Extra"}) || first.Name != "Deals_2024" {
		t.Errorf("first table: %q, extra %q, name %q", targets, first.Extra, first.Name)
	}
	if got.Tables[1].Columns[0].Target != "name" {
		t.Errorf("a table takes the entry that all its columns fit: %+v", got.Tables[1])
	}
	if !got.Tables[2].Known || got.Tables[2].Object != "" || got.Tables[3].Known {
		t.Errorf("left out %+v, unknown %+v", got.Tables[2], got.Tables[3])
	}
	if !slices.Equal(got.Unused, []string{"contacts"}) {
		t.Errorf("unused %q", got.Unused)
	}
}

func targetList(columns []Column) string {
	var targets []string
	for _, c := range columns {
		targets = append(targets, c.Target)
	}
	return strings.Join(targets, " ")
}

func TestMatchListsMissingColumns(t *testing.T) {
	m := Mapping{Tables: []Table{{Name: "deals", Object: "deal", Columns: []Column{
		{Header: "Name", Target: "name"}, {Header: "Stage", Target: "stage"}, {Header: "Left out"},
	}}}}
	_, err := Match(m, []Described{{Name: "deals", Header: []string{"name", "Phase"}}})
	if want := `deals: has no column "Stage"; it has "name", "Phase"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("says %v, want %s in it", err, want)
	}
}

// A saved proposal fits the tables that it was made for.
func TestMatchProposal(t *testing.T) {
	tables := describeAll(t, "testdata/samples/salesforce_export")
	p := propose(t, tables, Wish{})
	got, err := Match(p.Mapping, tables)
	if err != nil {
		t.Fatal(err)
	}
	for i, table := range got.Tables {
		if targetList(table.Columns) != targetList(p.Mapping.Tables[i].Columns) || len(table.Extra) > 0 {
			t.Errorf("%s: %q, extra %q", table.Name, targetList(table.Columns), table.Extra)
		}
	}
}

func TestMatchesName(t *testing.T) {
	cases := []struct {
		pattern, name string
		want          bool
	}{
		{"deals", "Deals", true}, {"deals", "deals2", false}, {"deals*", "deals", true}, {"deals*", "deals-2024", true},
		{"*deals*", "all-deals-1", true}, {"deal?", "deals", true}, {"deal?", "deal", false}, {"*", "", true}, {"", "", true},
		{"a*b*c", "a-b-b-c", true}, {"a*b*c", "a-b-b-d", false}, {"сделки", "СДЕЛКИ", true}, {"", "x", false},
	}
	for _, c := range cases {
		if got := matchesName(c.pattern, c.name); got != c.want {
			t.Errorf("%q for %q: %v", c.pattern, c.name, got)
		}
	}
}
