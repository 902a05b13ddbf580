package demo

import (
	"time"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Options says how large a company to make, and when its story ends. The zero value of a field means its default.
type Options struct {
	Deals int           // 12,000
	Seed  uint64        // any number; another seed gives another company
	Now   value.Instant // the end of the story: the beginning of today in UTC
	Years int           // how long deals have been closing: 3
	Light bool          // no contacts, leads, line items and activities: for measuring with many deals
}

const (
	defaultDeals = 12_000
	defaultYears = 3
	maxDeals     = 20_000_000
	maxYears     = 20
)

// Check reports wrong values: Invalid, with the field's name in lower case.
func (o Options) Check() error {
	switch {
	case o.Deals < 0 || o.Deals > maxDeals:
		return fault.InvalidField("deals", "is %d; it must be from 1 to %d (0 = %d)", o.Deals, maxDeals, defaultDeals)
	case o.Years < 0 || o.Years > maxYears:
		return fault.InvalidField("years", "is %d; it must be from 1 to %d (0 = %d)", o.Years, maxYears, defaultYears)
	}
	return nil
}

// completed fills in the defaults, also for values that Check would refuse.
func (o Options) completed() Options {
	if o.Deals <= 0 || o.Deals > maxDeals {
		o.Deals = defaultDeals
	}
	if o.Years <= 0 || o.Years > maxYears {
		o.Years = defaultYears
	}
	if o.Now == 0 {
		o.Now = value.DayOf(time.Now().UTC()).Start(time.UTC)
	}
	return o
}
