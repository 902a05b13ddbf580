package tabular

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// profileOf profiles one column of cells, named c.
func profileOf(t *testing.T, cells ...string) ColumnProfile {
	t.Helper()
	text := "c;n\n"
	for i, cell := range cells {
		text += fmt.Sprintf("\"%s\";%d\n", strings.ReplaceAll(cell, `"`, `""`), i)
	}
	profile, err := Profile(context.Background(), openOne(t, write(t, "t.csv", text)))
	if err != nil {
		t.Fatal(err)
	}
	return profile.Columns[0]
}

func TestKindsOfColumns(t *testing.T) {
	cases := []struct {
		want  Kind
		cells []string
	}{
		{KindEmpty, []string{"", "-", "NULL", " "}},
		{KindInteger, []string{"1", "20", "-3", "", "0"}},
		{KindInteger, []string{"1 234", "12 345 678", "5"}},
		{KindDecimal, []string{"1", "2.5", "N/A"}},
		{KindDecimal, []string{"10%", "12,5 %"}},
		{KindDecimal, []string{"1.5E-03", "2"}},
		{KindMoney, []string{"$1,200.50", "5", "($3)"}},
		{KindMoney, []string{"1 500,00 ₽", "12 руб.", "7 RUB"}},
		{KindDate, []string{"2026-01-31", "2026-02-01"}},
		{KindDate, []string{"31.12.2025", "1 янв. 2026", "-"}},
		{KindDateTime, []string{"2026-01-31T10:00:00Z", "2026-02-01"}},
		{KindDateTime, []string{"02/23/26 08:55 PM"}},
		{KindBool, []string{"TRUE", "false", ""}},
		{KindBool, []string{"да", "Нет"}},
		{KindEmail, []string{"a@example.com", "b.c@example.co.uk"}},
		{KindID, []string{"006bm00000LKJNNAA5", "006bm00000LKJNOAA5"}},
		{KindID, []string{"007", "12", "100"}},
		{KindID, []string{"1f0e6a30-7c3b-4ab1-9a77-0f2f0d4a8d11"}},
		{KindText, []string{"+7 (495) 123-45-67", "8 800 555 35 35"}},
		{KindText, []string{"Acme", "1 st Avenue", "2026"}},
		{KindText, []string{"1", "2", "three", "four"}},
		{KindText, []string{"20.55", "192.168.0.1", "10:30"}},
	}
	for _, c := range cases {
		if p := profileOf(t, c.cells...); p.Kind != c.want {
			t.Errorf("%q is %v (%d fit, misfits %v), want %v", c.cells, p.Kind, p.Fitting, p.Misfits, c.want)
		}
	}
}

func TestMisfitsAreShown(t *testing.T) {
	cells := []string{"tbd"}
	for i := range 20 {
		cells = append(cells, fmt.Sprintf("2026-01-%02d", i+1))
	}
	p := profileOf(t, cells...)
	if p.Kind != KindDate || p.Fitting != 20 || fmt.Sprint(p.Misfits) != "[{tbd 2}]" {
		t.Errorf("%v, %d fit, misfits %v; want a date, 20 and tbd on line 2", p.Kind, p.Fitting, p.Misfits)
	}
}

func TestDateOrderIsDecidedOverTheColumn(t *testing.T) {
	many := func(cell string, n int) []string { return strings.Split(strings.Repeat(cell+"\n", n-1)+cell, "\n") }
	cases := []struct {
		name      string
		cells     []string
		want      DateOrder
		ambiguous bool
	}{
		{"one day beyond 12 in second place", append(many("02/03/2026", 50), "10/25/2026"), OrderMDY, false},
		{"one day beyond 12 in first place", append(many("02/03/2026", 50), "25/10/2026"), OrderDMY, false},
		{"nothing decides", []string{"02/03/2026", "04/05/2026"}, OrderUnknown, true},
		{"both", []string{"25/10/2026", "10/25/2026"}, OrderUnknown, true},
		{"a rare slip", append(many("25/10/2026", 99), "10/25/2026"), OrderDMY, false},
		{"points", []string{"02.03.2026", "04.05.2026"}, OrderDMY, false},
		{"points, but months first", []string{"02.25.2026", "04.05.2026"}, OrderMDY, false},
		{"the same in both", []string{"02/02/2026"}, OrderYMD, false},
		{"year first", []string{"2026-02-03"}, OrderYMD, false},
		{"month named", []string{"3 Feb 2026"}, OrderYMD, false},
		{"two digits, year first", []string{"99/12/31", "98/12/31"}, OrderYMD, false},
	}
	for _, c := range cases {
		p := profileOf(t, c.cells...).Dates
		if p.Order != c.want || p.Ambiguous != c.ambiguous {
			t.Errorf("%s: order %q, ambiguous %v (%+v); want %q, %v", c.name, p.Order, p.Ambiguous, p, c.want, c.ambiguous)
		}
	}
	if p := profileOf(t, "02.03.2026").Dates; !p.ByConvention {
		t.Error("dates with points are decided by convention, which is not said")
	}
	if p := profileOf(t, "02/03/2026", "04/05/2026").Dates; p.FirstAmbiguous != (Example{"02/03/2026", 2}) {
		t.Errorf("the question's example is %v", p.FirstAmbiguous)
	}
}

