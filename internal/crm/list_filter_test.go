package crm_test

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// dealFilters are filters of every kind on deals.
func (w listWorld) dealFilters() []crm.Filter {
	day := func(n int) string { return value.Day(n).String() }
	return []crm.Filter{
		{Field: "stage", Op: crm.OpIs, Values: []string{w.stages["open"].String(), w.stages["late"].String()}},
		{Field: "stage", Op: crm.OpNot, Values: []string{w.stages["won"].String()}},
		{Field: "owner", Op: crm.OpIs, Values: []string{w.people[0].String(), w.people[3].String()}},
		{Field: "owner", Op: crm.OpEmpty}, {Field: "amount", Op: crm.OpFilled}, {Field: "account", Op: crm.OpNot, Values: []string{value.NewID().String()}},
		{Field: "source", Op: crm.OpIs, Values: []string{"Web", "Партнёр"}}, {Field: "source", Op: crm.OpNot, Values: []string{"web"}},
		{Field: crm.FilterText, Op: crm.OpContains, Values: []string{"ЛЬФ"}}, {Field: crm.FilterText, Op: crm.OpContains, Values: []string{"0%"}},
		{Field: crm.FilterText, Op: crm.OpContains, Values: []string{"a_"}}, {Field: crm.FilterText, Op: crm.OpContains, Values: []string{"ёлк"}},
		{Field: "close", Op: crm.OpFrom, Values: []string{day(3)}}, {Field: "close", Op: crm.OpTo, Values: []string{day(3)}}, {Field: "close", Op: crm.OpIs, Values: []string{day(2)}},
		{Field: "probability", Op: crm.OpFrom, Values: []string{"0.5"}},
		{Field: "amount", Op: crm.OpFrom, Values: []string{"50"}}, {Field: "amount", Op: crm.OpTo, Values: []string{"10000"}}, {Field: "amount", Op: crm.OpTo, Values: []string{"50.00 EUR"}},
		{Field: "margin", Op: crm.OpFrom, Values: []string{"2"}}, {Field: "margin", Op: crm.OpEmpty}, {Field: "note", Op: crm.OpContains, Values: []string{"Elka"}},
		{Field: "note", Op: crm.OpContains, Values: []string{"ЕЛ"}}, {Field: "note", Op: crm.OpNot, Values: []string{"Ёлка"}}, {Field: "note", Op: crm.OpIs, Values: []string{"beta", "Гамма"}},
		{Field: "sign", Op: crm.OpTo, Values: []string{day(2)}}, {Field: "sign", Op: crm.OpIs, Values: []string{day(1)}}, {Field: "fee", Op: crm.OpFrom, Values: []string{"50"}},
		{Field: "fee", Op: crm.OpTo, Values: []string{"5 KWD"}}, {Field: "hot", Op: crm.OpIs, Values: []string{"true"}}, {Field: "hot", Op: crm.OpNot, Values: []string{"false"}},
		{Field: "helper", Op: crm.OpIs, Values: []string{w.people[2].String()}}, {Field: "helper", Op: crm.OpFilled},
		{Field: crm.FilterCreated, Op: crm.OpTo, Values: []string{"1970-01-01T00:00:00.000005Z"}}, {Field: crm.FilterChanged, Op: crm.OpFrom, Values: []string{"1970-01-01"}},
	}
}

// naiveFilter is the rule of each relation in Go.
func naiveFilter(r crm.Record, f crm.Filter) bool {
	v, custom := r.Values[f.Field], false
	switch f.Field {
	case crm.FilterText:
		return strings.Contains(naiveFolded(crm.ObjectNamed(r.Object), r), value.Fold(f.Values[0]))
	case crm.FilterCreated:
		v = r.Created
	case crm.FilterChanged:
		v = r.Since
	default:
		if crm.ObjectNamed(r.Object).Field(f.Field) < 0 {
			v, custom = r.Custom[f.Field], true
		}
	}
	same := func(text string) bool {
		if s, ok := v.(string); ok && custom {
			return value.Fold(s) == value.Fold(text)
		}
		return naiveText(v) == text
	}
	switch f.Op {
	case crm.OpEmpty:
		return v == nil
	case crm.OpFilled:
		return v != nil
	case crm.OpIs:
		return v != nil && slices.ContainsFunc(f.Values, same)
	case crm.OpNot:
		return v == nil || !slices.ContainsFunc(f.Values, same)
	case crm.OpContains:
		s, _ := v.(string)
		return v != nil && strings.Contains(value.Fold(s), value.Fold(f.Values[0]))
	}
	return v != nil && naiveRange(r, v, f)
}

