package metric

import (
	"time"

	"zveno.dev/zveno/internal/value"
)

// Query asks for a metric.
type Query struct {
	By        []string      // dimensions; empty = those of the definition
	Where     string        // filter: CEL over the source's fields, like: region == "West" && amount >= 1000
	First     value.Day     // first and last day of the period; both zero = all time, or the current quarter where a
	Last      value.Day     // period is needed
	AsOf      value.Instant // zero = Now
	Now       value.Instant // the present
	Hierarchy Hierarchy
	Scope     Scope
	Calendar  value.Calendar
	Currency  string // reporting currency
	Limit     int    // most result cells; 0 = MaxCells
}

// Hierarchy says whose teams apply.
type Hierarchy string

// The hierarchies.
const (
	HierarchyThen    Hierarchy = "then"    // of the day that a row is about
	HierarchyCurrent Hierarchy = "current" // of the present
)

// MaxCells bounds a result.
const MaxCells = 100_000

// Scope is which rows the asker may see: all, or those owned by the people or by members of the teams (or of teams below
// them), by the hierarchy of Query.Hierarchy. The zero Scope sees nothing.
type Scope struct {
	All    bool
	People []value.ID
	Teams  []value.ID
}

// asOf is the instant that the numbers are of.
func (q Query) asOf() value.Instant {
	if q.AsOf == 0 || q.AsOf > q.Now {
		return q.Now
	}
	return q.AsOf
}

// hasPeriod reports whether the query is limited to days.
func (q Query) hasPeriod() bool { return q.First != 0 || q.Last != 0 }

// withPeriod fills in the fiscal quarter of the as-of day where the query names no period.
func (q Query) withPeriod() Query {
	if !q.hasPeriod() {
		quarter := q.Calendar.PeriodOf(value.DayOf(q.asOf().Time().In(q.zone())), value.GrainQuarter)
		q.First, q.Last = quarter.First, quarter.Last
	}
	return q
}

func (q Query) zone() *time.Location {
	if q.Calendar.Zone == nil {
		return time.UTC
	}
	return q.Calendar.Zone
}
