package projection_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// asked is one random question.
type asked struct {
	t     value.Instant
	by    string // "", "region" or "stage"
	first value.Day
	last  value.Day
}

func (a asked) query() metric.Query {
	q := metric.Query{AsOf: a.t, Now: start + step*(steps+400), Scope: metric.Scope{All: true}, Currency: "USD", First: a.first, Last: a.last,
		Calendar: value.Calendar{StartMonth: time.January, Zone: time.UTC}}
	if a.by != "" {
		q.By = []string{a.by}
	}
	return q
}

func drawQuestion(t *rapid.T) asked {
	a := asked{t: moment(t, "as of") + value.Instant(rapid.IntRange(-1, 1).Draw(t, "nudge")), by: rapid.SampledFrom([]string{"", "region", "stage"}).Draw(t, "by")}
	if rapid.Bool().Draw(t, "period?") {
		a.first, a.last = quarter(value.DayOf(moment(t, "period").Time()))
	}
	return a
}

func (a asked) inPeriod(d value.Day, known bool) bool {
	return a.first == 0 || known && a.first <= d && d <= a.last
}

// tally is what the naive computation collects in one group.
type tally struct {
	n, sum, numerator, denominator int64
	values                         []float64
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
		return n.region(v, t)
	case "stage":
		return stage
	}
	return ""
}