// naiveText is a value as filters write it.
func naiveText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case value.ID:
		return v.String()
	case value.Day:
		return v.String()
	}
	return ""
}

// naiveRange compares numbers, days, instants, and amounts in their own currency.
func naiveRange(r crm.Record, v any, f crm.Filter) bool {
	text, code, _ := strings.Cut(f.Values[0], " ")
	if n, ok := v.(int64); ok {
		currency, _ := r.Values["currency"].(string)
		v = value.Money{Minor: n, Currency: currency}
	}
	var order int
	switch v := v.(type) {
	case value.Money:
		if code != "" && code != v.Currency {
			return false
		}
		limit, _ := value.ParseMinor(text, v.Currency)
		order = cmp.Compare(v.Minor, limit)
	case float64:
		limit, _ := strconv.ParseFloat(text, 64)
		order = cmp.Compare(v, limit)
	case value.Day:
		limit, _ := value.ParseDay(text)
		order = cmp.Compare(v, limit)
	case value.Instant:
		limit, err := value.ParseInstant(f.Values[0], time.UTC)
		if day, notDay := value.ParseDay(text); notDay == nil && err == nil {
			limit = day.Start(time.UTC)
		}
		order = cmp.Compare(v, limit)
	}
	return f.Op == crm.OpFrom && order >= 0 || f.Op == crm.OpTo && order <= 0
}

func TestWrongListsAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	deals := object(t, "deal")
	for _, c := range []struct {
		field string
		query crm.ListQuery
	}{
		{"limit", crm.ListQuery{Limit: 201}},
		{"limit", crm.ListQuery{Limit: -1}},
		{"sort", crm.ListQuery{Sort: "owner"}},
		{"sort", crm.ListQuery{Sort: "id; DROP TABLE crm_deals"}},
		{"cursor", crm.ListQuery{Cursor: "x"}},
		{"cursor", crm.ListQuery{Sort: "amount", Cursor: "eyJzIjoibmFtZSIsImkiOiIifQ"}},
		{"nothing", crm.ListQuery{Where: []crm.Filter{{Field: "nothing", Op: crm.OpEmpty}}}},
		{"name", crm.ListQuery{Where: []crm.Filter{{Field: "name", Op: crm.OpContains, Values: []string{"a"}}}}},
		{"name", crm.ListQuery{Where: []crm.Filter{{Field: "name", Op: "like", Values: []string{"a"}}}}},
		{"name", crm.ListQuery{Where: []crm.Filter{{Field: "name", Op: crm.OpIs}}}},
		{"name", crm.ListQuery{Where: []crm.Filter{{Field: "name", Op: crm.OpIs, Values: []string{"a\x00"}}}}},
		{"text", crm.ListQuery{Where: []crm.Filter{{Field: "text", Op: crm.OpContains, Values: []string{" "}}}}},
		{"close", crm.ListQuery{Where: []crm.Filter{{Field: "close", Op: crm.OpFrom, Values: []string{"yesterday"}}}}},
		{"amount", crm.ListQuery{Where: []crm.Filter{{Field: "amount", Op: crm.OpFrom, Values: []string{"ten"}}}}},
		{"amount", crm.ListQuery{Where: []crm.Filter{{Field: "amount", Op: crm.OpFrom, Values: []string{"1 XYZ"}}}}},
		{"probability", crm.ListQuery{Where: []crm.Filter{{Field: "probability", Op: crm.OpFrom, Values: []string{"NaN"}}}}},
		{"stage", crm.ListQuery{Where: []crm.Filter{{Field: "stage", Op: crm.OpIs, Values: []string{"won"}}}}},
	} {
		c.query.Object = deals
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := crm.ListRecords(t.Context(), tx, identity.Scope{All: true}, c.query)
			return err
		})
		if fault.KindOf(err) != fault.Invalid || !slices.Equal(wrongFields(err), []string{c.field}) {
			t.Errorf("%+v: %v, want Invalid for %s", c.query, err, c.field)
		}
	}
}
