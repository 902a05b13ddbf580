package crm_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func define(t testing.TB, d *db.DB, f crm.CustomField) (defined crm.CustomField, err error) {
	t.Helper()
	err = d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
		defined, err = crm.DefineField(t.Context(), tx, f)
		return err
	})
	return defined, err
}

func listFields(t testing.TB, d *db.DB, object string) (fields []crm.CustomField) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		fields, err = crm.ListFields(t.Context(), tx, object)
		return err
	})
	return fields
}

// accountFields defines a custom field of every kind for accounts, named after the kind.
func accountFields(t testing.TB, d *db.DB) map[crm.Kind]crm.CustomField {
	t.Helper()
	fields := map[crm.Kind]crm.CustomField{}
	for _, k := range []crm.Kind{crm.Text, crm.Choice, crm.Number, crm.Integer, crm.Money, crm.Day, crm.Instant, crm.Seconds, crm.Bool, crm.Reference} {
		f := crm.CustomField{Object: "account", Field: crm.Field{Name: "my_" + string(k), Kind: k, Label: crm.Label{En: "Mine", Ru: "Моё"}}}
		switch k {
		case crm.Choice:
			f.Choices = []string{"gold", "silver"}
		case crm.Reference:
			f.Ref = "campaign"
		}
		defined, err := define(t, d, f)
		if err != nil {
			t.Fatal(err)
		}
		fields[k] = defined
	}
	return fields
}

func TestFieldsComeBackAsDefined(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		defined := accountFields(t, d)
		listed := listFields(t, d, "account")
		if len(listed) != len(defined) {
			t.Errorf("%d fields, want %d", len(listed), len(defined))
		}
		for _, f := range listed {
			if want := defined[f.Kind]; f.ID.IsZero() || !reflect.DeepEqual(f, want) {
				t.Errorf("got %+v, want %+v", f, want)
			}
		}
		if others := listFields(t, d, "deal"); len(others) != 0 {
			t.Errorf("deals have %+v", others)
		}
	})
}

func TestDefiningAgainChangesLabelsAndChoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := accountFields(t, d)[crm.Choice]
		again := crm.CustomField{Object: "account", Field: crm.Field{Name: first.Name, Kind: crm.Choice, Choices: []string{"gold", "tin"}, Label: crm.Label{Ru: "Уровень"}}}
		defined, err := define(t, d, again)
		if err != nil {
			t.Fatal(err)
		}
		want := crm.Label{En: "Уровень", Ru: "Уровень"}
		if defined.ID != first.ID || defined.Label != want || !slices.Equal(defined.Choices, again.Choices) {
			t.Errorf("got %+v", defined)
		}
		again.Kind, again.Choices = crm.Text, nil
		if _, err := define(t, d, again); !slices.Equal(wrongFields(err), []string{"kind"}) {
			t.Errorf("another kind: %v", err)
		}
	})
}

func TestWrongDefinitionsAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	text := func(name string) crm.Field { return crm.Field{Name: name, Kind: crm.Text} }
	for what, c := range map[string]struct {
		f     crm.CustomField
		wrong string
	}{
		"no object":           {crm.CustomField{Object: "ship", Field: text("a")}, "object"},
		"a standard field":    {crm.CustomField{Object: "deal", Field: text("amount")}, "name"},
		"no name":             {crm.CustomField{Object: "deal", Field: text("")}, "name"},
		"capitals":            {crm.CustomField{Object: "deal", Field: text("Margin")}, "name"},
		"a space":             {crm.CustomField{Object: "deal", Field: text("a b")}, "name"},
		"a quote":             {crm.CustomField{Object: "deal", Field: text("a'b")}, "name"},
		"an accent":           {crm.CustomField{Object: "deal", Field: text("é")}, "name"},
		"double _":            {crm.CustomField{Object: "deal", Field: text("a__b")}, "name"},
		"a long name":         {crm.CustomField{Object: "deal", Field: text(strings.Repeat("я", 65))}, "name"},
		"no kind":             {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: "colour"}}, "kind"},
		"no choices":          {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Choice}}, "choices"},
		"a choice twice":      {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Choice, Choices: []string{"x", "x"}}}, "choices"},
		"an empty choice":     {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Choice, Choices: []string{""}}}, "choices"},
		"choices of a text":   {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Text, Choices: []string{"x"}}}, "choices"},
		"no target":           {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Reference}}, "ref"},
		"an unknown target":   {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Reference, Ref: "ship"}}, "ref"},
		"a target of a text":  {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Text, Ref: "deal"}}, "ref"},
		"an endless label":    {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Text, Label: crm.Label{Ru: strings.Repeat("я", 101)}}}, "label"},
		"a broken choice":     {crm.CustomField{Object: "deal", Field: crm.Field{Name: "a", Kind: crm.Choice, Choices: []string{"a\xff"}}}, "choices"},
		"a standard currency": {crm.CustomField{Object: "deal", Field: text("currency")}, "name"},
	} {
		if _, err := define(t, d, c.f); fault.KindOf(err) != fault.Invalid || !slices.Equal(wrongFields(err), []string{c.wrong}) {
			t.Errorf("%s: %v, want Invalid %s", what, err, c.wrong)
		}
	}
	for _, name := range []string{"a", "маржа_2", "2026_target", "x_y_z", strings.Repeat("я", 64)} {
		if _, err := define(t, d, crm.CustomField{Object: "deal", Field: text(name)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCustomValuesComeBackTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accountFields(t, d)
		campaign := makeRecord(t, d, "campaign", map[string]any{"name": "C"})
		typed := map[string]any{
			"my_text": "Ёж <1>", "my_choice": "gold", "my_number": -0.5, "my_integer": int64(1 << 53), "my_money": value.Money{Minor: -5, Currency: "JPY"},
			"my_day": value.Day(-3), "my_instant": value.Instant(-1), "my_seconds": int64(90), "my_bool": false, "my_reference": campaign,
		}
		stored := map[string]any{
			"my_text": "Ёж <1>", "my_choice": "gold", "my_number": -0.5, "my_integer": float64(1 << 53),
			"my_money": map[string]any{"minor": -5.0, "currency": "JPY"}, "my_day": "1969-12-29", "my_instant": "1969-12-31T23:59:59.999999Z",
			"my_seconds": 90.0, "my_bool": false, "my_reference": campaign.String(),
		}
		id := makeRecord(t, d, "account", map[string]any{"name": "A"})
		for _, form := range []map[string]any{typed, stored} {
			if _, err := try(t, d, "account", crm.Change{ID: id, Custom: form}); err != nil {
				t.Fatal(err)
			}
			r := mustLoad(t, d, "account", id)
			if !reflect.DeepEqual(r.Custom, typed) {
				t.Errorf("got %v, want %v", r.Custom, typed)
			}
			if r.Version != 2 {
				t.Errorf("version %d: the stored form is taken for something else", r.Version)
			}
		}
		cleared := map[string]any{}
		for name := range typed {
			cleared[name] = nil
		}
		if _, err := try(t, d, "account", crm.Change{ID: id, Custom: cleared}); err != nil {
			t.Fatal(err)
		}
		if r := mustLoad(t, d, "account", id); len(r.Custom) != 0 {
			t.Errorf("after clearing: %v", r.Custom)
		}
	})
}

func TestWrongCustomValuesAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	accountFields(t, d)
	id := makeRecord(t, d, "account", map[string]any{"name": "A"})
	for _, c := range []struct {
		name  string
		wrong any
	}{
		{"unknown", "x"}, {"my_text", 1.0}, {"my_text", "a\x00"}, {"my_choice", "tin"}, {"my_number", "1"}, {"my_number", math.NaN()},
		{"my_integer", 0.5}, {"my_integer", int64(1<<53 + 1)}, {"my_integer", math.Inf(1)}, {"my_integer", "1"}, {"my_seconds", true},
		{"my_money", int64(5)}, {"my_money", value.Money{Minor: 1, Currency: "?"}}, {"my_money", value.Money{Minor: 1 << 60, Currency: "USD"}},
		{"my_money", map[string]any{"minor": 1.5, "currency": "USD"}}, {"my_money", map[string]any{"minor": 1.0}}, {"my_day", "soon"}, {"my_day", 5.0},
		{"my_instant", "2026-01-01"}, {"my_bool", "yes"}, {"my_bool", 1.0}, {"my_reference", "x"}, {"my_reference", value.NewID()}, {"my_reference", id},
	} {
		if _, err := try(t, d, "account", crm.Change{ID: id, Custom: map[string]any{c.name: c.wrong}}); !slices.Equal(wrongFields(err), []string{c.name}) {
			t.Errorf("%s = %v: %v", c.name, c.wrong, err)
		}
	}
	if r := mustLoad(t, d, "account", id); r.Version != 1 {
		t.Errorf("something was stored: %+v", r)
	}
	fields := listFields(t, d, "account")
	change := crm.Change{Custom: map[string]any{"my_day": "soon"}}
	if err := crm.CheckCustom(fields, change); !slices.Equal(wrongFields(err), []string{"my_day"}) {
		t.Errorf("CheckCustom: %v", err)
	}
	change.Custom["my_day"] = value.Day(1)
	if err := crm.CheckCustom(fields, change); err != nil {
		t.Errorf("CheckCustom: %v", err)
	}
}

func TestAChoiceThatIsOfferedNoMoreStays(t *testing.T) {
	d := dbtest.SQLite(t)
	f := accountFields(t, d)[crm.Choice]
	id := makeRecord(t, d, "account", map[string]any{"name": "A"})
	if _, err := try(t, d, "account", crm.Change{ID: id, Custom: map[string]any{f.Name: "silver"}}); err != nil {
		t.Fatal(err)
	}
	f.Choices = []string{"gold"}
	if _, err := define(t, d, f); err != nil {
		t.Fatal(err)
	}
	if r := mustLoad(t, d, "account", id); r.Custom[f.Name] != "silver" {
		t.Errorf("it became %v", r.Custom)
	}
	if _, err := try(t, d, "account", crm.Change{ID: id, Custom: map[string]any{f.Name: "silver"}}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("it can be chosen: %v", err)
	}
}

func TestCustomFieldsHaveAHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accountFields(t, d)
		id := value.NewID()
		_, err := try(t, d, "account", crm.Change{ID: id, New: true, At: 10, Set: map[string]any{"name": "A"}, Custom: map[string]any{"my_integer": 1}},
			crm.Change{ID: id, At: 20, Custom: map[string]any{"my_integer": 2}})
		if err != nil {
			t.Fatal(err)
		}
		for at, want := range map[value.Instant]int64{10: 1, 19: 1, 20: 2} {
			if r, err := load(t, d, "account", id, history.At(at)); err != nil || r.Custom["my_integer"] != want {
				t.Errorf("as of %d: %v, %v, want %d", at, r.Custom, err, want)
			}
		}
	})
}
