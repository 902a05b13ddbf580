package demo

import (
	"math"
	"time"

	"zveno.dev/zveno/internal/value"
)

// Exchange rates are invented: dollars for one unit of the currency, changing a little each month.
var openingRates = []struct {
	currency string
	rate     float64
	swing    float64 // standard deviation of a month's change
	low, up  float64
}{
	{"EUR", 1.09, 0.012, 0.98, 1.22},
	{"RUB", 0.0122, 0.03, 0.0098, 0.0150},
}

// setRates makes a rate for each currency and month from the epoch on.
func (c *Company) setRates() {
	n := 0
	for _, o := range openingRates {
		d, rate := roll(c.seed, topicRate, n), o.rate
		for first := monthEnd(dayOf(c.epoch)-31) + 1; dayStart(first) <= c.now; first = monthEnd(first) + 1 {
			rate = min(max(rate*math.Exp(o.swing*d.NormFloat64()), o.low), o.up)
			at := max(dayStart(first), c.epoch)
			rounded := math.Round(rate*1e6) / 1e6
			c.Rates = append(c.Rates, rateForm.open(mint(c.seed, topicRate, n, at), at, c.operations,
				set{"currency", o.currency}, set{"day", first}, set{"rate", rounded}))
			n++
		}
	}
}

// Quotas follow from what a rep closes in a quarter on average, so that a fair share of them is met.
const (
	wonPerDealUSD = 5_900 // won in the end for each deal that is opened, on average
	quotaStretch  = 1.1
)

// quarterWeight is how the year's quota is spread over its quarters.
var quarterWeight = []float64{0.92, 1.0, 0.88, 1.2}

// setQuotas gives every rep a quota in dollars for each quarter that has begun, and every team the sum of its reps' less
// a reserve.
func (c *Company) setQuotas() {
	full := float64(c.options.Deals) / float64(4*c.options.Years) / repsNow * wonPerDealUSD * quotaStretch
	n := 0
	for first := quarterEnd(c.start-92) + 1; dayStart(first) <= c.now; first = quarterEnd(first) + 1 {
		last := quarterEnd(first)
		at := min(max((first-10).Start(time.UTC)+9*hour, c.epoch), c.now)
		growth := 1 + 0.1*float64(first-c.start)/365
		sums := make([]int64, len(teams))
		for i := range c.reps {
			share := c.rampedShare(&c.reps[i], first, last)
			amount := int64(full*growth*quarterWeight[(first.Date().Month()-1)/3]*share/1000) * 1000_00
			if amount == 0 {
				continue
			}
			sums[c.reps[i].teamAt(dayStart(first))] += amount
			c.addQuota(n, max(at, c.reps[i].hired), "person", c.reps[i].id, first, last, amount)
			n++
		}
		for i, sum := range sums {
			c.addQuota(n, at, "team", c.teamIDs[firstTeam()+i], first, last, sum*92/100/1000_00*1000_00)
			n++
		}
	}
}

// rampedShare is the part of a full quota that a rep carries in a quarter: none before the first day and after the last,
// a quarter, half and three quarters while new.
func (c *Company) rampedShare(r *rep, first, last value.Day) float64 {
	if hired := dayOf(r.hired); hired > last || r.left < dayStart(first+30) {
		return 0
	} else if r.hired != c.epoch && hired > first-270 {
		return min(0.25+0.25*float64(max(first-hired, 0)/80), 1)
	}
	return 1
}

func (c *Company) addQuota(n int, at value.Instant, whose string, id value.ID, first, last value.Day, amount int64) {
	if at > c.now {
		return
	}
	c.Quotas = append(c.Quotas, quotaForm.open(mint(c.seed, topicQuota, n, at), at, c.operations, set{whose, id},
		set{"measure", "won_amount"}, set{"first", first}, set{"last", last}, set{"amount", amount}, set{"currency", reportingCurrency}))
}