func TestDateDetails(t *testing.T) {
	p := profileOf(t, "02/23/26 08:55 PM", "02/24/26 09:00 AM").Dates
	if !p.TwoDigitYears || !p.TwelveHours || !p.Times || p.LocalTimes != 2 || p.Order != OrderMDY {
		t.Errorf("%+v", p)
	}
	p = profileOf(t, "2026-02-23T20:55:00.000Z", "2026-02-23T20:55:00+03:00", "2026-02-23 20:55").Dates
	if fmt.Sprint(p.Zones) != "[{+03:00 1} {Z 1}]" || p.LocalTimes != 1 || p.TwelveHours || p.TwoDigitYears {
		t.Errorf("%+v", p)
	}
}

func TestOrderOfOtherColumnsIsHinted(t *testing.T) {
	text := "created,closed,name\n02/23/2026,02/03/2026,a\n02/24/2026,04/05/2026,b\n"
	profile, err := Profile(context.Background(), openOne(t, write(t, "t.csv", text)))
	if err != nil {
		t.Fatal(err)
	}
	if closed := profile.Columns[1].Dates; !closed.Ambiguous || closed.Order != OrderUnknown || closed.Hint != OrderMDY {
		t.Errorf("%+v, want ambiguous with the hint mdy", closed)
	}
}

func TestDecimalSignIsDecidedOverTheColumn(t *testing.T) {
	cases := []struct {
		cells     []string
		want      Decimal
		ambiguous bool
		grouping  string
	}{
		{[]string{"1.234", "5.678"}, DecimalUnknown, true, ""},
		{[]string{"1.234", "5.6"}, DecimalPoint, false, ""},
		{[]string{"1.234", "5,6"}, DecimalComma, false, ""},
		{[]string{"1.234.567", "5"}, DecimalComma, false, "."},
		{[]string{"1,234.50", "5"}, DecimalPoint, false, ","},
		{[]string{"1 234,50"}, DecimalComma, false, " "},
		{[]string{"1.5", "1,5"}, DecimalUnknown, true, ""},
		{[]string{"1", "200"}, DecimalUnknown, false, ""},
		{[]string{"0,611553068"}, DecimalComma, false, ""},
	}
	for _, c := range cases {
		p := profileOf(t, c.cells...).Numbers
		if p.Decimal != c.want || p.Ambiguous != c.ambiguous || p.Grouping != c.grouping {
			t.Errorf("%q: decimal %v, ambiguous %v, grouping %q; want %v, %v, %q", c.cells, p.Decimal, p.Ambiguous, p.Grouping, c.want, c.ambiguous, c.grouping)
		}
	}
	p := profileOf(t, "$5", "€6.50", "$7", "8 руб.", "10%").Numbers
	if fmt.Sprint(p.Currencies) != "[{$ 2} {руб. 1} {€ 1}]" || !p.Percent {
		t.Errorf("currencies %v, percent %v", p.Currencies, p.Percent)
	}
}

func TestDistinctAndEmpty(t *testing.T) {
	p := profileOf(t, "Won", "Lost", "Won", "", "NULL", "-", "-", " Won ")
	if fmt.Sprint(p.Distinct) != "[{Won 3} {Lost 1}]" || p.DistinctMore || p.Empty != 4 || fmt.Sprint(p.EmptyMarkers) != "[{- 2} {NULL 1}]" ||
		p.Rows != 8 || p.MaxLength != 4 || fmt.Sprint(p.Examples) != "[Won Lost Won]" {
		t.Errorf("%+v", p)
	}
	var cells []string
	for i := range mostDistinct + 1 {
		cells = append(cells, fmt.Sprintf("Сделка %d", i))
	}
	if p := profileOf(t, cells...); !p.DistinctMore || len(p.Distinct) > 0 || p.MaxLength != len("Сделка 100")-len("Сделка")/2 {
		t.Errorf("more %v, %d distinct, longest %d", p.DistinctMore, len(p.Distinct), p.MaxLength)
	}
}
