package projection

import (
	"math"

	"zveno.dev/zveno/internal/value"
)

// dealRows are the rows of one deal in every table that its key replaces. Shaping the next deal into it uses their memory
// again.
type dealRows struct {
	versions, stays, entries, closings [][]any
}

// next adds a row and gives its empty slice, with the memory that an earlier row at this place had.
func next(rows *[][]any) []any {
	if n := len(*rows); n < cap(*rows) {
		*rows = (*rows)[:n+1]
		return (*rows)[n][:0]
	}
	*rows = append(*rows, nil)
	return nil
}

// shaper turns believed versions into rows. It is what the rows of deals depend on besides the deals themselves.
type shaper struct {
	calendar value.Calendar
	stages   []stage // by key
	rates    *rates
	months   []int32 // fiscal month by day since 1970-01-01
}

func newShaper(calendar value.Calendar, stages []stage, rates *rates) *shaper {
	s := &shaper{calendar: calendar, stages: stages, rates: rates, months: make([]int32, lastCachedDay)}
	for day := range s.months {
		s.months[day] = int32(calendar.Month(value.Day(day)))
	}
	return s
}

// lastCachedDay is in 2079; days beyond are computed one by one.
const lastCachedDay = 40_000

// month is the fiscal month of a day; noDay where there is none.
func (s *shaper) month(day int32) int32 {
	switch {
	case day == noDay:
		return noDay
	case day >= 0 && day < lastCachedDay:
		return s.months[day]
	default:
		return int32(s.calendar.Month(value.Day(day)))
	}
}

// day is the calendar day of an instant for the company.
func (s *shaper) day(t value.Instant) int32 {
	return int32(value.DayOf(t.Time().In(s.calendar.Zone)))
}

// shape gives the rows of a deal from its whole chain. Deleted stretches leave gaps; each stretch of life is shaped by
// itself.
func (s *shaper) shape(key int32, chain []version, into *dealRows) {
	*into = dealRows{versions: into.versions[:0], stays: into.stays[:0], entries: into.entries[:0], closings: into.closings[:0]}
	for start := 0; start < len(chain); {
		if chain[start].deleted {
			start++
			continue
		}
		end := start + 1
		for end < len(chain) && !chain[end].deleted {
			end++
		}
		s.shapeLife(key, chain[start:end], into)
		start = end
	}
}

func (s *shaper) shapeLife(key int32, life []version, into *dealRows) {
	for _, v := range life {
		row := append(next(&into.versions), key, int64(v.from), int64(v.to), v.stage, s.stages[v.stage].outcome,
			v.minor(), v.probability, v.forecast, v.due(), s.dueMonth(v))
		into.versions[len(into.versions)-1] = v.cut.append(row)
	}
	end := life[len(life)-1].to
	if i := entryOf(life, s.stages); i >= 0 {
		v, day := life[i], s.day(life[i].from)
		row := append(next(&into.entries), key, int64(v.from), int64(end), v.stage, s.rates.convert(v, day), day, s.month(day))
		into.entries[len(into.entries)-1] = v.cut.append(row)
	}
	for _, st := range staysOf(life, s.stages) {
		v, day := life[st.at], s.day(st.from)
		row := append(next(&into.stays), key, int64(st.from), int64(st.to), st.stage, st.visit, st.skipped,
			int64(st.exitedAt), int64(st.nextVisitAt), int64(st.passedAt), day, s.month(day))
		into.stays[len(into.stays)-1] = v.cut.append(row)
	}
	for _, c := range closingsOf(life, s.stages) {
		day := c.closeDay
		if day == noDay {
			day = s.day(c.closedAt)
		}
		var cycle any
		if c.cycle >= 0 {
			cycle = c.cycle
		}
		row := append(next(&into.closings), key, int64(c.from), int64(c.to), c.stage, c.outcome, s.rates.convert(c.version, day),
			day, s.month(day), int64(c.closedAt), cycle, c.lostReason)
		into.closings[len(into.closings)-1] = c.cut.append(row)
	}
}

// due is the close date, nil where there is none.
func (v version) due() any {
	if v.closeDay == noDay {
		return nil
	}
	return v.closeDay
}

func (s *shaper) dueMonth(v version) any {
	if v.closeDay == noDay {
		return nil
	}
	return s.month(v.closeDay)
}

// minor is the amount in the version's own currency, nil where it is unknown.
func (v version) minor() any {
	if !v.hasAmount {
		return nil
	}
	return v.amount
}

func (c cut) append(row []any) []any {
	row = append(row, c.owner, c.account, c.product, c.source, c.kind, c.currency)
	for _, key := range c.custom {
		row = append(row, key)
	}
	return row
}

// rates converts into the reporting currency by the rate of a day: the latest one that is not after it, or else the
// earliest known.
type rates struct {
	byCurrency map[int32][]rate // ascending by day
}

// rate holds from a day on. factor is minor units of the reporting currency per minor unit of the currency.
type rate struct {
	day    int32
	factor float64
}

// factor of a currency on a day; 0 when no rate of the currency is known.
func (r *rates) factor(currency, day int32) float64 {
	known := r.byCurrency[currency]
	for i := len(known) - 1; i >= 0; i-- {
		if known[i].day <= day || i == 0 {
			return known[i].factor
		}
	}
	return 0
}

// convert gives the amount of a version in minor units of the reporting currency, nil where amount or rate is unknown.
func (r *rates) convert(v version, day int32) any {
	factor := r.factor(v.cut.currency, day)
	if !v.hasAmount || factor == 0 {
		return nil
	}
	return int64(math.Floor(float64(v.amount)*factor + 0.5))
}
