package value

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Calendar is the company's way of cutting days into fiscal periods. A fiscal year carries the number of the calendar
// year in which it ends, as most filings do: with StartMonth = February, 2026-02-01 opens FY2027.
type Calendar struct {
	StartMonth time.Month     // first month of the fiscal year; January = calendar year
	Zone       *time.Location // in which days begin and end
}

// Grain is the length of a fiscal period.
type Grain string

// The grains, from the shortest to the longest.
const (
	GrainMonth   Grain = "month"
	GrainQuarter Grain = "quarter"
	GrainYear    Grain = "year"
)

// Months is the length of the grain in months.
func (g Grain) Months() int {
	switch g {
	case GrainMonth:
		return 1
	case GrainQuarter:
		return 3
	default:
		return 12
	}
}

// Period is a fiscal month, quarter or year. First and Last are both inside it.
type Period struct {
	Name        string // "2017-Q3", "2017-08", "2017"
	Grain       Grain
	First, Last Day
}

// Month numbers fiscal months consecutively: fiscal year × 12 + month of the fiscal year (0–11). Quarters and years are
// that number divided by 3 and 12.
func (c Calendar) Month(d Day) int {
	year, month, _ := d.Date().Date()
	offset := (int(month) - int(c.start()) + 12) % 12
	if c.start() != time.January && month >= c.start() {
		year++
	}
	return year*12 + offset
}

// PeriodOf is the period of the given grain that d falls into.
func (c Calendar) PeriodOf(d Day, grain Grain) Period {
	return c.period(c.Month(d)/grain.Months(), grain)
}

// NumberedPeriod is the n-th period of its grain, as Month(d)/grain.Months() counts them.
func (c Calendar) NumberedPeriod(n int, grain Grain) Period { return c.period(n, grain) }

func (c Calendar) period(n int, grain Grain) Period {
	month := n * grain.Months()
	year, inYear := month/12, month%12
	calendarYear := year
	if c.start() != time.January {
		calendarYear--
	}
	first := NewDay(calendarYear, c.start()+time.Month(inYear), 1)
	next := NewDay(calendarYear, c.start()+time.Month(inYear+grain.Months()), 1)
	name := fmt.Sprintf("%04d", year)
	switch grain {
	case GrainQuarter:
		name = fmt.Sprintf("%04d-Q%d", year, inYear/3+1)
	case GrainMonth:
		name = fmt.Sprintf("%04d-%02d", year, inYear+1)
	}
	return Period{Name: name, Grain: grain, First: first, Last: next - 1}
}

// ParsePeriod reads "2017", "2017-Q3" (fiscal year and quarter) or "2017-08" (fiscal year and its month number).
func (c Calendar) ParsePeriod(text string) (Period, error) {
	bad := func() (Period, error) {
		return Period{}, fmt.Errorf("%q is not a fiscal period: expected a year (2026), quarter (2026-Q3) or month (2026-08)", text)
	}
	yearText, rest, hasRest := strings.Cut(text, "-")
	year, ok := digits(yearText, 4)
	if !ok {
		return bad()
	}
	if !hasRest {
		return c.period(year, GrainYear), nil
	}
	if quarter, isQuarter := strings.CutPrefix(strings.ToUpper(rest), "Q"); isQuarter {
		n, ok := digits(quarter, 1)
		if !ok || n < 1 || n > 4 {
			return bad()
		}
		return c.period(year*4+n-1, GrainQuarter), nil
	}
	n, ok := digits(rest, 2)
	if !ok || n < 1 || n > 12 {
		return bad()
	}
	return c.period(year*12+n-1, GrainMonth), nil
}

// digits reads a number of exactly n decimal digits.
func digits(text string, n int) (int, bool) {
	number, err := strconv.ParseUint(text, 10, 32)
	return int(number), err == nil && len(text) == n
}

func (c Calendar) start() time.Month {
	if c.StartMonth < time.January || c.StartMonth > time.December {
		return time.January
	}
	return c.StartMonth
}