// collectors compute each metric from the raw versions.
var collectors = map[string]func(n *naive, a asked) tallies{
	"open_pipeline": func(n *naive, a asked) tallies {
		return n.eachOpen(a, func(g *tally, v history.Version) {
			if amount, known := n.dollars(v); known {
				g.sum += amount
			}
		})
	},
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
	"win_rate_closed": func(n *naive, a asked) tallies {
		return n.eachClosed(a, func(g *tally, _ life, _ int, outcome string) {
			if outcome == "won" || outcome == "lost" {
				g.n++
				g.denominator++
			}
			if outcome == "won" {
				g.numerator++
			}
		})
	},
	"cycle": func(n *naive, a asked) tallies {
		return n.eachClosed(a, func(g *tally, l life, i int, outcome string) {
			if days, known := n.cycleDays(l, i); known && outcome == "won" {
				g.n++
				g.values = append(g.values, days)
			}
		})
	},
	"pipeline_created": func(n *naive, a asked) tallies {
		ts := tallies{}
		n.each(a.t, func(l life, i int) {
			e := n.entry(l, i)
			if e < 0 || l.versions[e].ValidFrom > a.t {
				return
			}
			v := l.versions[e]
			if !a.inPeriod(value.DayOf(v.ValidFrom.Time()), true) {
				return
			}
			g := ts.group(a.key(n, v, v.ValidFrom, n.stage(v).Name))
			g.n++
			if amount, known := n.dollars(v); known {
				g.sum += amount
			}
		})
		return ts
	},
	"stage_conversion": conversions,
	"time_in_stage":    timesInStage,
	"slippage":         slippages,
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

// entries calls fn for each visit known at the instant that began in the period, with the version in which it began.
func (n *naive) entries(a asked, fn func(ts tallies, key string, l life, i int, all []visit, at int)) tallies {
	ts := tallies{}
	n.each(a.t, func(l life, i int) {
		all := n.visits(l, i, a.t)
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
		passed, closed := v.skipped || n.passed(l, i, v.stage, v.from, a.t), n.outcome(l.versions[i]) != crm.OutcomeOpen
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

func slippages(n *naive, a asked) tallies {
	if a.first == 0 {
		a.first, a.last = quarter(value.DayOf(a.t.Time()))
	}
	began, ts := a.first.Start(time.UTC), tallies{}
	end := min(a.t, a.last.End(time.UTC)-1)
	n.each(began, func(l life, i int) {
		v := l.versions[i]
		if n.outcome(v) != crm.OutcomeOpen || !a.inPeriod(closeDay(v)) {
			return
		}
		g := ts.group(a.key(n, v, began, n.stage(v).Name))
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

// compare holds the cells of a result against the naive tallies.
func compare(id string, r metric.Result, want tallies) error {
	got := map[string]metric.Cell{}
	for _, c := range r.Cells {
		key := ""
		if len(c.By) > 0 {
			key = c.By[0].Text
		}
		got[key] = c
	}
	for key, g := range want {
		c, found := got[key]
		if !found {
			return fmt.Errorf("%s: no cell for %q, expected %+v", id, key, *g)
		}
		if problem := differs(c, g); problem != "" {
			return fmt.Errorf("%s, group %q: %s; expected %+v", id, key, problem, *g)
		}
		delete(got, key)
	}
	for key, c := range got {
		if c.N > 0 || c.Also["pending"] > 0 {
			return fmt.Errorf("%s: a cell too many, %q: %+v", id, key, c)
		}
	}
	return nil
}

func differs(c metric.Cell, g *tally) string {
	if c.N != g.n {
		return fmt.Sprintf("n = %d", c.N)
	}
	for name, count := range g.also {
		if c.Also[name] != count {
			return fmt.Sprintf("%s = %d", name, c.Also[name])
		}
	}
	switch {
	case g.denominator > 0:
		if c.Numerator.Int != g.numerator || c.Denominator.Int != g.denominator {
			return fmt.Sprintf("%s/%s", c.Numerator, c.Denominator)
		}
	case g.values != nil:
		if want := percentile(g.values, 0.5); c.Value == nil || math.Abs(c.Value.Real-want) > 1e-9*max(1, want) {
			return fmt.Sprintf("median %s, not %v", c.Value, want)
		}
	case g.hours != nil:
		for p, number := range map[float64]*metric.Number{0.5: c.Value, 0.8: c.P80} {
			want, known := kaplanMeier(g.hours, g.ended, p)
			if known != (number != nil) || known && math.Abs(number.Real-want) > 1e-9*max(1, want) {
				return fmt.Sprintf("percentile %v is %s, not %v (%v)", p, number, want, known)
			}
		}
	case g.sum != 0 && c.Value.Int != g.sum:
		return fmt.Sprintf("sum %s, not %d", c.Value, g.sum)
	}
	return ""
}

// TestMetricsEqualANaiveComputation makes random histories and asks random questions of both.
func TestMetricsEqualANaiveComputation(t *testing.T) {
	eachAnalytics(t, func(rt *rapid.T, w *world, p *projection.Projection) {
		checkMetrics(rt, w, p)
		w.touch(rt, w.deals[0]) // and once more after a change that the tables take in as a delta
		checkMetrics(rt, w, p)
	})
}

func checkMetrics(rt *rapid.T, w *world, p *projection.Projection) {
	ctx := context.Background()
	if err := p.Refresh(ctx); err != nil {
		rt.Fatal(err)
	}
	catalog, err := p.Catalog()
	if err != nil {
		rt.Fatal(err)
	}
	n := w.naive(rt)
	for range 4 {
		a := drawQuestion(rt)
		for _, id := range slices.Sorted(maps.Keys(collectors)) {
			q := a.query()
			if len(q.By) == 0 {
				q.By = []string{} // the definition's own dimensions would apply
			}
			r, err := catalog.Compute(ctx, p.Store(), id, 0, q)
			if id == "slippage" && a.first != 0 && a.first.Start(time.UTC) > a.t {
				if fault.KindOf(err) != fault.Invalid {
					rt.Fatalf("slippage of a period that has not begun: %v", err)
				}
				continue
			}
			if err != nil {
				rt.Fatalf("%s: %v", id, err)
			}
			naiveAsked := a
			if a.by == "" && len(r.By) > 0 {
				naiveAsked.by = r.By[0]
			}
			if err := compare(id, r, collectors[id](n, naiveAsked)); err != nil {
				rt.Fatalf("%+v: %v\n%s", a, err, r.SQL[0])
			}
		}
	}
}
