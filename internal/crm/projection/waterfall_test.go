package projection_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// state is a deal at one end of a change.
type state struct {
	exists, in, due bool // in = open and due in the period
	outcome         string
	amount          int64
	group           string
}

func (n *naive) state(a asked, l life, i int, hierarchy value.Instant) state {
	if i < 0 {
		return state{}
	}
	v := l.versions[i]
	s := state{exists: true, outcome: n.outcome(v), group: a.key(n, v, hierarchy, n.stage(v).Name)}
	s.amount, _ = n.dollars(v)
	s.due = a.inPeriod(closeDay(v))
	s.in = s.due && s.outcome == crm.OutcomeOpen
	return s
}

// flows collects lines by group.
type flows map[string]map[string]metric.WaterfallLine

func (f flows) add(group, line string, amount int64) {
	if f[group] == nil {
		f[group] = map[string]metric.WaterfallLine{}
	}
	was := f[group][line]
	if was.Amount == nil {
		was.Amount = &metric.Number{Whole: true}
	}
	f[group][line] = metric.WaterfallLine{Amount: &metric.Number{Int: was.Amount.Int + amount, Whole: true}, Deals: was.Deals + 1}
}

// change tells the story of one deal from one state to another.
func (f flows) change(a, b state) {
	closed := func(s state) bool { return s.exists && s.outcome != crm.OutcomeOpen }
	carried := b.amount
	switch {
	case a.in && !b.exists:
		f.add(a.group, "deleted", a.amount)
		return
	case a.in:
		carried = a.amount
		if a.group != b.group {
			f.add(a.group, "transferred_out", a.amount)
			f.add(b.group, "transferred_in", a.amount)
		}
	case b.in, closed(b) && b.due && (!closed(a) || (a.outcome == "won") != (b.outcome == "won")):
		switch {
		case !a.exists:
			f.add(b.group, "created", b.amount)
		case closed(a):
			f.add(b.group, "reopened", b.amount)
		default:
			f.add(b.group, "pulled_in", b.amount)
		}
	default:
		return
	}
	if b.in || b.outcome == "won" {
		switch {
		case b.amount > carried:
			f.add(b.group, "increased", b.amount-carried)
		case b.amount < carried:
			f.add(b.group, "decreased", carried-b.amount)
		}
		carried = b.amount
	}
	switch {
	case b.in:
	case b.outcome == "won":
		f.add(b.group, "won", carried)
	case closed(b):
		f.add(b.group, "lost", carried)
	default:
		f.add(b.group, "pushed_out", carried)
	}
}

// waterfall compares every deal at both ends, or follows each of its changes.
func (n *naive) waterfall(a asked, from, to value.Instant, gross bool) flows {
	f := flows{}
	for _, l := range n.deals {
		before := from
		if gross {
			before = to
		}
		start, end := n.state(a, l, l.at(from), before), n.state(a, l, l.at(to), to)
		if start.in {
			f.add(start.group, "start", start.amount)
		}
		if end.in {
			f.add(end.group, "end", end.amount)
		}
		if !gross {
			f.change(start, end)
			continue
		}
		was := n.state(a, l, l.at(from), to)
		for _, v := range l.versions {
			if v.ValidFrom <= from || v.ValidFrom > to {
				continue
			}
			now := n.state(a, l, l.at(v.ValidFrom), to)
			f.change(was, now)
			was = now
		}
	}
	return f
}

// TestWaterfallEqualsANaiveComputation also checks that every group balances to the minor unit.
func TestWaterfallEqualsANaiveComputation(t *testing.T) {
	eachAnalytics(t, func(rt *rapid.T, w *world, p *projection.Projection) {
		if err := p.Refresh(context.Background()); err != nil {
			rt.Fatal(err)
		}
		n := w.naive(rt)
		for range 6 {
			a := drawQuestion(rt)
			q := metric.WaterfallQuery{Query: a.query(), From: moment(rt, "from"), To: moment(rt, "to"), Gross: rapid.Bool().Draw(rt, "gross")}
			if q.From >= q.To {
				q.From, q.To = q.To, q.From+1
			}
			checkWaterfall(rt, p, n, a, q)
		}
	})
}

func checkWaterfall(rt *rapid.T, p *projection.Projection, n *naive, a asked, q metric.WaterfallQuery) {
	catalog, err := p.Catalog()
	if err != nil {
		rt.Fatal(err)
	}
	got, err := catalog.Waterfall(context.Background(), p.Store(), projection.Flow, q)
	if err != nil {
		rt.Fatal(err)
	}
	want := n.waterfall(a, q.From, q.To, q.Gross)
	for _, g := range got.Groups {
		key := ""
		if len(g.By) > 0 {
			key = g.By[0].Text
		}
		if g.Balance() != 0 {
			rt.Fatalf("group %q is out of balance by %d: %+v", key, g.Balance(), g.Lines)
		}
		if problem := sameLines(g.Lines, want[key]); problem != "" {
			rt.Fatalf("%+v from %s to %s gross %v, group %q: %s\n%s", a, q.From, q.To, q.Gross, key, problem, got.SQL)
		}
		delete(want, key)
	}
	for key, lines := range want {
		rt.Fatalf("%+v: group %q is missing: %+v", a, key, lines)
	}
}

func sameLines(got, want map[string]metric.WaterfallLine) string {
	for _, line := range metric.Lines {
		w := want[line]
		if w.Amount == nil {
			w.Amount = &metric.Number{}
		}
		if got[line].Amount.Int != w.Amount.Int || got[line].Deals != w.Deals {
			return fmt.Sprintf("%s is %s of %d deals, expected %d of %d", line, got[line].Amount, got[line].Deals, w.Amount.Int, w.Deals)
		}
	}
	return ""
}
