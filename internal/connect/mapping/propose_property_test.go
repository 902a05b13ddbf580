package mapping

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
)

// knownHeaders are all headers of all profiles, so that random tables look like real ones.
func knownHeaders(t testing.TB) []string {
	t.Helper()
	all, err := profiles()
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]bool{}
	for _, p := range all {
		for _, s := range p.Tables {
			for _, header := range slices.Concat(append(slices.Collect(maps.Values(s.Columns)), s.Ignored)...) {
				headers[header] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(headers))
}

// checkProposal checks what must hold for every proposal.
func checkProposal(t interface{ Fatalf(string, ...any) }, tables []Described, wish Wish, p Proposal) {
	if len(p.Tables) != len(tables) || len(p.Mapping.Tables) != len(tables) {
		t.Fatalf("%d decisions and %d entries for %d tables", len(p.Tables), len(p.Mapping.Tables), len(tables))
	}
	for i, d := range p.Tables {
		targets := map[string]bool{}
		for j, c := range d.Columns {
			if j >= len(tables[i].Header) || c.Header != tables[i].Header[j] || !reflect.DeepEqual(c.Column, p.Mapping.Tables[i].Columns[j]) {
				t.Fatalf("decision %d of %s is about %q", j, d.Name, c.Header)
			}
			if targets[c.Target] && !specials[c.Target].many {
				t.Fatalf("%s: target %q is given twice", d.Name, c.Target)
			}
			targets[c.Target] = c.Target != ""
			if text := c.Reason.String(); text == "" || strings.Contains(text, "%!") || reasonTexts[c.Reason.Code] == "" {
				t.Fatalf("%s: reason %+v reads %q", c.Header, c.Reason, text)
			}
			if c.Confidence < 0 || c.Confidence > 1 || c.Target != "" && c.Confidence == 0 {
				t.Fatalf("%s → %s with confidence %v", c.Header, c.Target, c.Confidence)
			}
		}
		if len(d.Columns) != len(tables[i].Header) {
			t.Fatalf("%s: %d decisions for %d columns", d.Name, len(d.Columns), len(tables[i].Header))
		}
	}
	for _, q := range p.Questions {
		if q.Text == "" || len(q.Options) == 0 {
			t.Fatalf("question %+v", q)
		}
	}
	again, err := Propose(tables, wish)
	if err != nil || !reflect.DeepEqual(again, p) {
		t.Fatalf("the same arguments give another proposal: %v", err)
	}
}

func TestProposeProperties(t *testing.T) {
	header := rapid.OneOf(rapid.SampledFrom(knownHeaders(t)), rapid.StringN(1, 12, -1))
	rapid.Check(t, func(t *rapid.T) {
		var tables []Described
		for range rapid.IntRange(0, 3).Draw(t, "tables") {
			tables = append(tables, drawDescribed(t, header))
		}
		wish := Wish{
			CustomFields: rapid.Bool().Draw(t, "custom"),
			Source:       rapid.SampledFrom([]string{"", "hubspot", "mine"}).Draw(t, "source"),
			DateOrder:    rapid.SampledFrom([]string{"", "dmy", "ymd"}).Draw(t, "order"),
		}
		if len(tables) > 0 && rapid.Bool().Draw(t, "wished") {
			object := rapid.SampledFrom(append(objectNames(), "", "nonsense")).Draw(t, "object")
			wish.Objects = map[string]string{tables[0].Name: object}
		}
		p, err := Propose(tables, wish)
		if err != nil {
			t.Fatal(err)
		}
		checkProposal(t, tables, wish, p)
	})
}

func drawDescribed(t *rapid.T, header *rapid.Generator[string]) Described {
	d := Described{Name: rapid.SampledFrom([]string{"deals", "Account", "x", "контакты", "hubspot-deals-2", ""}).Draw(t, "name")}
	for _, h := range rapid.SliceOfNDistinct(header, 0, 25, func(h string) string { return h }).Draw(t, "header") {
		d.Header = append(d.Header, h)
		if rapid.IntRange(0, 3).Draw(t, "profiled") == 0 && len(d.Columns) == len(d.Header)-1 {
			d.Columns = append(d.Columns, drawProfile(t, h))
		}
	}
	return d
}

func drawProfile(t *rapid.T, name string) tabular.ColumnProfile {
	values := rapid.SliceOfN(rapid.SampledFrom([]string{
		"1", "0.5", "70%", "€7", "kr 5", "1,234", "03/04/2024", "31.12.2024", "won", "yes", "a@b.example", "001bm00001ZL8U9AAL", "zcrm_12", "Stage", "", "Name",
	}), 0, 6).Draw(t, "values")
	p := tabular.ColumnProfile{
		Name: name, Rows: int64(len(values) + 1), Empty: 1, Kind: rapid.SampledFrom([]tabular.Kind{tabular.KindText, tabular.KindDate, tabular.KindMoney, tabular.KindEmpty}).Draw(t, "kind"),
		Dates:   tabular.DateProfile{Ambiguous: rapid.Bool().Draw(t, "open"), Order: rapid.SampledFrom([]tabular.DateOrder{"", "dmy", "mdy", "ymd"}).Draw(t, "order")},
		Numbers: tabular.NumberProfile{Ambiguous: rapid.Bool().Draw(t, "openDecimal")},
	}
	for _, v := range values {
		p.Distinct = append(p.Distinct, tabular.Count{Text: v, N: 1})
	}
	if rapid.Bool().Draw(t, "signs") {
		p.Numbers.Currencies = []tabular.Count{{Text: rapid.SampledFrom([]string{"€", "$", "kr", "lei", "?", ""}).Draw(t, "sign"), N: 1}}
	}
	return p
}

// Whatever a file's first line says, a proposal comes out, and what is proposed passes Check unless headers repeat.
func FuzzPropose(f *testing.F) {
	f.Add("deals", "Deal name|Stage|Amount|Close date|Owner", "A|New|1,5|03/04/2024|Ann", true)
	f.Add("Opportunity", "Id|Name|StageName|CloseDate", "006bm00000LKJNNAA5|A|Won|2024-01-01", false)
	f.Add("Сделки", "Сделка - ID|Сделка - Этап|Компания: Название|№|  ", "1|Новая|Ромашка|x|y", true)
	f.Fuzz(func(t *testing.T, name, header, row string, custom bool) {
		d := Described{Name: name}
		values := strings.Split(row, "|")
		for i, h := range strings.Split(header, "|") {
			if slices.Contains(d.Header, h) || h == "" {
				continue
			}
			d.Header = append(d.Header, h)
			p := tabular.ColumnProfile{Name: h, Rows: 1, Kind: tabular.KindText}
			if i < len(values) {
				p.Kind = tabular.Classify(values[i])
				p.Distinct = []tabular.Count{{Text: values[i], N: 1}}
			}
			d.Columns = append(d.Columns, p)
		}
		wish := Wish{CustomFields: custom, Objects: map[string]string{}}
		if i := len(name) % (2 * len(crm.Objects)); i < len(crm.Objects) && custom {
			wish.Objects[name] = crm.Objects[i].Name
		}
		p, err := Propose([]Described{d}, wish)
		if err != nil {
			t.Fatal(err)
		}
		checkProposal(t, []Described{d}, wish, p)
		if err := Check(p.Mapping); err != nil && name != "" {
			t.Fatal(err)
		}
	})
}
