package web

import (
	"time"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// window is a fiscal period as far as it has come: what a page of numbers is about.
type window struct {
	period      value.Period
	first, last value.Day     // last is the day asked about while the period goes on
	asOf        value.Instant // at which states are; 0 = now
}

// newWindow is the period named so, seen from the end of a day; "" is the quarter of that day.
func newWindow(v visit, name string, day value.Day) (window, error) {
	calendar := v.settings.Calendar()
	period := calendar.PeriodOf(day, value.GrainQuarter)
	if name != "" {
		var err error
		if period, err = calendar.ParsePeriod(name); err != nil {
			return window{}, fault.InvalidField("period", "%v", err)
		}
	}
	return windowUntil(v, period, min(period.Last, max(day, period.First))), nil
}

// windowUntil is a period up to a day.
func windowUntil(v visit, period value.Period, last value.Day) window {
	w := window{period: period, first: period.First, last: last}
	if last < v.view.Today() {
		w.asOf = last.End(v.settings.Zone) - 1
	}
	return w
}

// previous is the period before, as far as it had come after as many days.
func (w window) previous(v visit) window {
	calendar := v.settings.Calendar()
	before := calendar.PeriodOf(w.first-1, w.period.Grain)
	last := before.Last
	if w.last < w.period.Last {
		last = min(before.First+(w.last-w.first), before.Last)
	}
	return windowUntil(v, before, last)
}

// query asks for what happened in the window, as of its end.
func (w window) query() metric.Query { return metric.Query{First: w.first, Last: w.last, AsOf: w.asOf} }

// state asks for what there was at the end of the window.
func (w window) state() metric.Query { return metric.Query{AsOf: w.asOf} }

// dayParam is the day of a parameter of the address; today where it is empty or in the future.
func dayParam(v visit, name, text string) (value.Day, error) {
	today := v.view.Today()
	if text == "" {
		return today, nil
	}
	day, err := value.ParseDay(text)
	if err != nil {
		return 0, fault.InvalidField(name, "%q is not a day: expected something like %s", text, today)
	}
	return min(day, today), nil
}

// periodLabel names a fiscal period.
func periodLabel(lang i18n.Lang, v visit, p value.Period) string {
	number := v.settings.Calendar().Month(p.First)
	year := number / 12
	switch p.Grain {
	case value.GrainQuarter:
		return i18n.Quarter(lang, year, number%12/3+1)
	case value.GrainMonth:
		shown := p.First.Date()
		if shown.Day() != 1 { // a fiscal month that is no calendar month
			return p.Name
		}
		return i18n.T(lang, "period.month", "month", i18n.Month(lang, shown.Month()), "year", shown.Format("2006"))
	}
	return i18n.T(lang, "period.year", "year", p.Name)
}

// periodOptions are the periods that a page offers: months, quarters and years up to a day.
func periodOptions(v visit, day value.Day) []ui.Option {
	calendar := v.settings.Calendar()
	var options []ui.Option
	for _, choice := range []struct {
		grain value.Grain
		count int
	}{{value.GrainQuarter, 9}, {value.GrainMonth, 3}, {value.GrainYear, 3}} {
		p := calendar.PeriodOf(day, choice.grain)
		for range choice.count {
			options = append(options, ui.Option{Value: p.Name, Label: periodLabel(v.view.Lang, v, p)})
			p = calendar.PeriodOf(p.First-1, choice.grain)
		}
	}
	return options
}

// lastMonday is the start of the last Monday before a day: on a Monday, a week ago.
func lastMonday(day value.Day, zone *time.Location) value.Instant {
	back := (int(day.Date().Weekday()) + 6) % 7
	if back == 0 {
		back = 7
	}
	return (day - value.Day(back)).Start(zone)
}
