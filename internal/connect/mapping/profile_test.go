package mapping

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
)

// Profiles are data that people edit: everything that they name must exist.
func TestProfiles(t *testing.T) {
	all, err := profiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Origin == "" || p.Label == "" || !regexp.MustCompile(`^[a-z0-9]+$`).MatchString(p.Name) {
			t.Errorf("%q: a profile has a name in lower case, a label and an origin", p.Name)
		}
		for i, s := range p.Tables {
			at := fmt.Sprintf("%s, table %d (%s)", p.Name, i+1, s.Object)
			if len(s.Needs) == 0 || len(s.Names) == 0 {
				t.Errorf("%s: needs or names are missing", at)
			}
			checkSpec(t, at, s)
		}
		for _, mark := range p.Marks {
			if p.vendorWeight[p.key(mark)] == 0 {
				t.Errorf("%s: mark %q is in no table", p.Name, mark)
			}
		}
	}
}

// General words are the last resort for every object that a user may name.
func TestGenericKnowsEveryObject(t *testing.T) {
	all, err := profiles()
	if err != nil {
		t.Fatal(err)
	}
	generic := all[len(all)-1]
	for _, o := range crm.Objects {
		if !slices.ContainsFunc(generic.Tables, func(s *spec) bool { return s.Object == o.Name && s.Shape == Records }) {
			t.Errorf("%s has no records of %s", generic.Name, o.Name)
		}
	}
}

func checkSpec(t *testing.T, at string, s *spec) {
	o := crm.ObjectNamed(s.Object)
	if o == nil {
		return
	}
	for _, need := range s.Needs {
		for name := range strings.SplitSeq(need, "|") {
			if _, ok := targetNamed(o, s.Shape, name); !ok && name != needName {
				t.Errorf("%s: needs %q, which is no target", at, name)
			}
		}
	}
	for header, unit := range s.Units {
		hit, ok := s.find(wordOf(header))
		info, _ := targetNamed(o, s.Shape, hit.target)
		if !ok || !slices.Contains(units[info.kind], unit) {
			t.Errorf("%s: unit %q of %q, which gives %q", at, unit, header, hit.target)
		}
	}
	for _, header := range s.Lists {
		hit, _ := s.find(wordOf(header))
		if info, _ := targetNamed(o, s.Shape, hit.target); info.kind != crm.Reference {
			t.Errorf("%s: list %q gives %q, which is no reference", at, header, hit.target)
		}
	}
	mapped := Table{Name: "x", Object: s.Object, Shape: s.Shape, Set: s.Set, Fields: s.Fields}
	for name, headers := range s.Columns {
		if len(headers) == 0 {
			t.Errorf("%s: no header for %q", at, name)
			continue
		}
		mapped.Columns = append(mapped.Columns, Column{Header: headers[0], Target: name, Values: s.Values[name]})
	}
	for name := range s.Values {
		if s.Columns[name] == nil {
			t.Errorf("%s: values of %q, which no header gives", at, name)
		}
	}
	if err := Check(Mapping{Source: "x", Tables: []Table{mapped}}); err != nil {
		t.Errorf("%s: %v", at, err)
	}
}

// A profile with a slip says where.
func TestParseProfileSaysWhatIsWrong(t *testing.T) {
	cases := []struct{ text, want string }{
		{`{"name": "x", "tabels": []}`, `unknown field "tabels"`},
		{`{"name": "x", "tables": [{"object": "deel", "columns": {}}]}`, "table 1 (deel []): there is no such object"},
		{`{"name": "x", "tables": [{"columns": {}}]}`, "no reason to leave it out"},
		{`{"name": "x", "tables": [{"object": "deal", "columns": {"stag": ["Stage"]}}]}`, `"stag" is not a target`},
		{`{"name": "x", "tables": [{"object": "deal", "columns": {"stage": ["Phase"], "name": ["phase"]}}]}`, `stands for`},
		{`{"name": "x", "tables": [{"object": "deal", "columns": {"stage": [" "]}}]}`, "has no letter"},
		{`{"name": "x", "tables": [{"object": "deal", "id": "(", "columns": {}}]}`, "error parsing regexp"},
	}
	for _, c := range cases {
		if _, err := parseProfile([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: says %v, want %q in it", c.text, err, c.want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	cases := []struct {
		kind       crm.Kind
		text, want string
		scale      float64
	}{
		{crm.Day, "dmy", "dmy", 1}, {crm.Money, "EUR comma", "comma EUR", 1}, {crm.Money, "million point USD", "point USD million", 1e6},
		{crm.Number, "percent", "percent", 0.01}, {crm.Seconds, "milliseconds", "milliseconds", 0.001}, {crm.Reference, "list", "list", 1},
		{KindAny, "point mdy RUB", "mdy point RUB", 1}, {crm.Text, "", "", 1},
	}
	for _, c := range cases {
		f, err := ParseFormat(c.kind, c.text)
		if err != nil || f.String() != c.want || f.Scale() != c.scale {
			t.Errorf("%s %q: %q, scale %v, %v", c.kind, c.text, f, f.Scale(), err)
		}
	}
	for _, c := range []struct {
		kind crm.Kind
		text string
	}{{crm.Day, "point"}, {crm.Text, "dmy"}, {crm.Money, "percent"}, {crm.Money, "EUR USD"}, {crm.Number, "EUR"}, {crm.Reference, "list list"}, {crm.Bool, "yes"}} {
		if f, err := ParseFormat(c.kind, c.text); err == nil {
			t.Errorf("%s %q is read as %q", c.kind, c.text, f)
		}
	}
}
