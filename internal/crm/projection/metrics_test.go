package projection_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// asked is one random question.
type asked struct {
	t       value.Instant
	by      string // "", "region" or "stage"
	first   value.Day
	last    value.Day
	current bool // by the present hierarchy
}

// nowAfter is when, after start, all questions are asked: long after the random worlds.
const nowAfter = step * (steps + 400)

func (a asked) query() metric.Query {
	q := metric.Query{AsOf: a.t, Now: start + nowAfter, Hierarchy: metric.HierarchyThen, Scope: metric.Scope{All: true}, Currency: "USD", First: a.first, Last: a.last,
		Calendar: value.Calendar{StartMonth: time.January, Zone: time.UTC}}
	if a.by != "" {
		q.By = []string{a.by}
	}
	if a.current {
		q.Hierarchy = metric.HierarchyCurrent
	}
	return q
}

func drawQuestion(t *rapid.T) asked {
	a := asked{t: moment(t, "as of") + value.Instant(rapid.IntRange(-1, 1).Draw(t, "nudge")), by: rapid.SampledFrom([]string{"", "region", "stage"}).Draw(t, "by"),
		current: rapid.Bool().Draw(t, "current hierarchy")}
	if rapid.Bool().Draw(t, "period?") {
		a.first, a.last = quarter(value.DayOf(moment(t, "period").Time()))
	}
	return a
}

func (a asked) inPeriod(d value.Day, known bool) bool {
	return a.first == 0 || known && a.first <= d && d <= a.last
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
		if id == "velocity" && g.speed == nil && c.Value != nil {
			return fmt.Errorf("velocity of group %q is %s a day, expected none", key, c.Value)
		}
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
	case g.speed != nil:
		if c.Value == nil || math.Abs(c.Value.Real-*g.speed) > 1e-9*max(1, *g.speed) {
			return fmt.Sprintf("%s a day, not %v", c.Value, *g.speed)
		}
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
		for _, name := range slices.Sorted(maps.Keys(collectors)) {
			id, old, _ := strings.Cut(name, "@")
			version, _ := strconv.Atoi(old) // 0 = the newest
			q := a.query()
			if len(q.By) == 0 {
				q.By = []string{} // the definition's own dimensions would apply
			}
			r, err := catalog.Compute(ctx, p.Store(), id, version, q)
			if id == "slippage" && a.first != 0 && a.first.Start(time.UTC) > a.t {
				if fault.KindOf(err) != fault.Invalid {
					rt.Fatalf("slippage of a period that has not begun: %v", err)
				}
				continue
			}
			if err != nil {
				rt.Fatalf("%s: %v", name, err)
			}
			naiveAsked := a
			if a.by == "" && len(r.By) > 0 {
				naiveAsked.by = r.By[0]
			}
			if err := compare(id, r, collectors[name](n, naiveAsked)); err != nil {
				rt.Fatalf("%+v: %v\n%s", a, err, r.SQL[0])
			}
		}
	}
}
