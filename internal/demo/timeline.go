package demo

import (
	"sort"
	"time"

	"zveno.dev/zveno/internal/value"
)

const (
	second = value.Instant(time.Second / time.Microsecond)
	hour   = 3600 * second
	day    = 24 * hour
)

// leadIn is how long before the first year deals begin to come in, so that the story does not open with empty months.
const leadIn = 120

// timeline is the company's time: the days on which its story happens and how busy each of them is.
type timeline struct {
	epoch value.Instant // when the company began to keep records: people, teams, products and the first accounts
	first value.Day     // of new deals
	start value.Day     // first of the Years
	now   value.Instant
	busy  []float64 // cumulated share of new business up to and including each day from first on; ends at 1
}

// newBusiness is how much new business comes in by month, January first.
var newBusiness = [12]float64{1.10, 1.05, 1.05, 1.00, 0.95, 0.95, 0.85, 0.65, 1.00, 1.20, 1.25, 1.00}

func newTimeline(o Options) timeline {
	end := value.DayOf(o.Now.Time())
	y, m, d := end.Date().Date()
	t := timeline{now: o.Now, start: value.NewDay(y-o.Years, m, d)}
	t.first = t.start - leadIn
	t.epoch = (t.first - 365).Start(time.UTC)
	total := 0.0
	for d := t.first; d < end || d == t.first; d++ {
		total += newBusiness[d.Date().Month()-1] * weekday(d) * (1 + 0.1*float64(d-t.first)/365)
		t.busy = append(t.busy, total)
	}
	for i := range t.busy {
		t.busy[i] /= total
	}
	return t
}

func weekday(d value.Day) float64 {
	if w := d.Date().Weekday(); w == time.Saturday || w == time.Sunday {
		return 0.03
	}
	return 1
}

// moment is when the given share (0–1) of all new business has come in, in the working hours of a region.
func (t *timeline) moment(share float64, in *region) value.Instant {
	i := min(sort.SearchFloat64s(t.busy, share), len(t.busy)-1)
	before := 0.0
	if i > 0 {
		before = t.busy[i-1]
	}
	within := min(max((share-before)/(t.busy[i]-before), 0), 0.999)
	return min(inWorkday(t.first+value.Day(i), within, in), t.now)
}

const workday = 9 * hour

// working moves an instant into the working hours of a region: nobody works at night or at the weekend.
func working(at value.Instant, in *region) value.Instant {
	d := dayOf(at)
	within := float64(at-dayStart(d)) / float64(day)
	switch (d + 4) % 7 { // 1970-01-01 was a Thursday
	case 6:
		d += 2
	case 0:
		d++
	}
	return inWorkday(d, within, in)
}

// inWorkday is the second at which the given share (0–1) of the working day is over.
func inWorkday(d value.Day, share float64, in *region) value.Instant {
	seconds := int64(share * float64(workday/second))
	return dayStart(d) + in.opens + value.Instant(seconds)*second
}

func dayOf(at value.Instant) value.Day { return value.Day(at / day) }

func dayStart(d value.Day) value.Instant { return value.Instant(d) * day }

// quarterEnd is the last day of the calendar quarter of d.
func quarterEnd(d value.Day) value.Day {
	return value.Calendar{}.PeriodOf(d, value.GrainQuarter).Last
}

// monthEnd is the last day of the month of d.
func monthEnd(d value.Day) value.Day {
	return value.Calendar{}.PeriodOf(d, value.GrainMonth).Last
}
