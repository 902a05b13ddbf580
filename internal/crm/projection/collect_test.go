package projection_test

import (
	"maps"
	"math"
	"slices"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// tally is what the naive computation collects in one group.
type tally struct {
	n, sum, numerator, denominator int64
	values                         []float64
	speed                          *float64 // of a velocity
	hours                          []int64
	ended                          []bool
	also                           map[string]int64
}

type tallies map[string]*tally

func (ts tallies) group(key string) *tally {
	if ts[key] == nil {
		ts[key] = &tally{also: map[string]int64{}}
	}
	return ts[key]
}

// key is the group of a deal's version, with the hierarchy of t.
func (a asked) key(n *naive, v history.Version, t value.Instant, stage string) string {
	switch a.by {
	case "region":
		if a.current {
			t = start + nowAfter
		}
		return n.region(v, t)
	case "stage":
		return stage
	}
	return ""
}

// collectors compute each metric from the raw versions.
var collectors = map[string]func(n *naive, a asked) tallies{
	"open_pipeline":       openAmounts,
	"open_pipeline_count": func(n *naive, a asked) tallies { return n.eachOpen(a, func(g *tally, _ history.Version) { g.sum++ }) },
	"weighted_pipeline": func(n *naive, a asked) tallies {
		return n.eachOpen(a, func(g *tally, v history.Version) {
			if amount, known := cell("deal", v, "amount").(int64); known {
				g.sum += int64(math.Floor(float64(amount)*n.factor(v)*n.probability(v) + 0.5))
			}
		})
	},
	"won": func(n *naive, a asked) tallies {
		return n.eachClosed(a, func(g *tally, l life, i int, outcome string) {
			if amount, known := n.dollars(l.versions[i]); outcome == "won" {
				g.n++
				if known {
					g.sum += amount
				}
			}
		})
	},
	"lost_count": func(n *naive, a asked) tallies {
		return n.eachClosed(a, func(g *tally, _ life, _ int, outcome string) {
			if outcome == "lost" {
				g.n++
				g.sum++
			}
		})
	},
	"win_rate_closed": winRates,
	"cycle":           cycles,
	"pipeline_created": func(n *naive, a asked) tallies {
		return n.eachCreated(a, func(g *tally, l life, e, _ int) {
			g.n++
			if amount, known := n.dollars(l.versions[e]); known {
				g.sum += amount
			}
		})
	},
	"win_rate_cohort":  cohortRates,
	"velocity":         velocities,
	"stage_conversion": conversions,
	"time_in_stage":    timesInStage,
	"slippage":         slippages,
	"slippage@1":       slippagesAtEnd,
}

func openAmounts(n *naive, a asked) tallies {
	return n.eachOpen(a, func(g *tally, v history.Version) {
		if amount, known := n.dollars(v); known {
			g.sum += amount
		}
	})
}

func winRates(n *naive, a asked) tallies {
	return n.eachClosed(a, func(g *tally, _ life, _ int, outcome string) {
		if outcome == "won" || outcome == "lost" {
			g.n++
			g.denominator++
		}
		if outcome == "won" {
			g.numerator++
		}
	})
}

func cycles(n *naive, a asked) tallies {
	return n.eachClosed(a, func(g *tally, l life, i int, outcome string) {
		if days, known := n.cycleDays(l, i); known && outcome == "won" {
			g.n++
			g.values = append(g.values, days)
		}
	})
}

func (n *naive) each(t value.Instant, fn func(l life, i int)) {
	for _, l := range n.deals {
		if i := l.at(t); i >= 0 {
			fn(l, i)
		}
	}
}

func (n *naive) factor(v history.Version) float64 {
	currency, _ := cell("deal", v, "currency").(string)
	switch currency {
	case "", "USD":
		return 1
	case "JPY":
		return n.rates[currency] * 100
	}
	return n.rates[currency]
}

func (n *naive) eachOpen(a asked, fn func(*tally, history.Version)) tallies {
	ts := tallies{}
	n.each(a.t, func(l life, i int) {
		v := l.versions[i]
		if n.outcome(v) == crm.OutcomeOpen && a.inPeriod(closeDay(v)) {
			g := ts.group(a.key(n, v, a.t, n.stage(v).Name))
			g.n++
			fn(g, v)
		}
	})
	return ts
}

func (n *naive) eachClosed(a asked, fn func(g *tally, l life, i int, outcome string)) tallies {
	ts := tallies{}
	n.each(a.t, func(l life, i int) {
		v := l.versions[i]
		if outcome := n.outcome(v); outcome != crm.OutcomeOpen && a.inPeriod(n.closedOn(l, i), true) {
			fn(ts.group(a.key(n, v, n.closedAt(l, i), n.stage(v).Name)), l, i, outcome)
		}
	})
	maps.DeleteFunc(ts, func(_ string, g *tally) bool { return g.n == 0 })
	return ts
}

// eachCreated calls fn for each deal that first counted as pipeline in the period, with the versions in which it did and at
// the instant asked about.
func (n *naive) eachCreated(a asked, fn func(g *tally, l life, e, i int)) tallies {
	ts := tallies{}
	n.each(a.t, func(l life, i int) {
		e := n.entry(l)
		if e < 0 || l.versions[e].ValidFrom > a.t {
			return
		}
		v := l.versions[e]
		if a.inPeriod(value.DayOf(v.ValidFrom.Time()), true) {
			fn(ts.group(a.key(n, v, v.ValidFrom, n.stage(v).Name)), l, e, i)
		}
	})
	return ts
}

func cohortRates(n *naive, a asked) tallies {
	var lengths []float64
	n.each(a.t, func(l life, i int) {
		if seconds, known := n.cycleSeconds(l, i); known && n.outcome(l.versions[i]) == crm.OutcomeWon {
			lengths = append(lengths, seconds)
		}
	})
	return n.eachCreated(a, func(g *tally, l life, e, i int) {
		g.n++
		g.denominator++
		switch n.outcome(l.versions[i]) {
		case crm.OutcomeWon:
			g.numerator++
		case crm.OutcomeOpen:
			g.also["open"]++
		}
		age := int64(a.t - l.versions[e].ValidFrom)
		if len(lengths) == 0 || age < 1_000_000*int64(math.Floor(percentile(lengths, 0.9)+0.5)) {
			g.also["immature"]++
		}
	})
}

// entries calls fn for each visit known at the instant that began in the period, with the version in which it began.
func (n *naive) entries(a asked, fn func(ts tallies, key string, l life, i int, all []visit, at int)) tallies {
	ts := tallies{}
	n.each(a.t, func(l life, i int) {
		all := n.visits(l, a.t)
		for at, v := range all {
			if !a.inPeriod(value.DayOf(v.from.Time()), true) {
				continue
			}
			began := l.versions[l.at(v.from)]
			fn(ts, a.key(n, began, v.from, v.stage.Name), l, i, all, at)
		}
	})
	return ts
}

func conversions(n *naive, a asked) tallies {
	return n.entries(a, func(ts tallies, key string, l life, i int, all []visit, at int) {
		v := all[at]
		if slices.ContainsFunc(all[:at], func(earlier visit) bool { return earlier.stage.ID == v.stage.ID }) {
			return
		}
		g := ts.group(key)
		passed, closed := v.skipped || n.passed(l, v.stage, v.from, a.t), n.outcome(l.versions[i]) != crm.OutcomeOpen
		switch {
		case passed:
			g.numerator++
			g.denominator++
		case closed:
			g.denominator++
		default:
			g.also["pending"]++
		}
		g.n = g.denominator
	})
}

func timesInStage(n *naive, a asked) tallies {
	return n.entries(a, func(ts tallies, key string, _ life, _ int, all []visit, at int) {
		v := all[at]
		later := slices.ContainsFunc(all[at+1:], func(x visit) bool { return !x.skipped && x.stage.ID == v.stage.ID })
		if v.skipped || later {
			return
		}
		g := ts.group(key)
		g.n++
		g.hours = append(g.hours, int64(min(v.to, a.t)-v.from)/int64(time.Hour/time.Microsecond))
		g.ended = append(g.ended, v.to <= a.t)
	})
}

// velocities are open amount × win rate / cycle, the latter two of the period or of 365 days.
func velocities(n *naive, a asked) tallies {
	present := a
	present.first, present.last = 0, 0
	if a.first == 0 {
		a.last = value.DayOf(a.t.Time())
		a.first = a.last - 364
	}
	rates, lengths, ts := winRates(n, a), cycles(n, a), openAmounts(n, present)
	if a.by == "" {
		ts.group("") // the whole is there even if nothing is open
	}
	for key, g := range ts {
		rate, cycle := rates[key], lengths[key]
		if rate == nil || rate.denominator == 0 || cycle == nil || len(cycle.values) == 0 {
			continue
		}
		if days := percentile(cycle.values, 0.5); days > 0 {
			speed := float64(g.sum) / 100 * float64(rate.numerator) / float64(rate.denominator) / days
			g.n, g.speed = rate.n, &speed
		}
	}
	for _, g := range ts {
		g.sum = 0
	}
	return ts
}

// slippages sort the deals that were due when the period began by what is known about them at the instant asked about.
func slippages(n *naive, a asked) tallies {
	a = a.withQuarter()
	began, ended, today, ts := a.first.Start(time.UTC), a.last.End(time.UTC), value.DayOf(a.t.Time()), tallies{}
	n.eachDue(a, began, ts, func(g *tally, l life) {
		j := l.at(a.t)
		if j < 0 {
			g.also["deleted"]++
			return
		}
		v := l.versions[j]
		switch due, planned := closeDay(v); n.outcome(v) {
		case crm.OutcomeOpen:
			if planned && due >= today && due <= a.last {
				g.also["pending"]++
				return
			}
			g.numerator++
		case crm.OutcomeWon:
			if a.inPeriod(n.closedOn(l, j), true) {
				g.also["won"]++
			} else {
				g.numerator++
			}
		default:
			if n.closedAt(l, j) < ended || a.inPeriod(n.closedOn(l, j), true) {
				g.also["lost"]++
			} else {
				g.numerator++
			}
		}
		g.n++
		g.denominator++
	})
	return ts
}

// slippagesAtEnd are those of version 1: a deal is judged at the end of the period, and slips while it is open.
func slippagesAtEnd(n *naive, a asked) tallies {
	a = a.withQuarter()
	began, ts := a.first.Start(time.UTC), tallies{}
	end := min(a.t, a.last.End(time.UTC)-1)
	n.eachDue(a, began, ts, func(g *tally, l life) {
		g.n++
		g.denominator++
		j := l.at(end)
		switch {
		case j >= 0 && n.outcome(l.versions[j]) == "won" && a.inPeriod(n.closedOn(l, j), true):
			g.also["won"]++
		case j >= 0 && (n.outcome(l.versions[j]) == "lost" || n.outcome(l.versions[j]) == "no_decision"):
			g.also["lost"]++
		default:
			g.numerator++
		}
	})
	return ts
}

// withQuarter fills in the quarter of the as-of day where no period is asked about.
func (a asked) withQuarter() asked {
	if a.first == 0 {
		a.first, a.last = quarter(value.DayOf(a.t.Time()))
	}
	return a
}

// eachDue calls fn for each deal that was open and due in the period at its beginning.
func (n *naive) eachDue(a asked, began value.Instant, ts tallies, fn func(g *tally, l life)) {
	n.each(began, func(l life, i int) {
		if v := l.versions[i]; n.outcome(v) == crm.OutcomeOpen && a.inPeriod(closeDay(v)) {
			fn(ts.group(a.key(n, v, began, n.stage(v).Name)), l)
		}
	})
}
