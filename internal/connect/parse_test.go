package connect

import (
	"testing"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
)

func TestSameID(t *testing.T) {
	p := &parser{longIDs: true}
	for short, long := range map[string]string{
		"006bm00000LKJNN":     "006bm00000LKJNNAA5",
		"006bm00000LKJNa":     "006bm00000LKJNaAAP",
		"001bm00001ZL8U9":     "001bm00001ZL8U9AAL",
		"005bm00000NCJmQ":     "005bm00000NCJmQAAX",
		"006bm00000LKJNNAA5":  "006bm00000LKJNNAA5",
		"Acme Industries":     "Acme Industries",
		"0123456789 1234":     "0123456789 1234",
		"Представительст":     "Представительст",
		"abcdefghijklmno":     "abcdefghijklmno",
		"Fifteen letters":     "Fifteen letters",
		"0123456789ABCDEFGHI": "0123456789ABCDEFGHI",
	} {
		if got := p.sameID(short); got != long {
			t.Errorf("%s: %s, want %s", short, got, long)
		}
	}
	if got := (&parser{}).sameID("006bm00000LKJNN"); got != "006bm00000LKJNN" {
		t.Errorf("of another source: %s", got)
	}
}

func TestSplitName(t *testing.T) {
	for full, want := range map[string][2]string{
		"Rose Gonzalez":        {"Rose", "Gonzalez"},
		"Gonzalez, Rose":       {"Rose", "Gonzalez"},
		"Cher":                 {"", "Cher"},
		"":                     {"", ""},
		"Иванов Иван Петрович": {"Иван Петрович", "Иванов"},
		"Смирнова Анна Ильинична":   {"Анна Ильинична", "Смирнова"},
		"Juan Carlos Ferrer Torres": {"Juan Carlos Ferrer", "Torres"},
	} {
		if first, last := splitName(full); first != want[0] || last != want[1] {
			t.Errorf("%q: %q, %q", full, first, last)
		}
	}
}

func TestDomainOf(t *testing.T) {
	for website, want := range map[string]string{
		"https://www.Acme.com/about?x=1": "acme.com", "acme.com": "acme.com", "http://shop.acme.co.uk": "shop.acme.co.uk", "www.acme.com": "acme.com",
	} {
		if got := domainOf(website); got != want {
			t.Errorf("%s: %s, want %s", website, got, want)
		}
	}
}

func TestOutcomeNamed(t *testing.T) {
	for name, want := range map[string]string{
		"Closed Won": crm.OutcomeWon, "WON": crm.OutcomeWon, "Закрыто и реализовано": crm.OutcomeWon, "Успешно реализовано": crm.OutcomeWon,
		"Closed Lost": crm.OutcomeLost, "Закрыто и не реализовано": crm.OutcomeLost, "No decision": crm.OutcomeNoDecision,
		"Open": crm.OutcomeOpen, "Открыта": crm.OutcomeOpen, "Proposal": "", "": "",
	} {
		if got := outcomeNamed(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestSortStages(t *testing.T) {
	met := func(name string, order int, probabilities ...float64) *metStage {
		m := &metStage{name: name, order: order}
		for _, p := range probabilities {
			m.probabilities++
			m.probability, m.probabilityMean = p, p
		}
		return m
	}
	for name, c := range map[string]struct {
		met  []*metStage
		want []string
	}{
		"by probability": {[]*metStage{met("C", 0, 0.6), met("Lost", 1), met("A", 2, 0.1), met("Won", 3), met("B", 4, 0.3)}, []string{"A", "B", "C", "Won", "Lost"}},
		"in the usual order": {[]*metStage{met("Negotiation", 0, 0.6), met("Closed Lost", 1), met("Prospecting", 2), met("Closed Won", 3)},
			[]string{"Prospecting", "Negotiation", "Closed Won", "Closed Lost"}},
		"as met": {[]*metStage{met("Second", 1), met("First", 0), met("Won", 2)}, []string{"First", "Second", "Won"}},
	} {
		sortStages(c.met)
		for i, want := range c.want {
			if c.met[i].name != want {
				t.Errorf("%s: position %d is %s, want %s", name, i, c.met[i].name, want)
			}
		}
	}
}

func TestSeenNeverForgets(t *testing.T) {
	s := newSeen()
	wrong := 0
	for i := range 50_000 {
		key := string(rune('a'+i%26)) + string(rune(i))
		if s.add(key) {
			wrong++
		}
		if !s.add(key) {
			t.Fatalf("forgot %q", key)
		}
	}
	if wrong > 50 {
		t.Errorf("took %d of 50,000 for others", wrong)
	}
}

// A row's hash tells rows apart, and tables that are read differently.
func TestHash(t *testing.T) {
	a := &tablePlan{mark: 1, columns: []*column{{no: 0}, {no: 2}}}
	b := &tablePlan{mark: 2, columns: a.columns}
	base := a.hash([]string{"x", "left out", "y"})
	if base != a.hash([]string{"x", "whatever", "y"}) {
		t.Error("a column that is left out counts")
	}
	for _, other := range []int64{a.hash([]string{"xy", "", ""}), a.hash([]string{"", "", "xy"}), b.hash([]string{"x", "", "y"}), 0} {
		if other == base {
			t.Error("different rows have the same hash")
		}
	}
	if base != -4617638844432103312 {
		t.Errorf("the stored hashes of earlier imports no longer count: %d", base)
	}
}

func FuzzParseRow(f *testing.F) {
	f.Add("Acme", "1 234,50 ₽", "31.03.2026", "да", "won")
	f.Add("\x00", "1e999", "00/00/0000", "maybe", "")
	mapped := &mapping.Table{Name: "deals", Object: "deal", Columns: []mapping.Column{
		{Header: "a", Target: "name"}, {Header: "b", Target: "amount"}, {Header: "c", Target: "@created"}, {Header: "d", Target: "@closed"},
		{Header: "e", Target: "@outcome"},
	}}
	f.Fuzz(func(t *testing.T, a, b, c, d, e string) {
		fuzzRow(t, mapped, []string{a, b, c, d, e})
	})
}

// fuzzRow parses a row: it is either parsed, with an identity, or rejected with a reason.
func fuzzRow(t *testing.T, mapped *mapping.Table, cells []string) {
	header := make([]string, len(mapped.Columns))
	for i, c := range mapped.Columns {
		header[i] = c.Header
	}
	plan, err := newTablePlan(&tabular.Table{Header: header}, mapped, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := &parser{t: plan, currency: "EUR", noted: map[string]int64{}}
	r, wrong := p.parse(tabular.Row{Line: 7, Cells: cells})
	switch {
	case wrong != nil && wrong.reason == "":
		t.Errorf("rejected without a reason: %q", cells)
	case wrong == nil && (r.key == "" || r.hash == 0 || r.line != 7):
		t.Errorf("%q: parsed without identity: %+v", cells, r)
	}
}
