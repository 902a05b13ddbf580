package demo

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// stageKey is a stage's place in its pipeline.
type stageKey struct{ pipeline, at int }

func stagesByID(c *Company) map[value.ID]stageKey {
	keys := map[value.ID]stageKey{}
	for p := range c.pipelines {
		for i, s := range c.pipelines[p].stages {
			keys[s.id] = stageKey{p, i}
		}
	}
	return keys
}

// believedNow are the versions of a chain that are believed at its end, oldest first.
func believedNow(chain Chain) Chain {
	var believed Chain
	for _, v := range chain {
		if v.RecordedTo == value.Forever {
			believed = append(believed, v)
		}
	}
	return believed
}

func cell[T any](f *form, values []any, field string) T {
	v, _ := values[f.position(field)].(T)
	return v
}

// TestEveryCompanyIsSound draws companies of all sizes and ends and looks into every deal.
func TestEveryCompanyIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Deals: rapid.IntRange(1, 250).Draw(t, "deals"), Seed: rapid.Uint64().Draw(t, "seed"), Years: rapid.IntRange(1, 12).Draw(t, "years"),
			Now:   value.NewDay(rapid.IntRange(1995, 2060).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1).Start(time.UTC),
			Light: rapid.Bool().Draw(t, "light"),
		}
		o.Now += value.Instant(rapid.Int64Range(0, int64(31*day)).Draw(t, "later"))
		c := Generate(o)
		stages := stagesByID(c)
		for f, chain := range everyChain(c) {
			checkTimes(t, c, f, chain)
		}
		for s := range c.Deals() {
			checkStages(t, c, stages, believedNow(s.Deal))
			checkOwners(t, c, believedNow(s.Deal))
			if !o.Light {
				checkLines(t, s)
			}
		}
	})
}

// checkTimes makes sure that a chain has no gap and that nothing happens or is recorded after the end of the story.
func checkTimes(t *rapid.T, c *Company, f *form, chain Chain) {
	believed := believedNow(chain)
	for i, v := range believed {
		last := i == len(believed)-1
		if last && v.ValidTo != value.Forever || !last && v.ValidTo != believed[i+1].ValidFrom || v.ValidFrom >= v.ValidTo {
			t.Fatalf("%s: version %d of %+v", f.table.Object, i, believed)
		}
	}
	for _, v := range chain {
		if v.ValidFrom > v.RecordedFrom || v.RecordedFrom > c.now || v.RecordedTo > c.now && v.RecordedTo != value.Forever || v.ValidFrom < c.epoch {
			t.Fatalf("%s: out of time (epoch %s, now %s): %+v", f.table.Object, c.epoch, c.now, v)
		}
	}
}

// checkStages makes sure that a deal begins in a first stage, moves as deals move, and is closed as its stage says.
func checkStages(t *rapid.T, c *Company, stages map[value.ID]stageKey, chain Chain) {
	at := -1
	for i, v := range chain {
		key := stages[cell[value.ID](dealForm, v.Values, "stage")]
		pipe := &c.pipelines[key.pipeline]
		from := at
		at = key.at
		open, moved := at < pipe.open, from != at
		switch {
		case i == 0 && at != 0:
			t.Fatalf("begins in %s", pipe.stages[at].name)
		case i > 0 && moved && from >= pipe.open && !(open && pipe.stages[from].outcome != crm.OutcomeWon):
			t.Fatalf("goes from %s to %s", pipe.stages[from].name, pipe.stages[at].name)
		case i > 0 && moved && from < pipe.open && open && (at-from > 2 || from-at > 2):
			t.Fatalf("jumps from %s to %s", pipe.stages[from].name, pipe.stages[at].name)
		case i > 0 && !moved && !open && !v.Deleted:
			t.Fatalf("changes after it was closed: %+v", chain)
		case cell[int64](dealForm, v.Values, "amount") <= 0:
			t.Fatalf("amount %v", v.Values)
		}
		if reason := cell[string](dealForm, v.Values, "lost_reason"); (reason != "") != (!open && pipe.stages[at].outcome != crm.OutcomeWon) {
			t.Fatalf("in %s for the reason %q", pipe.stages[at].name, reason)
		}
		if closes := value.Day(cell[int64](dealForm, v.Values, "close")); !open && closes != dayOf(v.ValidFrom) || closes < dayOf(chain[0].ValidFrom) {
			t.Fatalf("in %s from %s with the close date %s", pipe.stages[at].name, v.ValidFrom, closes)
		}
	}
}

// checkOwners makes sure that whoever owns a deal works here, but for the days until somebody takes over.
func checkOwners(t *rapid.T, c *Company, chain Chain) {
	reps := map[value.ID]*rep{}
	for i := range c.reps {
		reps[c.reps[i].id] = &c.reps[i]
	}
	for _, v := range chain {
		r := reps[cell[value.ID](dealForm, v.Values, "owner")]
		if r == nil || r.hired > v.ValidFrom || v.ValidFrom > r.left+5*day {
			t.Fatalf("at %s the owner is %+v", v.ValidFrom, r)
		}
	}
}

// checkLines makes sure that the line items add up to the deal's amount at every moment.
func checkLines(t *rapid.T, s Story) {
	for _, v := range believedNow(s.Deal) {
		sum := int64(0)
		for _, chain := range s.LineItems {
			for _, l := range chain {
				if l.ValidFrom <= v.ValidFrom && v.ValidFrom < l.ValidTo {
					sum += cell[int64](lineItemForm, l.Values, "total")
					quantity, price := cell[float64](lineItemForm, l.Values, "quantity"), cell[int64](lineItemForm, l.Values, "price")
					if int64(quantity)*price != cell[int64](lineItemForm, l.Values, "total") || price > cell[int64](lineItemForm, l.Values, "list_price") {
						t.Fatalf("line item %v", l.Values)
					}
				}
			}
		}
		if amount := cell[int64](dealForm, v.Values, "amount"); sum != amount {
			t.Fatalf("line items add up to %d, the deal's amount is %d", sum, amount)
		}
	}
}
