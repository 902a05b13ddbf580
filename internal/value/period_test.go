package value_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/value"
)

var grains = []value.Grain{value.GrainMonth, value.GrainQuarter, value.GrainYear}

func anyCalendar() *rapid.Generator[value.Calendar] {
	return rapid.Map(rapid.IntRange(1, 12), func(m int) value.Calendar {
		return value.Calendar{StartMonth: time.Month(m), Zone: time.UTC}
	})
}

func TestKnownPeriods(t *testing.T) {
	for _, c := range []struct {
		start                  time.Month
		day, month, quarter    string
		year                   string
		firstOfYear, endOfYear string
	}{
		{time.January, "2017-08-15", "2017-08", "2017-Q3", "2017", "2017-01-01", "2017-12-31"},
		{time.February, "2026-02-01", "2027-01", "2027-Q1", "2027", "2026-02-01", "2027-01-31"},
		{time.February, "2026-01-31", "2026-12", "2026-Q4", "2026", "2025-02-01", "2026-01-31"},
		{time.October, "1969-12-31", "1970-03", "1970-Q1", "1970", "1969-10-01", "1970-09-30"},
		{0, "2024-02-29", "2024-02", "2024-Q1", "2024", "2024-01-01", "2024-12-31"},
	} {
		calendar := value.Calendar{StartMonth: c.start, Zone: time.UTC}
		day, err := value.ParseDay(c.day)
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{c.month, c.quarter, c.year} {
			if got := calendar.PeriodOf(day, grains[i]).Name; got != name {
				t.Errorf("start %s: %s is in %s, want %s", c.start, day, got, name)
			}
		}
		if year := calendar.PeriodOf(day, value.GrainYear); year.First.String() != c.firstOfYear || year.Last.String() != c.endOfYear {
			t.Errorf("start %s: year %s is %s to %s, want %s to %s", c.start, year.Name, year.First, year.Last, c.firstOfYear, c.endOfYear)
		}
	}
}

func TestEveryDayIsInOnePeriodOfEachGrain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar, day := anyCalendar().Draw(t, "calendar"), anyDay().Draw(t, "day")
		for _, grain := range grains {
			p := calendar.PeriodOf(day, grain)
			if day < p.First || day > p.Last || p.Grain != grain {
				t.Fatalf("%s is outside its %s %+v", day, grain, p)
			}
			number := calendar.Month(day) / grain.Months()
			if p != calendar.NumberedPeriod(number, grain) {
				t.Fatalf("%+v is not number %d", p, number)
			}
			if next := calendar.NumberedPeriod(number+1, grain); next.First != p.Last+1 {
				t.Fatalf("%+v is followed by %+v", p, next)
			}
		}
	})
}

func TestMonthsAreConsecutive(t *testing.T) {
	for start := time.January; start <= time.December; start++ {
		calendar := value.Calendar{StartMonth: start, Zone: time.UTC}
		last := calendar.Month(value.NewDay(1959, 12, 31))
		for day := value.NewDay(1960, 1, 1); day < value.NewDay(2060, 1, 1); day++ {
			want := last
			if day.Date().Day() == 1 {
				want++
			}
			if last = calendar.Month(day); last != want {
				t.Fatalf("start %s: %s is in month %d, want %d", start, day, last, want)
			}
		}
	}
}

func TestShortPeriodsLieInLongOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar, day := anyCalendar().Draw(t, "calendar"), anyDay().Draw(t, "day")
		month, quarter, year := calendar.PeriodOf(day, grains[0]), calendar.PeriodOf(day, grains[1]), calendar.PeriodOf(day, grains[2])
		if month.First < quarter.First || month.Last > quarter.Last || quarter.First < year.First || quarter.Last > year.Last {
			t.Fatalf("%+v, %+v, %+v do not nest", month, quarter, year)
		}
	})
}

func TestPeriodNamesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar, day := anyCalendar().Draw(t, "calendar"), anyDay().Draw(t, "day")
		if day > lastDay-366 {
			t.Skip("the fiscal year may be 10000")
		}
		p := calendar.PeriodOf(day, rapid.SampledFrom(grains).Draw(t, "grain"))
		if back, err := calendar.ParsePeriod(p.Name); err != nil || back != p {
			t.Fatalf("%+v came back as %+v, %v", p, back, err)
		}
	})
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, text := range []string{"", "17", "2017-", "2017-Q0", "2017-Q5", "2017-13", "2017-00", "2017-8", "2017-Q03", "+017", "2017-+8", "2017-Q+3", "2017-08-01", "Q3"} {
		if p, err := (value.Calendar{}).ParsePeriod(text); err == nil {
			t.Errorf("ParsePeriod(%q) = %+v", text, p)
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, text := range []string{"2017", "2017-Q3", "2017-08", "2017-q4"} {
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, start int) {
		calendar := value.Calendar{StartMonth: time.Month(start), Zone: time.UTC}
		p, err := calendar.ParsePeriod(text)
		if err != nil {
			return
		}
		if p.Name != strings.ToUpper(text) {
			t.Errorf("%q reads as %s", text, p.Name)
		}
		if p.First > p.Last {
			t.Errorf("%q is empty: %+v", text, p)
		}
	})
}
