package projection

import (
	"math"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/value"
)

// dealRows are the rows of deals in every table that a deal's key replaces, but for its name.
type dealRows struct {
	versions, stays, entries, closings *columnar.Rows
}

// newDealRows makes empty collections for the tables of a schema.
func newDealRows(schema columnar.Schema) dealRows {
	return dealRows{
		versions: columnar.NewRows(schema.Table("deal_version")), stays: columnar.NewRows(schema.Table("deal_stay")),
		entries: columnar.NewRows(schema.Table("deal_entry")), closings: columnar.NewRows(schema.Table("deal_closed")),
	}
}

// byTable gives the collections with the names of their tables.
func (r dealRows) byTable() map[string]*columnar.Rows {
	return map[string]*columnar.Rows{"deal_version": r.versions, "deal_stay": r.stays, "deal_entry": r.entries, "deal_closed": r.closings}
}

// shaper turns believed versions into rows. It is what the rows of deals depend on besides the deals themselves.
type shaper struct {
	calendar value.Calendar
	stages   []stage // by key
	rates    *rates
	months   []int32 // fiscal month by day since 1970-01-01

	live            []version // of the deal at hand, as all that follows: their memory is used again
	stretches, rest []stretch
	stays           []stay
	closings        []closing
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

// shape adds the rows of a deal from its whole chain. A deal that was deleted and restored is still the same deal: its
// visits and its entry are those of all its life, and hold in each stretch in which it existed.
func (s *shaper) shape(key int32, chain []version, into dealRows) {
	s.live, s.stretches = s.live[:0], s.stretches[:0]
	for _, v := range chain {
		if v.deleted {
			continue
		}
		if n := len(s.stretches); n > 0 && s.stretches[n-1].to == v.from {
			s.stretches[n-1].to = v.to
		} else {
			s.stretches = append(s.stretches, stretch{v.from, v.to})
		}
		s.live = append(s.live, v)
		s.addVersion(into.versions, key, v)
	}
	if len(s.live) == 0 {
		return
	}
	if i := entryOf(s.live, s.stages); i >= 0 {
		for _, part := range s.since(s.live[i].from) {
			s.addEntry(into.entries, key, s.live[i], part)
		}
	}
	s.stays = staysOf(s.stays[:0], s.live, s.stages)
	for _, st := range s.stays {
		for _, part := range s.since(st.from) {
			s.addStay(into.stays, key, st, s.live[st.at].cut, part)
		}
	}
	s.closings = closingsOf(s.closings[:0], s.live, s.stages)
	for _, c := range s.closings {
		s.addClosing(into.closings, key, c)
	}
}

// stretch is a time in which a deal existed.
type stretch struct{ from, to value.Instant }

// since gives the stretches of the deal from an instant on at which it existed.
func (s *shaper) since(t value.Instant) []stretch {
	first := 0
	for s.stretches[first].to <= t {
		first++
	}
	s.rest = append(s.rest[:0], s.stretches[first:]...)
	s.rest[0].from = t
	return s.rest
}

func (s *shaper) addVersion(rows *columnar.Rows, key int32, v version) {
	addInterval(rows, key, v.from, v.to)
	rows.Small(v.stage)
	rows.Small(s.stages[v.stage].outcome)
	addBig(rows, v.amount, v.hasAmount)
	rows.Double(v.probability)
	rows.Int(v.forecast)
	addInt(rows, v.closeDay, v.closeDay != noDay)
	addInt(rows, s.month(v.closeDay), v.closeDay != noDay)
	v.cut.end(rows)
}

func (s *shaper) addEntry(rows *columnar.Rows, key int32, v version, in stretch) {
	day := s.day(v.from)
	amount, known := s.rates.convert(v, day)
	addInterval(rows, key, in.from, in.to)
	rows.Small(v.stage)
	addBig(rows, amount, known)
	rows.Big(int64(v.from))
	rows.Int(day)
	rows.Int(s.month(day))
	v.cut.end(rows)
}

func (s *shaper) addStay(rows *columnar.Rows, key int32, st stay, c cut, in stretch) {
	day := s.day(st.from)
	addInterval(rows, key, in.from, in.to)
	rows.Small(st.stage)
	rows.Small(st.visit)
	rows.Bool(st.skipped)
	rows.Big(int64(st.from))
	rows.Big(int64(st.exitedAt))
	rows.Big(int64(st.nextVisitAt))
	rows.Big(int64(st.passedAt))
	rows.Int(day)
	rows.Int(s.month(day))
	c.end(rows)
}

func (s *shaper) addClosing(rows *columnar.Rows, key int32, c closing) {
	day := c.closeDay
	if day == noDay {
		day = s.day(c.closedAt)
	}
	amount, known := s.rates.convert(c.version, day)
	addInterval(rows, key, c.from, c.to)
	rows.Small(c.stage)
	rows.Small(c.outcome)
	addBig(rows, amount, known)
	rows.Int(day)
	rows.Int(s.month(day))
	rows.Big(int64(c.closedAt))
	addBig(rows, c.cycle, c.cycle >= 0)
	rows.Int(c.lostReason)
	c.cut.end(rows)
}

// addInterval begins a row.
func addInterval(rows *columnar.Rows, key int32, from, to value.Instant) {
	rows.Int(key)
	rows.Big(int64(from))
	rows.Big(int64(to))
}

func addBig(rows *columnar.Rows, v int64, known bool) {
	if known {
		rows.Big(v)
	} else {
		rows.Null()
	}
}

func addInt(rows *columnar.Rows, v int32, known bool) {
	if known {
		rows.Int(v)
	} else {
		rows.Null()
	}
}

// end adds the columns that every table of deals ends with.
func (c cut) end(rows *columnar.Rows) {
	rows.Int(c.owner)
	rows.Int(c.account)
	rows.Int(c.product)
	rows.Int(c.source)
	rows.Int(c.kind)
	rows.Int(c.currency)
	for _, key := range c.custom {
		rows.Int(key)
	}
	rows.End()
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

// convert gives the amount of a version in minor units of the reporting currency; known is false where amount or rate is
// not.
func (r *rates) convert(v version, day int32) (amount int64, known bool) {
	factor := r.factor(v.cut.currency, day)
	if !v.hasAmount || factor == 0 {
		return 0, false
	}
	return int64(math.Floor(float64(v.amount)*factor + 0.5)), true
}
